"""A made-up folder of jobless claims: first prints, a calendar, a recorded event and its fees."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from kalshi_alpha.datastore.market.partition import Part, Partition
from kalshi_alpha.datastore.market.schema import Table
from kalshi_alpha.datastore.market.store import MarketStore
from kalshi_alpha.datastore.market.tape import micros
from kalshi_alpha.exec.market.listing import VENUE, Listed, markets_frame

SERIES, EVENT, RELEASED = "KXJOBLESSCLAIMS", "KXJOBLESSCLAIMS-24DEC12", date(2024, 12, 12)
_LAST, _WEEKS, _PRINTS = date(2024, 12, 21), 1_100, 220
_PRINTED = 228_000


def write_claims(folder: Path) -> Path:
    """Write a history of claims up to the end of 2024; the same bytes each time."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(3)
    weeks = [_LAST - timedelta(weeks=n) for n in reversed(range(_WEEKS))]
    persons = 1000 * np.rint(225 + np.cumsum(rng.normal(0.0, 2.0, _WEEKS)) / 4).astype(int)
    prints, finals, calendar = [], [], []
    for week, value in zip(weeks, persons.tolist(), strict=True):
        on = week + timedelta(days=5)
        told = _PRINTED if on == RELEASED else value
        finals.append({"date": week, "initial_claims_sa_persons": float(told)})
        if len(finals) <= _WEEKS - _PRINTS:
            continue
        prints.append(
            {
                "week_ending": week,
                "release_date": on,
                "first_print_sa_persons": float(told),
                "second_print_sa_persons": float(told + 1000),
            }
        )
        calendar.append({"release": "JOBLESS_CLAIMS", "release_date": on})
    for name, rows in (
        ("ICSA_first_prints.csv", prints),
        ("ICSA.csv", finals),
        ("release_calendar.csv", calendar),
    ):
        pl.DataFrame(rows).write_csv(folder / name)
    terms = {
        "series_ticker": SERIES,
        "scheduled_ts": "2024-01-01T00:00:00Z",
        "fee_type": "quadratic",
        "fee_multiplier": 1,
    }
    (folder / "kalshi_series_fee_changes.json").write_text(
        json.dumps({"series_fee_change_arr": [terms]})
    )
    return folder


def record_claims(root: Path) -> Path:
    """Write a recording of one release: books of three rungs, and prints through them."""
    opens = micros(datetime(2024, 12, 11, 15, tzinfo=UTC))
    closes = micros(datetime(2024, 12, 12, 13, 25, tzinfo=UTC))
    strikes = (220_000, 225_000, 230_000)
    markets = [
        Listed(
            event_ticker=EVENT,
            ticker=f"{EVENT}-{strike}",
            strike_type="greater_or_equal",
            floor_strike=str(strike),
            cap_strike=None,
            strike_source=VENUE,
            yes_payout_e4=10_000 * (strike <= _PRINTED),
            settlement_value=str(_PRINTED),
            result_source="sim",
            opens_us=opens,
            opens_source="recorded",
            closes_us=closes,
            closes_source="recorded",
        )
        for strike in strikes
    ]
    levels = [
        (opens, market, is_yes, price_e4, 5_000, first)
        for market, bid in enumerate((6_000, 3_500, 1_000))
        for is_yes, price_e4, first in ((True, bid, True), (False, 10_000 - bid - 300, False))
    ]
    depth = pl.DataFrame(
        levels, ["at_us", "market", "is_yes", "price_e4", "size_e2", "opens"], orient="row"
    )
    decides = micros(datetime(2024, 12, 12, 11, 30, tzinfo=UTC))
    prints = [(decides, n, price, 9_000, False) for n, price in enumerate((5_900, 3_400, 900))]
    prints += [
        (decides + 1, n, price, 9_000, True) for n, price in enumerate((6_400, 3_900, 1_400))
    ]
    trades = pl.DataFrame(
        prints, ["at_us", "market", "yes_price_e4", "count_e2", "taker_yes"], orient="row"
    )
    parts = (Part(Table.TRADES, trades, "sim"), Part(Table.DEPTH, depth, "sim"))
    MarketStore(root).write(
        Partition(SERIES, RELEASED, markets_frame(markets), parts, {"sim": "0" * 64})
    )
    return root
