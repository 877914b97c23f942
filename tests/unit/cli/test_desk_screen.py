from __future__ import annotations

from typing import Any

import pytest

from kalshi_alpha.cli.desk_screen import desk_lines
from kalshi_alpha.core.text_table import text_table

AT = "2024-12-11T11:30:00Z"


def desk(**changes: Any) -> dict[str, Any]:
    empty: dict[str, Any] = {
        "root": "/r",
        "generated_at": AT,
        "clock_source": "system",
        "verdict": {
            "decision": "NO-GO",
            "safety_go": True,
            "evidence_go": None,
            "size_multiplier": None,
            "reasons": [],
        },
        "kill_switch": {"on": False},
        "heartbeat": {"state": "missing", "age_s": None},
        **{name: [] for name in ("monitors", "feeds", "releases", "orders", "exposure")},
        **{name: [] for name in ("profit", "alerts", "files")},
    }
    return {**empty, **changes}


def shown(**changes: Any) -> str:
    return "\n".join(desk_lines(desk(**changes), text_table))


def test_an_empty_desk_says_of_each_thing_that_there_is_none() -> None:
    assert shown().splitlines() == [
        "desk /r at 2024-12-11 06:30 ET, clock system",
        "NO-GO: safety GO, evidence unknown",
        "kill switch off; heartbeat missing",
        "monitors: none ran; run kalshi-alpha monitors",
        "feeds: nothing is known of them; run kalshi-alpha ingest",
        "next: no calendar; run kalshi-alpha ingest --source macro_calendar --online",
        "orders: none rests",
        "exposure: nothing is committed",
        "profit: no ledger yet",
        "alerts: none",
    ]


def file(name: str, state: str, detail: str = "d.parquet: no end") -> dict[str, str]:
    return {"name": name, "state": state, "detail": detail}


def test_what_cannot_be_read_is_unknown_and_never_none() -> None:
    torn = ("ledger", "order journal", "paper orders", "alert log")
    said = shown(files=[file(name, "unreadable") for name in torn]).splitlines()
    assert said[-6:] == [
        "orders: unknown, order journal unreadable: d.parquet: no end",
        "orders: unknown, paper orders unreadable: d.parquet: no end",
        "exposure: unknown, ledger unreadable: d.parquet: no end",
        "exposure: unknown, order journal unreadable: d.parquet: no end",
        "profit: unknown, ledger unreadable: d.parquet: no end",
        "alerts: unknown, alert log unreadable: d.parquet: no end",
    ]


def test_what_is_known_stands_beside_what_cannot_be_read() -> None:
    cap = {"cap": "value at risk", "of": "CPI", "mode": "offline", "used": "5", "limit": "10"}
    torn = [file("ledger", "newer_schema", "schema 9")]
    said = shown(files=torn, exposure=[{**cap, "share": 0.5}])
    assert "value at risk  CPI" in said
    assert "exposure besides: unknown, ledger newer schema: schema 9" in said
    assert "nothing is committed" not in said


def test_an_old_ledger_without_a_fill_is_no_missing_one() -> None:
    assert "profit: no fill is in the ledger" in shown(files=[file("ledger", "expired")])
    assert "profit: no fill is in the ledger" in shown(files=[file("ledger", "ok")])
    assert "profit: no ledger yet" in shown(files=[file("ledger", "missing")])


def test_reasons_are_counted_with_the_first_finding_and_its_remedy() -> None:
    stale = {"reason": "STALE_FEEDS", "detail": "bls_cpi is old", "remedy": "Ingest.", "series": ""}
    other = [{**stale, "reason": f"reason_{n}"} for n in range(6)]
    said = shown(
        verdict={
            "decision": "NO-GO",
            "safety_go": False,
            "evidence_go": True,
            "size_multiplier": 0.5,
            "reasons": [stale, {**stale, "detail": "second"}, *other],
        },
        kill_switch={"on": True},
        heartbeat={"state": "running", "age_s": 12.0},
    )
    assert "NO-GO: safety NO-GO, evidence GO, size 0.50" in said
    assert "kill switch ON; heartbeat running 12 s ago" in said
    assert "  STALE_FEEDS, 2 times: bls_cpi is old\n    remedy: Ingest.\n" in said
    assert "  and reason_5: --json has all" in said


def monitor(name: str, status: str, **more: Any) -> dict[str, Any]:
    says = {"monitor": name, "status": status, "cause": "too much", "blocks": False, "age_s": 90.0}
    return {**says, **more}


def test_monitors_are_counted_and_the_loud_ones_named_with_their_cause() -> None:
    quiet = [monitor("a", "OK"), monitor("b", "NO_DATA", age_s=7500.0)]
    loud = [monitor(name, "ALERT", blocks=True) for name in "cdefg"]
    said = shown(monitors=[*quiet, *loud])
    assert "monitors: 5 ALERT, 1 OK, 1 NO_DATA; oldest 2 h 05 min ago" in said
    assert "  c, d, e, 2 more ALERT, blocks: too much" in said


def test_feeds_stand_with_their_ages_and_what_was_due() -> None:
    feed = {
        "feed": "bls",
        "required": True,
        "newest_on": "2024-11-13",
        "age_days": 28,
        "max_age_days": 35,
        "unit": "calendar_days",
        "due_at": "2024-11-13T13:30:00Z",
        "status": "OK",
    }
    none = {**feed, "feed": "dol", "newest_on": None, "age_days": None, "due_at": None}
    bonds = {**feed, "feed": "ten", "age_days": 489, "max_age_days": 3, "unit": "business_days"}
    rest = [{**none, "status": "MISSING"}, {**bonds, "status": "STALE"}]
    said = shown(feeds=[feed, *rest, {**feed, "required": False}])
    assert "ten   2024-11-13  489 bd  3 bd   2024-11-13 08:30 ET  STALE" in said
    assert "feeds: 1 of 3 required in order" in said
    assert "bls   2024-11-13  28 d    35 d   2024-11-13 08:30 ET  OK" in said
    assert "dol   -           -       35 d   -                    MISSING" in said


def test_the_soonest_release_comes_first_and_a_family_stands_once() -> None:
    cpi = {
        "series": "KXCPI",
        "family": "CPI",
        "what": "cpi 2024-11",
        "state": "window",
        "release_at": "2024-12-11T13:30:00Z",
        "seconds": 7200.0,
        "window_opens_at": "2024-12-11T11:00:00Z",
        "window_closes_at": "2024-12-11T13:20:00Z",
    }
    daily = {**cpi, "family": "TNEY", "what": "daily", "release_at": None, "seconds": None}
    daily |= {"window_opens_at": None}
    later = {**cpi, "family": "CLAIMS", "seconds": 200_000.0}
    said = shown(releases=[daily, later, cpi, {**cpi, "series": "KXCPIYOY"}])
    rows = [line.split()[0] for line in said.splitlines() if "cpi 2024-11" in line]
    assert rows == ["CPI", "CLAIMS"]
    assert "2024-12-11 08:30 ET  2 h 00 min  window  12-11 06:00 to 08:20 ET" in said
    assert "2 d 7 h" in said


def test_orders_exposure_and_profit_are_tables_with_the_fullest_cap_first() -> None:
    order = {
        "ticker": "KXCPI-24NOV-T0.3",
        "side": "no",
        "open": "110.00",
        "price_e4": 6800,
        "filled": "0.00",
        "source": "journal",
        "state": "resting",
        "expires_at": AT,
    }
    cap = {"cap": "ladder", "of": "KXCPI-24NOV", "mode": "paper", "used": "1234.500000"}
    cap |= {"limit": "2000.000000"}
    profit = {
        "mode": "paper",
        "day": "-1.500000",
        "week": "2.000000",
        "settled": "3.000000",
        "marked": "4.000000",
        "fees": "0.250000",
        "fills": 18,
        "open_fills": 7,
    }
    said = shown(
        orders=[order] * 7,
        exposure=[
            {**cap, "share": 0.6},
            {**cap, "of": "beyond", "share": None},
            {**cap, "of": "unused", "share": 0.0},
        ],
        profit=[profit],
    )
    assert "orders: 7 rest" in said
    assert "KXCPI-24NOV-T0.3  NO    110.00  68c    0.00    journal  resting" in said
    assert "  and 1 more" in said
    assert said.index("beyond  ") < said.index("KXCPI-24NOV  paper  1,234.50  2,000.00  60%")
    assert "unused" not in said
    assert "PAPER     -1.50  2.00  3.00     4.00    0.25  18, 7 open" in said


def test_the_last_alerts_come_first() -> None:
    alerts = [
        {"at": f"2024-12-11T10:0{n}:00Z", "monitor": f"m{n}", "cause": "c" * 200} for n in range(5)
    ]
    lines = shown(alerts=alerts).splitlines()
    at = lines.index("alerts, newest first")
    assert [line.split()[3].rstrip(":") for line in lines[at + 1 : at + 4]] == ["m4", "m3", "m2"]
    assert lines[at + 4] == "  and 2 more alerts: --json has all"
    assert max(map(len, lines)) <= 96


@pytest.mark.parametrize(("age", "said"), [(300.0, "5 min ago"), (600_000.0, "6 d 22 h ago")])
def test_spans_are_in_their_two_largest_units(age: float, said: str) -> None:
    assert said in shown(heartbeat={"state": "stale", "age_s": age})
