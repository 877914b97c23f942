from __future__ import annotations

import pytest

from kalshi_alpha.exec.runners import pilot


def test_help_names_the_exit_codes_and_needs_no_network(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert pilot.main(["--help"]) == 0
    shown = capsys.readouterr().out
    assert "--pilot-config" in shown
    assert "Exit codes: 0 done" in shown


def test_a_series_is_needed(capsys: pytest.CaptureFixture[str]) -> None:
    assert pilot.main(["--env", "sim"]) == 2
    assert "--series" in capsys.readouterr().err
