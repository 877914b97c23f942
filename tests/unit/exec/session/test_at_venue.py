from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from desk import REPOSITORY
from kalshi_alpha.brokers.account_lock import AccountBusy, account_lock
from kalshi_alpha.brokers.journal import OrderJournal
from kalshi_alpha.brokers.kalshi.client import VenueClient
from kalshi_alpha.brokers.kalshi.hosts import venue_host
from kalshi_alpha.brokers.kalshi.keys import Credentials
from kalshi_alpha.brokers.kalshi.signing import Signer
from kalshi_alpha.brokers.kalshi.venue_clock import SystemClock
from kalshi_alpha.config.environment import KalshiEnv
from kalshi_alpha.core.orders import events as ev
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.state import Heartbeat, read_heartbeat, write_heartbeat
from kalshi_alpha.exec import publishers
from kalshi_alpha.exec.session import at_venue
from kalshi_alpha.exec.session.at_venue import _ended_by_signals, _tell_what_rests
from kalshi_alpha.exec.session.pilot import run_pilot
from kalshi_alpha.exec.session.practice import Practice, PracticeOptions, open_practice
from kalshi_alpha.exec.session.request import PilotRequest
from kalshi_alpha.exec.session_beat import heartbeat_now
from kalshi_alpha.sim.in_process import InProcessWire
from kalshi_alpha.sim.worlds import fixture_world
from order_cases import AT, intent
from runs import at_home_in_new_york, new_root
from shelved_feeds import Shelved
from sim_exchange import Clock


def beat(at: datetime, *, running: bool) -> Heartbeat:
    return Heartbeat(generated_at=at, session="s", running=running, pid=os.getpid())


def test_the_heartbeat_is_read_by_the_systems_clock_and_dated_by_the_sessions(
    tmp_path: Path,
) -> None:
    paths, practised = Paths(tmp_path), Clock(AT)
    write_heartbeat(paths.heartbeat, beat(datetime.now(UTC) - timedelta(seconds=3), running=True))
    reading = heartbeat_now(paths, practised, must_be_fresh=True)
    assert reading.ok(AT)
    assert 3.0 <= (reading.age_s(AT) or 0.0) < 5.0
    write_heartbeat(paths.heartbeat, beat(datetime.now(UTC) - timedelta(hours=1), running=False))
    assert not heartbeat_now(paths, practised, must_be_fresh=True).ok(AT)


def test_a_session_without_a_beat_has_none(tmp_path: Path) -> None:
    assert heartbeat_now(Paths(tmp_path), Clock(AT), must_be_fresh=True).fault is not None


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_asks_the_session_to_end(number: signal.Signals) -> None:
    import asyncio

    before = signal.getsignal(number)

    async def main() -> None:
        with _ended_by_signals() as ending:
            assert not ending.is_set()
            os.kill(os.getpid(), number)
            await asyncio.wait_for(ending.wait(), 5)

    asyncio.run(main())
    assert signal.getsignal(number) in {before, signal.SIG_DFL, signal.default_int_handler}


@pytest.mark.parametrize("rests", [True, False])
def test_orders_that_may_rest_leave_the_sign_of_a_death(tmp_path: Path, *, rests: bool) -> None:
    paths, said = Paths(tmp_path), list[str]()
    wanted = intent()
    name = wanted.client_order_id
    write_heartbeat(paths.heartbeat, beat(datetime.now(UTC), running=False))
    with OrderJournal(paths.order_journal) as journal:
        journal.append([ev.Intended(at=AT, client_order_id=name, intent=wanted)])
        if not rests:
            journal.append([ev.Withheld(at=AT, client_order_id=name, why="gate")])
        desk: Any = SimpleNamespace(
            journal=journal,
            run=SimpleNamespace(paths=paths),
            name="pilot-1",
            observer=SimpleNamespace(alert=lambda _word, line: said.append(line)),
        )
        _tell_what_rests(desk)
    left = read_heartbeat(paths.heartbeat, datetime.now(UTC))
    assert left is not None
    assert left.running is rests
    assert said == (["1 orders may still rest at the venue"] if rests else [])


# --- a venue that is not the local exchange -------------------------------------------------


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    home = new_root(tmp_path)
    monkeypatch.chdir(home)
    with at_home_in_new_york(home):
        yield home


def asked(env: KalshiEnv) -> PilotRequest:
    from kalshi_alpha.exec.scan_options import ScanOptions

    return PilotRequest(
        series="KXCPI",
        env=env,
        pilot_config=Path("configs/pilot.yaml"),
        fixtures_root=Path("nowhere"),
        driver_fixtures=None,
        seed=0,
        pace=1.0,
        options=ScanOptions(),
        as_json=True,
        quiet=False,
    )


@pytest.fixture
def demo(monkeypatch: pytest.MonkeyPatch) -> list[Practice]:
    """Stand an exchange of our own where the demo would be, and the fixtures' feeds beside it."""
    opened: list[Practice] = []
    clock = SystemClock()
    world = fixture_world(REPOSITORY / "tests/data_fixtures", clock.now()).only(["KXCPI"])

    def connected(env: KalshiEnv, _environ: object, told: Any, **more: Any) -> VenueClient:
        practice = open_practice(world, clock, PracticeOptions(read_lag_max_s=0.0))
        opened.append(practice)
        wire = InProcessWire(practice.exchange)
        signer = Signer(credentials(practice))
        return VenueClient(wire, signer, told, venue_host(env, {}), on_call=more["on_call"])

    def credentials(practice: Practice) -> Credentials:
        own = practice.credentials
        return Credentials(own.key_id, own.private_key, KalshiEnv.DEMO)

    monkeypatch.setattr(at_venue, "connect", connected)
    monkeypatch.setattr(at_venue, "load_credentials", lambda *_: credentials(opened[0]))
    monkeypatch.setattr(
        publishers, "feed_client", lambda _e, _p, stations: Shelved(clock, stations)
    )
    return opened


def calibrated(root: Path) -> None:
    from desk import wired
    from kalshi_alpha.exec.forecasting import calibrate, installed_strategy
    from kalshi_alpha.exec.inputs import read_history

    run = wired(root)
    strategy = installed_strategy("CPI")
    calibrate(run, strategy, read_history(run, strategy))


@pytest.fixture
def nothing_against(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the desk's own disk speak against nothing, so that the venue is asked."""
    monkeypatch.setattr(at_venue, "refused_standing", lambda *_: None)


def test_a_desk_without_readiness_asks_the_venue_nothing(
    root: Path, demo: list[Practice], capsys: pytest.CaptureFixture[str]
) -> None:
    code = run_pilot(asked(KalshiEnv.DEMO), {"KALSHI_ALPHA_HOME": str(root)})
    document = json.loads(capsys.readouterr().out)
    assert code == 3
    words = [found["reason"] for found in document["verdict"]["reasons"]]
    assert {"monitors_missing", "ledger_missing", "ramp_missing"} <= set(words)
    assert {"reading_missing", "clock_skew", "heartbeat_missing"}.isdisjoint(words)
    assert (document["size_multiplier"], document["bins_bind"]) == (0.0, True)
    assert [each["what"] for each in document["refused"]] == ["session"] * len(words)
    assert json.loads(Paths(root).pilot_session.read_bytes()) == document
    assert demo == []
    assert not Paths(root).order_journal.exists()


@pytest.mark.usefixtures("nothing_against")
def test_a_real_venue_is_refused_by_the_gate_before_anything_is_sent(
    root: Path, demo: list[Practice], capsys: pytest.CaptureFixture[str]
) -> None:
    calibrated(root)
    code = run_pilot(asked(KalshiEnv.DEMO), {"KALSHI_ALPHA_HOME": str(root)})
    document = json.loads(capsys.readouterr().out)
    assert code == 3
    assert (document["mode"], document["environment"]) == ("DEMO", "demo")
    words = [found["reason"] for found in document["verdict"]["reasons"]]
    assert {"monitors_missing", "ledger_missing", "ramp_missing"} <= set(words)
    assert document["verdict"]["action"] == "live"
    assert document["orders"] == 0
    (practice,) = demo
    assert practice.app.engine.audit().accepted == ()
    sent = [
        line["payload"]
        for path in (root / "data/raw/kalshi").rglob("exec.jsonl")
        for line in map(json.loads, path.read_text().splitlines())
        if line["event"] == "request"
    ]
    assert {call["method"] for call in sent} == {"GET"}
    ended = read_heartbeat(Paths(root).heartbeat, datetime.now(UTC))
    assert ended is not None
    assert not ended.running


@pytest.mark.usefixtures("nothing_against")
def test_a_second_runner_is_told_who_holds_the_account(root: Path, demo: list[Practice]) -> None:
    paths = Paths(root)
    with (
        account_lock(paths.order_journal, "pilot --env demo"),
        pytest.raises(AccountBusy, match=rf"process {os.getpid()} \(pilot --env demo\)"),
    ):
        run_pilot(asked(KalshiEnv.DEMO), {"KALSHI_ALPHA_HOME": str(root)})
    assert demo == []
