from __future__ import annotations

import sys

import pytest

from kalshi_alpha.exec.backtest.progress import day_bar


def test_a_log_is_told_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with day_bar(10) as step:
        step(3)
    assert capsys.readouterr() == ("", "")


def test_a_person_sees_how_far_it_is(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with day_bar(10) as step:
        step(10)
    out, err = capsys.readouterr()
    assert out == ""
    assert "replaying days" in err
