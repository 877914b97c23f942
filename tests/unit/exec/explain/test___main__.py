from __future__ import annotations

import pytest

from kalshi_alpha.exec.explain.__main__ import command, main


def test_no_flag_of_an_explanation_can_act() -> None:
    names = {each.name for each in command.params}
    assert {"series", "market", "online", "offline", "as_of", "as_json", "min_ev", "pool"} <= names
    assert not names & {"report", "paper_ledger", "broker", "acknowledged", "output_dir"}


def test_the_help_names_both_forms(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    out = capsys.readouterr().out
    assert "explain [OPTIONS] SERIES [MARKET]" in out
    assert "nothing is beaten" in out
