"""A practice session at the local exchange, recorded, settled, sealed and replayed."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec import record
from kalshi_alpha.exec.backtest.__main__ import main
from kalshi_alpha.exec.recorder.raw_days import DayReader, RawDays
from replay_claims import EVENT, SERIES, write_claims
from scripts.served_exchange import ServedExchange, served

WINDOW = "2024-12-12T13:20:00Z"
"""Five minutes before the window closes, so that there are few instants to decide at."""
DECIDING_S = 3.0
WHERE = ("--series", "CLAIMS", "--env", "sim")


def holds(days: RawDays, text: bytes, times: int, within_s: float = 20.0) -> None:
    """Wait until the recording says something so often."""
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        files = [file for day in days.days() for file in days.files(day)]
        if sum(text in bytes(line.frame) for line in DayReader(files) if line is not None) >= times:
            return
        time.sleep(0.1)
    raise TimeoutError(f"the recording does not say {text!r} {times} times after {within_s:g} s")


def recorded_and_settled(listening: ServedExchange) -> None:
    days = RawDays.of(Paths(listening.home), "sim", "CLAIMS")
    command = [sys.executable, "-m", "kalshi_alpha.exec.record", *WHERE, "--books-every", "0.5"]
    recorder = subprocess.Popen(
        command,
        cwd=listening.home,
        env=listening.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    holds(days, b'"orderbook_delta"', 20)
    time.sleep(DECIDING_S)  # books stand while the replay will decide
    markets = [each for each in listening.admin("GET", "state")["markets"] if EVENT in each]
    for ticker in markets:
        result = "yes" if int(ticker.rsplit("-", 1)[1]) <= 228_000 else "no"
        listening.admin("POST", f"markets/{ticker}/settle", {"result": result})
    holds(days, b'"determined"', len(markets))
    recorder.terminate()
    said, _ = recorder.communicate(timeout=20)
    assert recorder.returncode == 0, said


def test_a_recorded_practice_session_is_replayed_from_its_books_to_its_settlement(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    flags = ("--seed", "3", "--pace", "20", "--as-of", WINDOW, "--series", SERIES)
    with served(tmp_path / "at", *flags) as listening:
        recorded_and_settled(listening)
        home = listening.home
    monkeypatch.setenv("KALSHI_ALPHA_HOME", str(home))
    assert record.main(["seal", *WHERE]) == 0
    capsys.readouterr()
    history = write_claims(tmp_path / "history")
    recording = Paths(home).market_at("sim")
    argv = ["--family", "CLAIMS", "--data", str(recording), "--data", str(history), "--json"]
    assert main([*argv, "--set", "gate=off", "--set", "every_minutes=0.025"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["events"], told["fidelity"], told["left_out"]) == (1, {"depth": 1}, [])
    assert told["skill"]["n"] > 0, "books were there to be looked at, and what they paid"
    assert told["baselines"]["mid less a fixed edge"]["orders"] > 0
