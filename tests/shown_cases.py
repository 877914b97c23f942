"""A desk for tests of what is shown: small, made by hand, without a file."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from kalshi_alpha.config.mode import Mode
from kalshi_alpha.core.gates import AgeUnit, Fault
from kalshi_alpha.core.types import Contracts, Money, Side
from kalshi_alpha.exec.desk.desk import (
    SCHEMA,
    AlertSeen,
    BeatSeen,
    BookSeen,
    CapUse,
    DayProfit,
    Desk,
    DeskVerdict,
    FileSeen,
    FillSeen,
    KillSeen,
    LadderSeen,
    MonitorSeen,
    NextRelease,
    OrderSeen,
    ProfitSeen,
    QuoteSeen,
    ReasonSeen,
    RungSeen,
    SeriesSeen,
)
from kalshi_alpha.exec.monitors.feed_rows import FeedRow

AT = datetime(2024, 12, 11, 11, 30, tzinfo=UTC)
EVENT = "KXCPI-24NOV"
TICKER = f"{EVENT}-T0.3"
OTHER = f"{EVENT}-T0.4"
UNSAFE = "<script>alert('x')</script>"
"""What a venue or a feed might say; no page may show it as more than text."""


def shown_desk(**changes: Any) -> Desk:
    """Build a desk on which everything has something to show."""
    reason = ReasonSeen("kill_switch", f"kill_switch: set {UNSAFE}", "Find out who set it.")
    fields: dict[str, Any] = {
        "schema": SCHEMA,
        "at": AT,
        "clock_source": "system",
        "mode": Mode.SIM,
        "environment": "sim",
        "root": "/desk",
        "files": (
            FileSeen("ledger", "data/proc/ledger_all.parquet", None, "9 rows", AT, 0.0),
            FileSeen("ramp decision", "reports/pilot_ready.json", Fault.MISSING, "not there"),
        ),
        "verdict": DeskVerdict(
            go=False,
            decision="NO-GO",
            safety_go=False,
            evidence_go=None,
            reasons=(reason,),
            size_multiplier=0.25,
        ),
        "series": (
            SeriesSeen("CPI", True, "GO", 0.25, 345, 23, False, AT, "SIM", "window", (reason,)),
            SeriesSeen("TNEY", None, "no decision", None, None, None, None, None, "", "open", ()),
        ),
        "monitors": (
            MonitorSeen("drawdown", "OK", 120.5, 2000.0, "dollars", "", "", False, AT, 0.0),
            MonitorSeen("websocket", "ALERT", 3.0, 1.0, "per hour", UNSAFE, "look", True, AT, 0.0),
            MonitorSeen("ev_gap", "missing", None, None, "t", "no file", "run", True, None, None),
        ),
        "feeds": (_feed("aaa_gas.daily", "OK"), _feed("bls_cpi.latest_release", "OVERDUE")),
        "ladders": (_ladder(),),
        "orders": (_order(),),
        "fills": (FillSeen("journal", AT, TICKER, Side.NO, 6800, Contracts(150), Money(4_000)),),
        "exposure": (
            CapUse("pilot strike", TICKER, "sim", Money(20_000_000), Money(25_000_000)),
            CapUse("ladder", EVENT, "paper", Money(1), Money(0)),
        ),
        "profit": (_profit(),),
        "alerts": (AlertSeen(AT, "websocket", UNSAFE, "system"),),
        "kill_switch": KillSeen(True, True, "/desk/data/proc/state/kill_switch", ""),
        "heartbeat": BeatSeen("running", "pilot-1", 7, AT, 3.0, "session pilot-1 running"),
        "releases": (
            _release("KXCPI", AT + timedelta(hours=2)),
            _release("KXHIGHNY", None),
        ),
    }
    return Desk(**(fields | changes))


def with_mark(desk: Desk, detail: str) -> Desk:
    """Return a desk whose verdict says something else."""
    reasons = (ReasonSeen("drawdown", detail, ""),)
    return replace(desk, verdict=replace(desk.verdict, reasons=reasons))


def _feed(feed: str, status: str) -> FeedRow:
    return FeedRow(
        feed=feed,
        source=feed.partition(".")[0],
        required=True,
        status=status,
        newest_on=date(2024, 12, 10),
        age_days=1,
        max_age_days=35,
        unit=AgeUnit.CALENDAR_DAYS,
        grace_minutes=30,
        low=None,
        high=None,
        series_id=None,
        due_on=None,
        due_at=AT,
        reason=f"said {UNSAFE}",
        remedy="ingest",
    )


def _ladder() -> LadderSeen:
    book = BookSeen(2800, 3200, ((2800, 53_982),), ((6800, 31_300),), AT, "scan")
    quote = QuoteSeen(Side.NO, 6800, Contracts.whole(110), 0.0095, 0.698)
    quoted = RungSeen(TICKER, "> 0.3", 0.281, 0.3, 0.2996, book, quote, "", "")
    passed = RungSeen(OTHER, "> 0.4", 0.118, None, None, None, None, "one_sided_book", UNSAFE)
    return LadderSeen("CPI", "KXCPI", EVENT, AT, 0.0, "SIM", (quoted, passed))


def _order() -> OrderSeen:
    return OrderSeen(
        source="journal",
        order_id="id-1",
        series="KXCPI",
        event=EVENT,
        ticker=TICKER,
        side=Side.NO,
        price_e4=6800,
        open=Contracts.whole(5),
        filled=Contracts(150),
        state="resting",
        placed_at=AT,
        expires_at=AT + timedelta(minutes=9),
        at_risk=Money(3_400_000),
    )


def _profit() -> ProfitSeen:
    days = tuple(
        DayProfit(date(2024, 12, day), Money(e6), 1) for day, e6 in ((9, 1_500_000), (10, -500_000))
    )
    return ProfitSeen(
        mode="sim",
        settled=Money(1_000_000),
        marked=Money(900_000),
        day=Money(0),
        week=Money(1_000_000),
        fees=Money(40_000),
        fills=3,
        open_fills=1,
        days=days,
    )


def _release(series: str, at: datetime | None) -> NextRelease:
    return NextRelease(
        series=series,
        family="CPI" if at else "WEATHER",
        what="cpi 2024-11" if at else "daily",
        release_at=at,
        seconds=None if at is None else (at - AT).total_seconds(),
        state="window" if at else "frozen",
        until=None,
        window_opens_at=AT,
        window_closes_at=AT + timedelta(minutes=110),
        note="note",
    )
