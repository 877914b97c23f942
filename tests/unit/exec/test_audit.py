from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kalshi_alpha.config.environment import KalshiEnv
from kalshi_alpha.core.ledger.entry import ClockSource
from kalshi_alpha.core.orders import events as ev
from kalshi_alpha.core.orders.blotter import Blotter
from kalshi_alpha.core.orders.intent import OrderIntent
from kalshi_alpha.core.redaction import ensure_safe_payload
from kalshi_alpha.core.types import Contracts, Price, Side
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.audit import AuditTrail
from kalshi_alpha.exec.clock import RunClock

NOW = datetime(2025, 6, 11, 10, 30, tzinfo=UTC)
INTENT = OrderIntent(
    series="CPI",
    event_ticker="KXCPI-25MAY",
    ticker="KXCPI-25MAY-T0.3",
    side=Side.NO,
    price=Price.parse("0.6600"),
    contracts=Contracts.whole(10),
    expires_at=NOW + timedelta(hours=1),
    decided_at=NOW,
)
ID = INTENT.client_order_id


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths(tmp_path)


@pytest.fixture
def trail(paths: Paths) -> AuditTrail:
    return AuditTrail(paths, RunClock(NOW, ClockSource.SET), env=KalshiEnv.SIM, session="s-1")


def lines(paths: Paths) -> list[dict[str, object]]:
    text = (paths.root / "data/proc/audit/live_orders_20250611.jsonl").read_text()
    return [json.loads(line) for line in text.splitlines()]


def test_the_events_of_an_order_become_its_trail(paths: Paths, trail: AuditTrail) -> None:
    events: list[ev.OrderEvent] = [
        ev.Intended(at=NOW, client_order_id=ID, intent=INTENT),
        ev.Rejected(
            at=NOW, client_order_id=ID, status=401, code="unauthorized", detail="token=abcdefgh1"
        ),
    ]
    trail.record_orders(events, Blotter(events))
    trail.close()
    found = lines(paths)
    assert [(line["event"], line["environment"], line["session"]) for line in found] == [
        ("sent", "sim", "s-1"),
        ("reject", "sim", "s-1"),
    ]
    assert {line["timestamp"] for line in found} == {"2025-06-11T10:30:00Z"}
    assert "abcdefgh1" not in json.dumps(found)
    ensure_safe_payload(found)


def test_a_secret_refuses_the_line_by_the_path_of_its_key(paths: Paths, trail: AuditTrail) -> None:
    with pytest.raises(ValueError, match=r"\$\.headers\.KALSHI-ACCESS-SIGNATURE") as refused:
        trail.record("request", {"headers": {"KALSHI-ACCESS-SIGNATURE": "c2lnbmF0dXJl"}})
    assert "c2lnbmF0dXJl" not in str(refused.value)
    trail.close()
    assert not paths.audit.exists()


def test_a_line_that_cannot_be_written_is_an_error(paths: Paths, trail: AuditTrail) -> None:
    (paths.root / "data").write_text("no folder")
    with pytest.raises(OSError, match="data"):
        trail.record("sent", {})


def test_syncing_makes_the_trail_durable(paths: Paths, trail: AuditTrail) -> None:
    trail.record("sent", {"n": 1})
    trail.sync()
    assert [line["payload"] for line in lines(paths)] == [{"n": 1}]
    trail.close()
