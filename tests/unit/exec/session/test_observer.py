from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kalshi_alpha.brokers.kalshi.stream_events import Notice, NoticeKind
from kalshi_alpha.config.environment import KalshiEnv
from kalshi_alpha.core.orders.blotter import Blotter
from kalshi_alpha.core.orders.events import Intended
from kalshi_alpha.core.quoting.basis import Why
from kalshi_alpha.core.quoting.plan import Because, Plan, Step
from kalshi_alpha.core.types import Contracts, Side
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.audit import AuditTrail
from kalshi_alpha.exec.quoting.loop import Round
from kalshi_alpha.exec.session.observer import Observer
from kalshi_alpha.exec.telemetry.sink import TelemetrySink
from order_cases import AT, intent
from sim_exchange import Clock


class Watched:
    def __init__(self, root: Path) -> None:
        self.paths, clock = Paths(root), Clock(AT)
        self.said: list[str] = []
        self.woken = 0
        self.sink = TelemetrySink(self.paths, clock, session="s")
        self.audit = AuditTrail(self.paths, clock, env=KalshiEnv.SIM, session="s")
        self.observer = Observer(self.sink, self.audit, self.said.append)
        self.observer.on_wake(self._wake)

    def _wake(self) -> None:
        self.woken += 1

    def telemetry(self) -> list[dict[str, Any]]:
        self.sink.sync()
        path = self.paths.telemetry(AT.date())
        return [json.loads(line) for line in path.read_text().splitlines()]

    def audited(self) -> list[dict[str, Any]]:
        self.audit.sync()
        path = self.paths.live_orders(AT.date())
        return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    made = Watched(tmp_path)
    yield made
    made.sink.close()
    made.audit.close()


def test_an_order_event_goes_to_telemetry_and_audit_and_wakes(watched: Watched) -> None:
    wanted = intent()
    event = Intended(at=AT, client_order_id=wanted.client_order_id, intent=wanted)
    watched.observer.watches(Blotter([event]))
    watched.observer.order_event(event)
    assert [line["event"] for line in watched.telemetry()] == ["sent"]
    assert [line["payload"]["ticker"] for line in watched.audited()] == [wanted.ticker]
    assert watched.woken == 1


def test_a_round_is_shown_with_its_reasons(watched: Watched) -> None:
    step = Step("A-1", Side.YES, 3400, Contracts.whole(5), Because.WANTED)
    watched.observer.round_done(Round(AT, (Why.FILL, Why.BOOK), (), Plan(places=(step,))))
    watched.observer.round_done(Round(AT, (Why.GATE,), ("kill_switch",), Plan()))
    assert watched.said == [
        f"{AT:%H:%M:%S} fill, book",
        "  + A-1 YES 5.00 @ 34c: wanted",
        f"{AT:%H:%M:%S} gate, kill_switch",
    ]


def test_alerts_are_kept_told_and_shown(watched: Watched) -> None:
    watched.observer.alert("auth_error_streak", "three in a row")
    watched.observer.killed(Path("/k"))
    watched.observer.stream_notice(Notice(NoticeKind.SEQ_GAP, "1 so far"))
    watched.observer.refused("A-1: cap")
    assert watched.observer.alerts == [("auth_error_streak", "three in a row")]
    assert [line["event"] for line in watched.telemetry()] == [
        "auth_error",
        "kill_switch",
        "ws_gap",
    ]
    assert watched.said == [
        "ALERT auth_error_streak: three in a row",
        "KILL SWITCH is on: /k",
        "  ! A-1: cap",
    ]


def test_every_notice_of_the_stream_has_a_word_of_its_own_and_a_probe_has_none(
    watched: Watched,
) -> None:
    for kind in NoticeKind:
        watched.observer.stream_notice(Notice(kind))
    words = {line["payload"]["what"]: line["event"] for line in watched.telemetry()}
    assert words == {
        "connected": "ws_connect",
        "subscribed": "ws_subscribed",
        "disconnected": "ws_disconnect",
        "seq_gap": "ws_gap",
        "seq_repeat": "ws_repeat",
        "unreadable_frame": "ws_error",
        "snapshot_asked": "ws_snapshot",
        "stalled": "ws_stall",
        "channel_ended": "ws_resubscribe",
        "venue_error": "ws_error",
        "clock_doubted": "clock_skew",
    }
