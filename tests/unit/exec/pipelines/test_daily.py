from __future__ import annotations

import pytest

from kalshi_alpha.exec.pipelines import daily


def test_help_names_every_flag_and_mode(capsys: pytest.CaptureFixture[str]) -> None:
    assert daily.main(["--help"]) == 0
    text = capsys.readouterr().out
    for word in (
        *("pre_cpi", "pre_claims", "teny_close", "weather_cycle", "full", "off", "wait", "print"),
        *("--mode", "--online", "--offline", "--driver-fixtures", "--scanner-fixtures"),
        *("--snap-to-window", "--report", "--paper-ledger", "--broker", "--fill-alpha"),
        *("--slippage-mode", "--impact-cap", "--ev-honesty-shrink", "--kelly-cap", "--as-of"),
    ):
        assert word in text


@pytest.mark.parametrize("argv", [["--offline"], ["--mode", "pre_lunch", "--offline"]])
def test_a_mode_must_be_named(capsys: pytest.CaptureFixture[str], argv: list[str]) -> None:
    assert daily.main(argv) == 2
    assert "--mode" in capsys.readouterr().err
