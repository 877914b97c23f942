from __future__ import annotations

import sys

import pytest

from kalshi_alpha.exec.evaluation.progress import replay_bar


@pytest.mark.parametrize("total", [1, 4])
def test_a_person_at_a_terminal_sees_a_bar_on_stderr(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], total: int
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    with replay_bar(total) as step:
        step("CPI")
    out, err = capsys.readouterr()
    assert out == ""
    assert "replayed CPI" in err


def test_a_log_gets_none_even_where_colours_are_forced(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    with replay_bar(4) as step:
        step("CPI")
    assert capsys.readouterr() == ("", "")
