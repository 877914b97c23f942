"""What a set of replayed orders comes to: counts, money, time locked, and what it proves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date

import numpy as np

from kalshi_alpha.core.arrays import BoolArray, FloatArray, IntArray
from kalshi_alpha.core.guards.e_value import WealthState
from kalshi_alpha.core.ledger.delta import contracts, settled_fills
from kalshi_alpha.core.ledger.entry import LedgerEntry
from kalshi_alpha.core.ledger.honesty_bins import BinKey, bin_key
from kalshi_alpha.core.ledger.standard_errors import ClusteredMean, clustered_mean
from kalshi_alpha.core.ledger.units import settled_units
from kalshi_alpha.core.replay.bootstrap import DateBootstrap, Interval
from kalshi_alpha.core.replay.mark_outs import HORIZONS, NO_MARKS, MarkSums
from kalshi_alpha.core.replay.outcome import DayOutcome
from kalshi_alpha.core.risk.drawdown import drawdown
from kalshi_alpha.core.types import E6_PER_DOLLAR, Money

BPS = 1e4
_HOUR_S = 3600.0


@dataclass(frozen=True, slots=True)
class MarkOut:
    """Mean of our side's mid less what we paid, some time after our fills.

    Attributes
    ----------
    horizon
        One of `HORIZONS`.
    fills, n_units
        Fills with a mid then, and the pieces of news they rest on.
    bps, se_bps
        Contract-weighted mean in basis points of payout, and its clustered standard error.
    drift_bps
        The same against the mid just before the fill: adverse selection, negative against us.
    """

    horizon: str
    fills: int
    n_units: int
    bps: float | None
    se_bps: float | None
    drift_bps: float | None


@dataclass(frozen=True, slots=True)
class Figures:
    """One group of orders. Money is in dollars, edges in basis points of payout."""

    orders: int
    fills: int
    contracts_posted: float
    contracts_filled: float
    fill_ratio: float | None
    fill_ratio_ci90: Interval | None
    gross_pnl: float
    fees: float
    net_pnl: float
    net_pnl_ci90: Interval
    capital_hours: float
    drawdown: float
    mark_outs: tuple[MarkOut, ...]
    units: int
    delta_bps: float | None
    delta_se_bps: float | None
    t_stat: float | None
    e_value: float
    edge_expected_bps: float | None
    edge_realised_bps: float | None


@dataclass(frozen=True, slots=True, eq=False)
class OrderTable:
    """Every order of a replay as columns, with its ledger row.

    Attributes
    ----------
    days
        Dates that were replayed, traded on or not.
    rows
        One settled row per order that rested.
    day, city : per row
        Index into ``days``, and the place.
    marks
        Sums of the marks of each row that filled: see `MarkSums`.
    """

    days: tuple[date, ...]
    rows: tuple[LedgerEntry, ...]
    day: IntArray
    city: tuple[str, ...]
    marks: MarkSums

    @classmethod
    def of(cls, outcomes: Sequence[DayOutcome]) -> OrderTable:
        """Join days in their order."""
        rows: list[LedgerEntry] = []
        day: list[int] = []
        city: list[str] = []
        marks: list[MarkSums] = []
        for n, outcome in enumerate(outcomes):
            marks.append(replace(outcome.marks, order=outcome.marks.order + len(rows)))
            rows += outcome.rows
            day += [n] * len(outcome.rows)
            city += [outcome.events[e].city for e in outcome.row_events]
        days = tuple(outcome.day for outcome in outcomes)
        places = np.array(day, dtype=np.int64)
        return cls(days, tuple(rows), places, tuple(city), _joined(marks))

    def profit_by_day(self, rows: BoolArray | None = None) -> FloatArray:
        """Return net profit by day in dollars, of some rows or all."""
        net = np.array([0 if r.realised is None else r.realised.e6 for r in self.rows])
        return self._by_day(net / E6_PER_DOLLAR, rows)

    def _by_day(self, values: FloatArray, rows: BoolArray | None) -> FloatArray:
        kept = slice(None) if rows is None else rows
        sums = np.bincount(self.day[kept], values[kept], minlength=len(self.days))
        return np.asarray(sums, dtype=np.float64)

    def keys(self, name: str) -> tuple[str, ...]:
        """Return each row's group by a dimension of `DIMENSIONS`, or by ``city month``."""
        return tuple(_KEYS[name](row, city) for row, city in zip(self.rows, self.city, strict=True))

    def figures(self, bootstrap: DateBootstrap, rows: BoolArray | None = None) -> Figures:
        """Return what some rows come to, or all."""
        kept = np.ones(len(self.rows), dtype=np.bool_) if rows is None else rows
        mine = [row for row, is_kept in zip(self.rows, kept.tolist(), strict=True) if is_kept]
        filled = [row for row in mine if row.count_e2 and row.is_settled]
        share = np.array([row.filled_e2 / row.posted_e2 for row in self.rows])
        by_day = self.profit_by_day(kept)
        orders_by_day = self._by_day(np.ones(len(self.rows)), kept)
        net = sum(row.realised.e6 for row in filled if row.realised is not None)
        fees = sum(row.fee_e6 for row in filled)
        delta, expected, realised = _delta(filled)
        return Figures(
            orders=len(mine),
            fills=len(filled),
            contracts_posted=sum(row.posted_e2 for row in mine) / 100,
            contracts_filled=sum(row.filled_e2 for row in mine) / 100,
            fill_ratio=float(share[kept].mean()) if mine else None,
            fill_ratio_ci90=bootstrap.ratio(self._by_day(share, kept), orders_by_day),
            gross_pnl=(net + fees) / E6_PER_DOLLAR,
            fees=fees / E6_PER_DOLLAR,
            net_pnl=net / E6_PER_DOLLAR,
            net_pnl_ci90=bootstrap.total(by_day),
            capital_hours=sum(_capital_hours(row) for row in filled),
            drawdown=_drawdown(by_day),
            mark_outs=self._mark_outs(kept),
            units=len({row.risk_unit for row in filled}),
            delta_bps=delta.mean if delta else None,
            delta_se_bps=delta.se if delta else None,
            t_stat=delta.t_stat if delta else None,
            e_value=e_value(filled),
            edge_expected_bps=expected,
            edge_realised_bps=realised,
        )

    def _mark_outs(self, kept: BoolArray) -> tuple[MarkOut, ...]:
        mine = kept[self.marks.order]
        return tuple(self._mark_out(name, n, mine) for n, name in enumerate(HORIZONS))

    def _mark_out(self, horizon: str, n: int, mine: BoolArray) -> MarkOut:
        marks = self.marks
        found = self._clustered(mine, marks.contracts[:, n], marks.gain[:, n])
        drift = self._clustered(mine, marks.drift_contracts[:, n], marks.drift[:, n])
        return MarkOut(
            horizon=horizon,
            fills=int(marks.fills[mine, n].sum()),
            n_units=found.n_units if found else 0,
            bps=BPS * found.mean if found else None,
            se_bps=BPS * found.se if found and found.se is not None else None,
            drift_bps=BPS * drift.mean if drift else None,
        )

    def _clustered(
        self, mine: BoolArray, weights: FloatArray, sums: FloatArray
    ) -> ClusteredMean | None:
        """Return the mean of weighted sums: an order's fills are of one unit of news."""
        some = mine & (weights > 0.0)
        if not some.any():
            return None
        units = [self.rows[row].risk_unit for row in self.marks.order[some].tolist()]
        return clustered_mean(sums[some] / weights[some], weights[some], units)


def _joined(marks: Sequence[MarkSums]) -> MarkSums:
    return MarkSums(
        *(
            np.concatenate([getattr(each, column.name) for each in (NO_MARKS, *marks)])
            for column in fields(MarkSums)
        )
    )


def _bin(row: LedgerEntry) -> BinKey:
    return bin_key(row.family, row.side, row.price_e4, row.lead_hours)


_KEYS: dict[str, Callable[[LedgerEntry, str], str]] = {
    "family": lambda row, _: row.family,
    "city": lambda _, city: city,
    "price": lambda row, _: _bin(row).price_bucket,
    "side": lambda row, _: row.side.value,
    "lead": lambda row, _: _bin(row).lead_bucket,
    "month": lambda row, _: f"{row.as_of:%Y-%m}",
    "city month": lambda row, city: f"{city} {row.as_of:%Y-%m}",
}
DIMENSIONS = ("family", "city", "price", "side", "lead", "month")


def grouped(table: OrderTable, bootstrap: DateBootstrap, name: str) -> dict[str, Figures]:
    """Return the figures of every group of a dimension, by the group's name."""
    keys = np.array(table.keys(name), dtype=object)
    return {key: table.figures(bootstrap, keys == key) for key in sorted(set(keys.tolist()))}


def e_value(rows: Iterable[LedgerEntry]) -> float:
    """Return the evidence against the null that units earn nothing, valid at any time."""
    state = WealthState()
    for unit in settled_units(rows):
        if unit.worst.e6 < 0:  # A unit that could not lose is no bet.
            state = state.update(
                unit.risk_unit, unit.realised.e6 / E6_PER_DOLLAR, -unit.worst.e6 / E6_PER_DOLLAR
            )
    return state.e_value


def _delta(
    filled: Sequence[LedgerEntry],
) -> tuple[ClusteredMean | None, float | None, float | None]:
    fills = settled_fills(filled)
    if not fills:
        return None, None, None
    weights = contracts(fills)
    delta = clustered_mean(
        np.array([each.delta_bps for each in fills]), weights, [each.risk_unit for each in fills]
    )
    expected = np.average([each.expected_bps for each in fills], weights=weights)
    realised = np.average([each.realised_bps for each in fills], weights=weights)
    return delta, float(expected), float(realised)


def _capital_hours(row: LedgerEntry) -> float:
    """Return dollars at risk times hours from the fill to the settlement."""
    if row.filled_at is None or row.settled_at is None:
        return 0.0
    hours = (row.settled_at - row.filled_at).total_seconds() / _HOUR_S
    return (row.cost + Money(row.fee_e6)).dollars * hours


def _drawdown(by_day: FloatArray) -> float:
    return drawdown(Money(round(each * E6_PER_DOLLAR)) for each in by_day.tolist()).deepest.dollars
