"""A recorder at an exchange that is served, killed and started again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kalshi_alpha.datastore.market.store import MarketStore
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec import record
from kalshi_alpha.exec.recorder.raw_days import DayReader, RawDays
from scripts.served_exchange import ServedExchange, served

WHERE = ("--series", "CPI", "--env", "sim")


def started(listening: ServedExchange) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "kalshi_alpha.exec.record", *WHERE, "--books-every", "0.5"]
    return subprocess.Popen(
        command,
        cwd=listening.home,
        env=listening.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def recorded(days: RawDays, files: int, lines: int, within_s: float = 30.0) -> int:
    """Wait until so many files hold so many lines in the last of them, and return how many."""
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        there = [file for day in days.days() for file in days.files(day)]
        if len(there) == files and (found := sum(1 for _ in DayReader(there[-1:]))) >= lines:
            return found
        time.sleep(0.1)
    raise TimeoutError(f"{files} files with {lines} lines are not there after {within_s:g} s")


def test_a_killed_recorder_goes_on_and_its_books_meet_every_snapshot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with served(tmp_path, "--seed", "3", "--pace", "20") as listening:
        days = RawDays.of(Paths(listening.home), "sim", "CPI")
        first = started(listening)
        # Lines appear flush by flush: more of them are in a second one, which may be torn alone.
        recorded(days, 1, recorded(days, 1, 60) + 1)
        os.kill(first.pid, signal.SIGKILL)
        first.communicate()
        second = started(listening)
        recorded(days, 2, 60)
        second.terminate()
        said, _ = second.communicate(timeout=20)
        assert second.returncode == 0, said
        (day,) = days.days()
    torn = days.files(day)[0]
    torn.write_bytes(torn.read_bytes()[:-5])  # what a power failure does besides
    monkeypatch.setenv("KALSHI_ALPHA_HOME", str(listening.home))
    assert record.main(["verify", *WHERE]) == 0
    told = capsys.readouterr().out
    assert " 0 differ" in told
    assert "bytes torn" in told
    assert record.main(["seal", *WHERE]) == 0
    seal = days.seal(day)
    assert seal is not None
    assert any("nothing since" in gap for gap in seal.gaps)
    store = MarketStore(Paths(listening.home).market_at("sim"))
    (ref,) = store.events("KXCPI")
    tape = store.load(ref)
    assert tape.depth is not None
    assert len(tape.markets) == 8
    assert tape.markets[0].strike.floor is not None
