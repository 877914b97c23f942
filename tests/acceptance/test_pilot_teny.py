"""The smoke sequence of the ten-year close: whole at a served exchange, and each way to fail."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kalshi_alpha.config.environment import KalshiEnv
from kalshi_alpha.datastore.paths import Paths
from scripts import pilot_teny
from scripts.pilot_teny import Ended, FixedClock, Terms
from scripts.served_exchange import REPOSITORY, served

CLOSE = "2024-12-12T19:45:00Z"
NAME = "TNEY-24DEC12"
AT = datetime(2024, 12, 12, 19, 45, tzinfo=UTC)


def test_the_whole_sequence_passes_at_an_exchange_that_is_served(tmp_path: Path) -> None:
    with served(tmp_path, "--as-of", CLOSE, "--series", "KXUST10AD", "--no-flow") as exchange:
        exchange.admin("POST", "clock", {"advance_s": 90})
        done = subprocess.run(
            [sys.executable, str(REPOSITORY / "scripts/pilot_teny.py"), "--run-seconds", "1.5"],
            cwd=exchange.home,
            env=exchange.environ,
            capture_output=True,
            text=True,
            check=False,
        )
        orders = exchange.orders()
    assert done.returncode == 0, done.stdout + done.stderr
    assert orders == []
    lines = done.stdout.splitlines()
    passed = [line.split(":")[0] for line in lines if ": pass" in line]
    assert passed == ["stream", "feeds", "pipeline", "monitors", "readiness", "scoreboard"]
    assert lines[-1] == "PASS"
    paths = Paths(exchange.home)
    for path in (
        *(paths.report("TNEY", AT.date()), paths.go_no_go, paths.pilot_readiness),
        *(paths.scoreboard(7), paths.scoreboard(30)),
    ):
        assert any(line.endswith(f": {path}") for line in lines)
        assert path.is_file()
    # A minute and a half after the quote was kept, what is shown is of this minute, and says so.
    report = paths.report("TNEY", AT.date()).read_text()
    assert "live quote: 4.3260 % of practice, re-dated: composed for the fixture" in report
    lean = json.loads(paths.orderbook_imbalance(NAME).read_text())
    assert len(lean["markets"]) == 15


class Stub:
    """Ends every command as it is told, and well otherwise."""

    def __init__(self, **ends: Ended) -> None:
        self.ends, self.ran = ends, list[str]()

    def __call__(self, command: Sequence[str]) -> Ended:
        module = command[0].rpartition(".")[2]
        self.ran.append(module)
        return self.ends.get(module, Ended(0, "", ""))


def told(root: Path, run: Stub, *, env: KalshiEnv | None = None) -> tuple[int, list[str]]:
    said: list[str] = []
    terms = Terms(env, Paths(root), FixedClock(AT), (NAME,), 1.0)
    return pilot_teny.run_all(terms, run, said.append), said


def test_the_first_step_that_failed_gives_the_code_and_each_is_named(tmp_path: Path) -> None:
    run = Stub(
        ws_smoke=Ended(5, "", "ws_smoke: nothing came for 120 s\n"),
        daily=Ended(3, "TNEY SIM: NO-GO\n  freeze_window: TNEY\nwrote x\n", ""),
        cli=Ended(3, "Runtime monitors\n\nfreeze_window ALERT: wait\nwrote x\n", ""),
    )
    code, said = told(tmp_path, run, env=KalshiEnv.SIM)
    assert code == 5
    assert "monitors: FAILED: exit code 3: freeze_window ALERT: wait" in said
    assert "stream: FAILED: exit code 5: ws_smoke: nothing came for 120 s" in said
    assert "pipeline: FAILED: exit code 3: TNEY SIM: NO-GO; freeze_window: TNEY" in said
    assert run.ran == ["ws_smoke", "ingest", "daily", "cli", "ramp", "scoreboard"]
    assert any(line.startswith("stream: python -m kalshi_alpha.dev.ws_smoke") for line in said)
    assert said[-1] == "FAILED"


def test_a_command_that_ends_well_and_leaves_nothing_has_failed(tmp_path: Path) -> None:
    code, said = told(tmp_path, Stub())
    assert code == 1
    summary = Paths(tmp_path).monitor("summary")
    assert f"monitors: FAILED: exit code 0, but {summary} is not there" in said
    assert any(line.startswith("report: MISSING: ") for line in said)


def test_without_a_venue_the_stream_is_named_and_not_run(tmp_path: Path) -> None:
    run = Stub()
    _, said = told(tmp_path, run)
    assert said[0] == (
        "stream: NOT RUN: needs a venue; set KALSHI_ENV=prod, demo, or sim with KALSHI_SIM_URL"
    )
    assert "ws_smoke" not in run.ran


def test_nothing_runs_while_the_kill_switch_is_on(tmp_path: Path) -> None:
    switch = Paths(tmp_path).kill_switch
    switch.parent.mkdir(parents=True)
    switch.touch()
    run = Stub()
    code, said = told(tmp_path, run)
    assert (code, run.ran) == (3, [])
    assert said == [f"HALT: the kill switch is on: {switch}; nothing was run"]


@pytest.mark.parametrize(
    ("flags", "step", "codes"),
    [
        ({}, "pipeline", {0}),
        ({"accept_no_go": True}, "pipeline", {0, 3}),
        ({"accept_no_go": True}, "monitors", {0, 3}),
        ({}, "readiness", {0, 3}),
        ({"require_ready": True}, "readiness", {0}),
    ],
)
def test_which_verdicts_pass_is_said_by_flags(
    flags: dict[str, bool], step: str, codes: set[int], tmp_path: Path
) -> None:
    terms = Terms(None, Paths(tmp_path), FixedClock(AT), (NAME,), 1.0, **flags)
    (found,) = [each for each in pilot_teny.steps(terms) if each.name == step]
    assert found.may_end == codes


def test_a_real_venue_keeps_the_systems_time_and_gets_no_order(tmp_path: Path) -> None:
    terms = Terms(KalshiEnv.PROD, Paths(tmp_path), FixedClock(AT), (NAME,), 600.0)
    commands = [step.command() for step in pilot_teny.steps(terms)]
    words = {word for command in commands for word in command}
    assert not words & {"--as-of", "--offline", "--broker", "live"}
    assert commands[0][-4:] == ("--tickers", NAME, "--run-seconds", "600")


@pytest.mark.parametrize(
    ("flags", "environ", "said"),
    [
        (["--run-seconds", "0"], {}, "--run-seconds must be positive"),
        ([], {"KALSHI_ENV": "sim"}, "KALSHI_SIM_URL is not set"),
    ],
)
def test_what_cannot_run_says_why(
    flags: list[str],
    environ: dict[str, str],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    shutil.copytree(REPOSITORY / "configs", tmp_path / "configs")
    for name, value in {"KALSHI_ALPHA_HOME": str(tmp_path), **environ}.items():
        monkeypatch.setenv(name, value)
    assert pilot_teny.main(flags) in {1, 2}
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("pilot_teny: ")
    assert said in line
