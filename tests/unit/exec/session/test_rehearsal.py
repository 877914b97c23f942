from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from desk import AT, REPOSITORY
from kalshi_alpha.brokers.journal import read_journal
from kalshi_alpha.config.environment import KalshiEnv
from kalshi_alpha.core.errors import MissingData
from kalshi_alpha.core.ledger.entry import LedgerMode
from kalshi_alpha.core.orders.blotter import Blotter, total_open
from kalshi_alpha.core.types import Contracts
from kalshi_alpha.datastore.ledger import LedgerStore
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.state import Heartbeat, write_heartbeat
from kalshi_alpha.exec.scan_options import ScanOptions
from kalshi_alpha.exec.session import rehearsal
from kalshi_alpha.exec.session.pilot import record_orders
from kalshi_alpha.exec.session.rehearsal import rehearse
from kalshi_alpha.exec.session.report import SessionReport
from kalshi_alpha.exec.session.request import PilotRequest
from kalshi_alpha.exec.session.watchers import RENEW_EVERY_S, Renewed
from runs import at_home_in_new_york, new_root


def request(run_s: float, config: Path = REPOSITORY / "configs/pilot.yaml") -> PilotRequest:
    return PilotRequest(
        series="KXCPI",
        env=KalshiEnv.SIM,
        pilot_config=config,
        fixtures_root=REPOSITORY / "tests/data_fixtures",
        driver_fixtures=None,
        seed=3,
        pace=1.0,
        options=ScanOptions(),
        as_json=True,
        quiet=True,
        run_s=run_s,
    )


def test_a_rehearsal_may_end_before_its_window(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    # A live session of this very day says nothing about a day that is practised.
    beat = Heartbeat(generated_at=datetime.now(UTC), session="live", running=False, pid=1)
    write_heartbeat(Paths(tmp_path).heartbeat, beat)
    with at_home_in_new_york(new_root(tmp_path)):
        report = rehearse(request(60.0))
    assert isinstance(report, SessionReport)
    assert report.held.verdict.go
    assert report.orders
    ended = report.held.ended_at
    assert AT + timedelta(seconds=59) < ended < AT + timedelta(seconds=70)
    assert report.held.reconciliation.clean
    assert len(report.rows) == len(report.orders)
    assert {(row.mode, row.environment) for row in report.rows} == {(LedgerMode.SIM, "sim")}
    # The exchange settled before the last comparison: what its markets paid is in the ledger.
    assert all(row.is_settled and not row.evidence for row in report.rows)
    record_orders(report)
    record_orders(report)
    assert len(LedgerStore(Paths(tmp_path)).entries()) == len(report.rows)


@pytest.mark.parametrize(
    ("old", "new", "strikes", "contracts"),
    [
        ("bins: 8 ", "bins: 3 ", 3, 15),
        ("bins: 8 ", "bins: 1 ", 1, 5),
        ("session_contracts: 60", "session_contracts: 7", 2, 7),
    ],
)
def test_the_pilot_file_bounds_what_is_held_and_quoted_at_every_moment(
    old: str,
    new: str,
    strikes: int,
    contracts: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Four strikes of five contracts each are quoted under the file as it is shipped."""
    shipped = (REPOSITORY / "configs/pilot.yaml").read_text()
    assert old in shipped
    config = tmp_path / "pilot.yaml"
    config.write_text(shipped.replace(old, new))
    monkeypatch.chdir(tmp_path)
    with at_home_in_new_york(new_root(tmp_path)):
        rehearse(request(60.0, config))
    (journal,) = (tmp_path / "data/proc/practice").rglob("orders.sqlite")
    blotter, widest, fullest = Blotter(), 0, 0
    for event in read_journal(journal):
        blotter.apply(event)
        held = {ticker: abs(net) for ticker, net in blotter.positions.items() if net}
        widest = max(widest, len({*held, *(order.intent.ticker for order in blotter.live())}))
        fullest = max(fullest, sum(held.values()) + total_open(blotter.live()).e2)
    assert (widest, fullest) == (strikes, Contracts.whole(contracts).e2)


def renewing(
    root: Path, monkeypatch: pytest.MonkeyPatch, renewal: Callable[[], Renewed]
) -> SessionReport:
    """Hold a hundred seconds with something that its quotes go by."""
    prepare = rehearsal._prepare

    async def inline(call: Callable[[], Renewed]) -> Renewed:
        return call()

    monkeypatch.setattr(asyncio, "to_thread", inline)
    monkeypatch.setattr(
        rehearsal, "_prepare", lambda *given: replace(prepare(*given), renewal=renewal)
    )
    monkeypatch.chdir(root)
    with at_home_in_new_york(new_root(root)):
        report = rehearse(request(100.0))
    assert isinstance(report, SessionReport)
    return report


def test_what_quotes_go_by_is_asked_for_while_a_session_lasts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def renewal() -> Renewed:
        asked.append("asked")
        return Renewed((), ())

    renewing(tmp_path, monkeypatch, renewal)
    assert len(asked) == 100.0 // RENEW_EVERY_S


def test_a_quote_that_does_not_come_is_among_the_alerts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def renewal() -> Renewed:
        raise MissingData("no answer")

    report = renewing(tmp_path, monkeypatch, renewal)
    assert ("live_quote", "no answer") in report.alerts
