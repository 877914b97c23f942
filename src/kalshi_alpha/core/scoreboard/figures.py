"""What the orders of one kind did in a window: fills, money, and edge against its promise."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from kalshi_alpha.core.execution.fillratio import FillAlpha, fill_realism_gap
from kalshi_alpha.core.ledger.delta import contracts, series_delta, settled_fills
from kalshi_alpha.core.ledger.entry import EntryKind, LedgerEntry
from kalshi_alpha.core.ledger.honesty_bins import Badge, HonestyBin, badge, honesty_bins
from kalshi_alpha.core.ledger.standard_errors import clustered_mean
from kalshi_alpha.core.ramp.figures import EvidenceRule
from kalshi_alpha.core.risk.drawdown import Drawdown, drawdown
from kalshi_alpha.core.scoreboard.windows import Window
from kalshi_alpha.core.types import Contracts, Money


@dataclass(frozen=True, slots=True)
class FillRatio:
    """Mean share of an order that was filled, with its 95 % interval clustered by risk unit.

    ``gap`` is the ratio that is expected less the one seen; ``is_off`` says that its whole
    interval lies beyond a tenth. The interval is None where one piece of news carries it all.
    """

    ratio: float
    interval: tuple[float, float] | None
    n_orders: int
    gap: float
    is_off: bool


@dataclass(frozen=True, slots=True)
class Edge:
    """Contract-weighted edges in basis points of payout, the error clustered by risk unit.

    ``t_stat`` is None below two risk units, and where all units went the same way.
    """

    n_fills: int
    n_units: int
    expected_bps: float
    realised_bps: float
    delta_bps: float
    se_bps: float | None
    t_stat: float | None


@dataclass(frozen=True, slots=True)
class Figures:
    """What a group of orders did in a window.

    Attributes
    ----------
    n_orders, posted, n_filled
        Orders placed in the window, the contracts posted, and the orders filled at least in part.
    fill
        Fill ratio of these orders; None without any.
    n_fills, contracts
        Orders first filled in the window, and their contracts.
    n_expected, expected
        Forecasts of fills placed in the window, and the contracts forecast; never added to fills.
    n_settled, gross, fees, net
        Orders settled in the window: payout less cost, fees, and the difference, exactly.
    n_open, open_contracts, open_cost
        Orders filled by the window's end and not settled by then, and what they cost.
    edge
        Expected against realised edge of the settled orders; None without any.
    n_evidence
        Settled orders that may count as evidence.
    badge
        How far the edge may be trusted; only evidence earns one.
    drawdown
        Falls of settled profit within the window, from zero at its beginning.
    bins
        Record by bin, of the settled orders that count as evidence.
    """

    n_orders: int
    posted: Contracts
    n_filled: int
    fill: FillRatio | None
    n_fills: int
    contracts: Contracts
    n_expected: int
    expected: Contracts
    n_settled: int
    gross: Money
    fees: Money
    net: Money
    n_open: int
    open_contracts: Contracts
    open_cost: Money
    edge: Edge | None
    n_evidence: int
    badge: Badge
    drawdown: Drawdown
    bins: tuple[HonestyBin, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing was placed, filled, forecast or settled, and nothing is open."""
        return not (self.n_orders or self.n_expected or self.n_settled or self.n_open)


def figures(
    entries: Sequence[LedgerEntry],
    window: Window,
    alpha: FillAlpha,
    rule: EvidenceRule,
    shrink: float,
) -> Figures:
    """Count a group of orders in a window.

    Parameters
    ----------
    entries
        Orders of one mode and venue, as known at the window's end or later; what happened after
        its end does not count.
    window
        Placements, fills and settlements count by their own times.
    alpha
        The fill ratio that is expected.
    rule
        Which rows count as evidence.
    shrink
        The honest shrink that the bins' weights multiply.
    """
    orders = [row for row in entries if row.kind is EntryKind.FILLED]
    placed = [row for row in orders if window.holds(row.placed_at)]
    filled = [row for row in orders if row.filled_e2]
    new = [row for row in filled if window.holds(row.filled_at or row.placed_at)]
    settled = [row for row in filled if window.holds(row.settled_at)]
    held = [row for row in filled if _is_open(row, window)]
    forecast = [
        row for row in entries if row.kind is EntryKind.EXPECTED and window.holds(row.placed_at)
    ]
    evidence = evidence_of(settled, rule)
    edge = _edge(settled)
    gross_e6 = sum((row.payout_e6 or 0) - row.cost.e6 for row in settled)
    fees_e6 = sum(row.fee_e6 for row in settled)
    return Figures(
        n_orders=len(placed),
        posted=_sum(row.posted_e2 for row in placed),
        n_filled=sum(row.filled_e2 > 0 for row in placed),
        fill=_fill_ratio(placed, alpha),
        n_fills=len(new),
        contracts=_sum(row.filled_e2 for row in new),
        n_expected=len(forecast),
        expected=_sum(row.expected_e2 for row in forecast),
        n_settled=len(settled),
        gross=Money(gross_e6),
        fees=Money(fees_e6),
        net=Money(gross_e6 - fees_e6),
        n_open=len(held),
        open_contracts=_sum(row.filled_e2 for row in held),
        open_cost=Money(sum(row.cost.e6 + row.fee_e6 for row in held)),
        edge=edge,
        n_evidence=len(evidence),
        badge=_badge(evidence),
        drawdown=drawdown(_profits(settled)),
        bins=tuple(honesty_bins(evidence, shrink).values()),
    )


def evidence_of(entries: Sequence[LedgerEntry], rule: EvidenceRule) -> list[LedgerEntry]:
    """Return the rows of all families that count as evidence, by family."""
    families = sorted({row.family for row in entries})
    return [row for family in families for row in rule.rows(entries, family)]


def _sum(counts_e2: Iterable[int]) -> Contracts:
    return Contracts(sum(counts_e2))


def _is_open(row: LedgerEntry, window: Window) -> bool:
    filled_at = row.filled_at or row.placed_at
    is_settled = row.settled_at is not None and row.settled_at <= window.ends_at
    return filled_at <= window.ends_at and not is_settled


def _fill_ratio(placed: Sequence[LedgerEntry], alpha: FillAlpha) -> FillRatio | None:
    posted = [row for row in placed if row.posted_e2]
    if not posted:
        return None
    seen = [row.filled_e2 / row.posted_e2 for row in posted]
    found = fill_realism_gap([alpha.alpha] * len(seen), seen, [row.risk_unit for row in posted])
    low, high = max(alpha.alpha - found.hi, 0.0), min(alpha.alpha - found.lo, 1.0)
    return FillRatio(
        ratio=sum(seen) / len(seen),
        interval=(low, high) if found.n_clusters > 1 else None,
        n_orders=len(seen),
        gap=found.gap,
        is_off=found.is_alert,
    )


def _edge(settled: Sequence[LedgerEntry]) -> Edge | None:
    fills = settled_fills(settled)
    if not fills:
        return None
    means = series_delta(fills)
    deltas = np.array([fill.delta_bps for fill in fills], dtype=np.float64)
    tested = clustered_mean(deltas, contracts(fills), [fill.risk_unit for fill in fills])
    return Edge(
        n_fills=means.n_fills,
        n_units=means.n_units,
        expected_bps=means.edge_expected_bps,
        realised_bps=means.edge_realised_bps,
        delta_bps=means.delta_bps,
        se_bps=tested.se,
        t_stat=tested.t_stat,
    )


def _badge(evidence: Sequence[LedgerEntry]) -> Badge:
    edge = _edge(evidence)
    return badge(0, None) if edge is None else badge(edge.n_units, edge.t_stat)


def _profits(settled: Sequence[LedgerEntry]) -> list[Money]:
    """Return profit by settlement time: what settles at one instant is one step, in no order."""
    by_time: dict[datetime, int] = defaultdict(int)
    for row in settled:
        if row.settled_at is not None and row.realised is not None:
            by_time[row.settled_at] += row.realised.e6
    return [Money(by_time[at]) for at in sorted(by_time)]
