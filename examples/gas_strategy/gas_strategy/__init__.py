"""AAA's price of regular gasoline a day ahead: most of the last day's step comes again."""

from datetime import date, time, timedelta
from pathlib import Path

import numpy as np

from kalshi_alpha.core.forecast import StudentT
from kalshi_alpha.core.schedule import daily_window, wall
from kalshi_alpha.strategies import own_family as own

DAY, DOF, MEMORY, WIDEST, RUNGS = timedelta(days=1), 5, 120, 200, range(190, 211, 5)


def fit(rows: own.Rows) -> own.Fit:
    """Learn which share of a step comes again; each day is scored as it would have been."""
    steps = np.diff([int(str(row["mills"])) for row in rows])
    then, now = steps[:-1].astype(float), steps[1:].astype(float)
    shares = np.cumsum(then * now) / np.cumsum(then * then)
    sds = own.rolling_sd(now[1:] - shares[:-1] * then[1:], MEMORY)
    days = slice(MEMORY + 1, None)
    model = own.rounded_t(shares[MEMORY:-1] * then[days], sds[:-1], DOF, WIDEST)
    same = own.rounded_t(then[days], own.rolling_sd(now - then, MEMORY)[1:-1], DOF, WIDEST)
    came = steps[1:][days] + WIDEST
    quality = own.judged(model, same, came, RUNGS, window=MEMORY, name="the same step again")
    return own.Fit({"share": float(shares[-1]), "sd_mills": float(sds[-1])}, quality)


def ahead(prints: own.Prints, learned: own.Learned) -> tuple[date, StudentT]:
    """Forecast AAA's page of tomorrow from those of today and yesterday."""
    today = max(prints)
    last, before = prints[today].index, prints[today - DAY].index
    mean = last + learned["share"] * (last - before)
    return today + DAY, StudentT.from_sd(mean / 1000, learned["sd_mills"] / 1000, DOF)


STRATEGY = own.OwnFamily(
    family="GAS",
    quantity="gas_regular",
    model="gas-step-t-1",
    step="0.001",
    unit="USD",
    history=Path(__file__).with_name("history.json"),
    known_at=lambda row: wall(date.fromisoformat(str(row["on"])), time(10)),
    fit=fit,
    prints=own.prints_of("aaa_gas", "as_of_on", "price_e4", 10, period="current", grade="regular"),
    ahead=ahead,
    phase=daily_window(time(10), time(23, 45)),
).strategy()
