"""A seeded practice ledger: what a maker with a small true edge would have traded and been paid.

Every row says ``sim`` and that its clock was set. Closing mids are calibrated by construction: the
value of a piece of news is what the market knew at the close plus what nobody did.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import numpy as np

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.ledger.entry import ClockSource, EntryKind, LedgerEntry, LedgerMode
from kalshi_alpha.core.ramp.figures import figures
from kalshi_alpha.core.ramp.statistic import Declaration, Statistic
from kalshi_alpha.core.schedule import SeriesState, wall
from kalshi_alpha.core.schedule.families import teny_phase
from kalshi_alpha.core.types import Side
from kalshi_alpha.datastore.bond_calendar import bond_calendar

SCOPE = "practice"
_SHRINK = 0.9
_BELIEF = 0.04  # how far above our price we believe the chance to be
_EDGE, _EDGE_SD = 0.055, 0.03  # how far below the closing mid we really bought
_KNOWN_SD = 0.5  # what the market learns before the close, in standard deviations of the rest
_ATTEMPTS = 200
_ONE_DAY, _MINUTE = timedelta(days=1), timedelta(minutes=1)
_THURSDAY = 3

# Releases of consumer prices as the Bureau of Labor Statistics made them, 08:30 New York time.
_CPI_DAYS = (
    *((2022, 11, 10), (2022, 12, 13), (2023, 1, 12), (2023, 2, 14), (2023, 3, 14), (2023, 4, 12)),
    *((2023, 5, 10), (2023, 6, 13), (2023, 7, 12), (2023, 8, 10), (2023, 9, 13), (2023, 10, 12)),
    *((2023, 11, 14), (2023, 12, 12), (2024, 1, 11), (2024, 2, 13), (2024, 3, 12), (2024, 4, 10)),
    *((2024, 5, 15), (2024, 6, 12), (2024, 7, 11), (2024, 8, 14), (2024, 9, 11), (2024, 10, 10)),
    *((2024, 11, 13), (2024, 12, 11), (2025, 1, 15), (2025, 2, 12), (2025, 3, 12), (2025, 4, 10)),
    *((2025, 5, 13), (2025, 6, 11)),
)


@dataclass(frozen=True, slots=True)
class _Desk:
    """How one family is traded.

    ``units`` pieces of news with ``orders`` orders each, placed from ``first`` on, one a minute,
    within the family's window; markets close after ``lead`` and settle after ``settles``.
    ``strikes`` name the markets, and ``days`` returns the last days of news before one.
    """

    family: str
    series: str
    quantity: str
    unit: str
    units: int
    orders: int
    first: Callable[[date], datetime]
    lead: timedelta
    settles: timedelta
    strikes: tuple[str, ...]
    days: Callable[[date, int], list[date]]


def _at(clock: time) -> Callable[[date], datetime]:
    return lambda day: wall(day, clock)


def _noon_cycle(day: date) -> datetime:
    """Return an instant of the window that opens with the noon run of the weather models."""
    return datetime.combine(day, time(12, 2), UTC)


def _cpi_days(before: date, count: int) -> list[date]:
    return [day for day in (date(*each) for each in _CPI_DAYS) if day < before][-count:]


def _thursdays(before: date, count: int) -> list[date]:
    first = before - _ONE_DAY
    while first.weekday() != _THURSDAY:
        first -= _ONE_DAY
    return [first - 7 * step * _ONE_DAY for step in range(count)][::-1]


def _bond_days(before: date, count: int) -> list[date]:
    calendar = bond_calendar(before.year - 2, before.year + 1)
    found: list[date] = []
    day = before
    while len(found) < count:
        day -= _ONE_DAY
        if teny_phase(wall(day, _TENY_AT), calendar).state is SeriesState.WINDOW:
            found.append(day)
    return found[::-1]


def _every_day(before: date, count: int) -> list[date]:
    return [before - (step + 2) * _ONE_DAY for step in range(count)][::-1]


_TENY_AT = time(14, 35)
_HOURS = timedelta(hours=1)
DESKS = {
    desk.family: desk
    for desk in (
        _Desk(
            *("CPI", "KXCPI", "cpi_mom", "CPI:{}", 23, 15, _at(time(6, 31))),
            *(1.9 * _HOURS, 2.1 * _HOURS, ("> 0.0", "> 0.1", "> 0.2", "> 0.3", "> 0.4"), _cpi_days),
        ),
        _Desk(
            *("CLAIMS", "KXJOBLESSCLAIMS", "initial_claims", "CLAIMS:{}", 36, 9, _at(time(6, 31))),
            *(1.9 * _HOURS, 2.1 * _HOURS),
            *((">= 210000", ">= 220000", ">= 230000", ">= 240000", ">= 250000"), _thursdays),
        ),
        _Desk(
            *("TNEY", "KXUST10AD", "par_yield_10y", "TNEY:{}", 44, 7, _at(_TENY_AT)),
            *(0.9 * _HOURS, 3.0 * _HOURS),
            *(("> 4.10", "> 4.15", "> 4.20", "> 4.25", "> 4.30"), _bond_days),
        ),
        _Desk(
            *("WEATHER", "KXHIGHNY", "temp_max_nyc", "TEMP_NE:NYC:{}", 44, 7, _noon_cycle),
            *(17.0 * _HOURS, 26.0 * _HOURS, ("> 40", "> 44", "> 48", "> 52", "> 56"), _every_day),
        ),
    )
}
"""The families of which a practice ledger can be made."""


def practice_rows(family: str, at: datetime, seed: int) -> list[LedgerEntry]:
    """Return a family's practice ledger as of a clock: enough of it, and good enough, for GO.

    Draws that by bad luck show no edge, or closing mids that look uncalibrated, are drawn again:
    what is practised is the road to a pilot and not the statistics.

    Parameters
    ----------
    family
        One of `DESKS`.
    at
        The clock; everything is settled by the day before.
    seed
        Of all chance: the same seed and clock give the same rows.

    Raises
    ------
    BadParameter
        If there is no such family, or too little of its past is known at the clock.
    """
    desk = DESKS.get(family)
    if desk is None:
        raise BadParameter(f"no practice ledger of {family}; there are {', '.join(DESKS)}")
    days = desk.days(wall(at.date(), time(0)).date(), desk.units)
    if len(days) < desk.units:
        raise BadParameter(f"{family}: practice begins later than {at.date()}")
    for attempt in range(_ATTEMPTS):
        rng = np.random.default_rng((seed, attempt, *family.encode()))
        rows = list(_rows(desk, days, rng))
        if _shows_an_edge(family, rows, at):
            return rows
    raise BadParameter(f"{family}: seed {seed} gives no practice ledger; take another")


def _shows_an_edge(family: str, rows: Sequence[LedgerEntry], at: datetime) -> bool:
    declared = Declaration(Statistic.CLOSING_LINE, min(row.placed_at for row in rows))
    found = figures(family, rows, declared, at, shrink=_SHRINK)
    delta, t_stat, settled = found.delta_used_bps, found.t_used, found.judged.settled
    return (
        found.judged.used is Statistic.CLOSING_LINE
        and not found.dishonest
        and (delta is not None and delta >= 30.0)
        and (t_stat is not None and t_stat >= 3.0)
        and (settled is not None and settled.t_stat is not None and settled.t_stat >= 0.0)
        and found.e_value >= 1.0
    )


def _rows(desk: _Desk, days: Sequence[date], rng: np.random.Generator) -> Iterator[LedgerEntry]:
    known = rng.normal(0.0, _KNOWN_SD, len(days))
    # One residual in each slice of the normal law: outcomes are spread as evenly as chance allows.
    slices = (rng.permutation(len(days)) + rng.uniform(0.05, 0.95, len(days))) / len(days)
    thresholds = np.linspace(-0.8, 0.8, len(desk.strikes))
    for day, seen, rest in zip(days, known, slices, strict=True):
        mids = np.array([_normal_cdf(seen - threshold) for threshold in thresholds])
        # YES pays if the news lands above the threshold, which it does with the mid's chance.
        yield from _unit(desk, day, mids, mids > rest, rng)


def _unit(
    desk: _Desk, day: date, mids: FloatArray, pays: np.ndarray, rng: np.random.Generator
) -> Iterator[LedgerEntry]:
    event = f"{desk.series}-{day:%y%b%d}".upper()
    for number in range(desk.orders):
        market = number % len(desk.strikes)
        side = Side.YES if rng.random() < 0.5 else Side.NO
        yes = side is Side.YES
        mid = float(mids[market]) if yes else 1.0 - float(mids[market])
        price_e4 = int(np.clip(round((mid - rng.normal(_EDGE, _EDGE_SD)) * 100), 2, 94)) * 100
        won = bool(pays[market]) is yes
        placed_at = desk.first(day) + number * _MINUTE
        strike = desk.strikes[market]
        yield LedgerEntry(
            mode=LedgerMode.SIM,
            environment="sim",
            clock_source=ClockSource.SET,
            kind=EntryKind.FILLED,
            as_of=placed_at,
            run_scope=SCOPE,
            series=desk.series,
            event_ticker=event,
            market_ticker=f"{event}-T{strike.split()[-1]}",
            family=desk.family,
            quantity=desk.quantity,
            risk_unit=desk.unit.format(day.isoformat()),
            side=side,
            strike=strike,
            price_e4=price_e4,
            posted_e2=200,
            filled_e2=200,
            fee_e6=0,
            p=round(price_e4 / 1e4 + _BELIEF, 4),
            shrink=_SHRINK,
            w_bin=1.0,
            adverse=0.0,
            placed_at=placed_at,
            pmf_sha256="0" * 64,
            p_model=round(price_e4 / 1e4 + _BELIEF, 4),
            m_at_fill=round(mid, 4),
            lead_hours=desk.lead / _HOURS,
            filled_at=placed_at + _MINUTE,
            close_mid=round(mid, 4),
            settled_at=placed_at + desk.settles,
            outcome=int(won),
            payout_e6=2_000_000 * int(won),
        )


def _normal_cdf(x: float) -> float:
    return 0.5 * (1.0 + math.erf(x / math.sqrt(2.0)))
