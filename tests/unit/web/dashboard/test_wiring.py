"""What the page is wired from."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from kalshi_alpha.core.errors import ConfigError, UsageError
from kalshi_alpha.web.dashboard.live_books import StreamState
from kalshi_alpha.web.dashboard.wiring import MovingClock, wire
from runs import REPO
from shown_cases import AT

STAMP = "2024-12-11T11:30:00Z"


def environ(root: Path, **more: str) -> dict[str, str]:
    return {"KALSHI_ALPHA_HOME": str(root)} | more


def test_without_a_venue_the_page_looks_at_files_alone(tmp_path: Path) -> None:
    wired = wire(environ(tmp_path), books=True, as_of=STAMP)
    assert len(wired.background) == 1
    assert wired.board.live.state is StreamState.OFF
    assert wired.board.live.detail == "no venue is named"
    assert timedelta(0) <= wired.board.now() - AT < timedelta(minutes=1)
    assert wired.board.desk.clock_source == "set"


def test_books_can_be_switched_off(tmp_path: Path) -> None:
    wired = wire(environ(tmp_path, KALSHI_ENV="demo"), books=False, as_of=None)
    assert (len(wired.background), wired.board.live.detail) == (1, "switched off")
    assert wired.board.desk.mode.value == "DEMO"
    assert wired.board.desk.clock_source == "system"


def test_with_a_venue_its_books_are_followed(tmp_path: Path) -> None:
    shutil.copytree(REPO / "configs", tmp_path / "configs")
    wired = wire(environ(tmp_path, KALSHI_ENV="demo"), books=True, as_of=None)
    assert len(wired.background) == 2


def test_a_clock_is_not_set_for_a_real_venue(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="the clock cannot be set"):
        wire(environ(tmp_path, KALSHI_ENV="prod"), books=True, as_of=STAMP)


def test_the_local_exchange_must_be_named_for_its_clock(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="KALSHI_SIM_URL"):
        wire(environ(tmp_path, KALSHI_ENV="sim"), books=True, as_of=None)


def test_a_set_clock_runs_on() -> None:
    clock = MovingClock(AT)
    first = clock.now()
    assert AT <= first <= clock.now()
