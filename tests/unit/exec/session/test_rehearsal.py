from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from desk import AT, REPOSITORY
from kalshi_alpha.config.environment import KalshiEnv
from kalshi_alpha.core.ledger.entry import LedgerMode
from kalshi_alpha.datastore.ledger import LedgerStore
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.state import Heartbeat, write_heartbeat
from kalshi_alpha.exec.scan_options import ScanOptions
from kalshi_alpha.exec.session.pilot import record_orders
from kalshi_alpha.exec.session.rehearsal import rehearse
from kalshi_alpha.exec.session.report import SessionReport
from kalshi_alpha.exec.session.request import PilotRequest
from runs import at_home_in_new_york, new_root


def test_a_rehearsal_may_end_before_its_window(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    # A live session of this very day says nothing about a day that is practised.
    beat = Heartbeat(generated_at=datetime.now(UTC), session="live", running=False, pid=1)
    write_heartbeat(Paths(tmp_path).heartbeat, beat)
    with at_home_in_new_york(new_root(tmp_path)):
        report = rehearse(
            PilotRequest(
                series="KXCPI",
                env=KalshiEnv.SIM,
                pilot_config=REPOSITORY / "configs/pilot.yaml",
                fixtures_root=REPOSITORY / "tests/data_fixtures",
                driver_fixtures=None,
                seed=3,
                pace=1.0,
                options=ScanOptions(),
                as_json=True,
                quiet=True,
                run_s=60.0,
            )
        )
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
