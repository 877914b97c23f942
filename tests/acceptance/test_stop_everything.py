"""Processes of their own: an exchange, a session that is killed, and who cleans up after it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kalshi_alpha.datastore.kill_switch import read_kill_switch
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.telemetry.events import read_telemetry
from kalshi_alpha.exec.watchdog import CANCELLED_WITHIN_S
from runs import REPO

SESSION = Path(__file__).with_name("resting_session.py")
RESTING = (
    "import asyncio, os\n"
    "from kalshi_alpha.config.environment import KalshiEnv\n"
    "from kalshi_alpha.brokers.kalshi.venue_clock import SystemClock\n"
    "from kalshi_alpha.exec.watchdog import venue_client\n"
    "async def resting():\n"
    "    client = venue_client(KalshiEnv.SIM, os.environ, SystemClock())\n"
    "    await client.compare_clocks()\n"
    "    print(len(await client.orders(status='resting')))\n"
    "asyncio.run(resting())\n"
)


@pytest.fixture(scope="module")
def exchange(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Serve a local exchange and give the environment that points at it."""
    keys = tmp_path_factory.mktemp("exchange") / "keys"
    command = ("-m", "kalshi_alpha.sim", "serve", "--no-flow", "--json", "--run-seconds", "100")
    environ = {k: v for k, v in os.environ.items() if not k.startswith("KALSHI")}
    serving = subprocess.Popen(
        [sys.executable, *command, "--keys", str(keys)],
        cwd=REPO,
        env=environ,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert serving.stdout is not None
        yield environ | json.loads(serving.stdout.readline())["environ"]
    finally:
        serving.terminate()
        serving.communicate()


@pytest.fixture
def environ(exchange: dict[str, str], tmp_path: Path) -> dict[str, str]:
    return exchange | {"KALSHI_ALPHA_HOME": str(tmp_path), "TZ": "America/New_York"}


@pytest.fixture
def session(environ: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """Run a session that rests three orders in a group and beats."""
    process = subprocess.Popen(
        [sys.executable, str(SESSION)], env=environ, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "running\n"
        yield process
    finally:
        process.kill()
        process.communicate()


def said_by(arguments: list[str], environ: dict[str, str]) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, *arguments],
        env=environ,
        cwd=environ["KALSHI_ALPHA_HOME"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


def test_the_watchdog_cancels_through_the_group_when_the_session_is_killed(
    session: subprocess.Popen[str], environ: dict[str, str], tmp_path: Path
) -> None:
    watchdog = subprocess.Popen(
        [sys.executable, "-u", "-m", "kalshi_alpha.exec.watchdog", "--env", "sim"],
        env=environ,
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert watchdog.stdout is not None
    try:
        assert watchdog.stdout.readline().endswith(" order groups, 3 resting\n")
        assert watchdog.stdout.readline().endswith("is alive\n")
        session.send_signal(signal.SIGKILL)
        killed_at = time.monotonic()
        assert watchdog.stdout.readline().endswith("is dead\n")
        confirmed = watchdog.stdout.readline()
        assert time.monotonic() - killed_at < CANCELLED_WITHIN_S
    finally:
        watchdog.terminate()
        watchdog.communicate()
    assert watchdog.returncode == 0
    assert confirmed.startswith("watchdog: confirmed: group ")
    assert confirmed.endswith(": done; nothing rests\n")
    assert said_by(["-c", RESTING], environ) == (0, "0\n")
    # Nothing stands in the way of the next session, and the telemetry tells the story.
    assert not read_kill_switch(Paths(tmp_path).kill_switch).on
    (written,) = (tmp_path / "data/raw/kalshi").glob("*/*/*/exec.jsonl")
    assert "watchdog" in {line.event for line in read_telemetry(written).lines}


def test_the_kill_switch_cancels_what_a_killed_session_left(
    session: subprocess.Popen[str], environ: dict[str, str], tmp_path: Path
) -> None:
    session.send_signal(signal.SIGKILL)
    session.wait()
    code, said = said_by(["-m", "kalshi_alpha.exec.heartbeat", "--kill-switch", "on"], environ)
    assert code == 0, said
    first, second, third, *_ = said.splitlines()
    assert first == f"kill switch on: {Paths(tmp_path).kill_switch}"
    assert second.startswith("orders: 3 resting, 0 unknown: no session runs, starting")
    assert third == "orders: cancel-all confirmed:"
    assert said_by(["-c", RESTING], environ) == (0, "0\n")
    # Giving it again finds nothing left to do.
    code, said = said_by(["-m", "kalshi_alpha.exec.heartbeat", "--kill-switch", "on"], environ)
    assert (code, said.splitlines()[1]) == (0, "orders: 0 resting, 0 unknown")


def test_the_kill_switch_cancels_though_nobody_can_read_what_it_says(
    session: subprocess.Popen[str], environ: dict[str, str], tmp_path: Path
) -> None:
    session.send_signal(signal.SIGKILL)
    session.wait()
    kill = "from kalshi_alpha.cli.entry import main; raise SystemExit(main())"
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(
            [sys.executable, "-c", kill, "kill", "on", "--note", "books look wrong"],
            env=environ,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr.startswith(
        f"heartbeat: kill switch on: {Paths(tmp_path).kill_switch}; "
        "orders: cancel-all confirmed; standard output cannot be written: "
    )
    assert said_by(["-c", RESTING], environ) == (0, "0\n")
