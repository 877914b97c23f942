"""Whether orders fill as often as the fill model said they would."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from kalshi_alpha.core.execution.fillratio import fill_realism_gap
from kalshi_alpha.core.ledger.entry import EntryKind, LedgerEntry
from kalshi_alpha.core.monitors.endings import of_families
from kalshi_alpha.core.monitors.outcome import FamilyOutcome, MonitorOutcome, MonitorStatus
from kalshi_alpha.core.monitors.texts import Monitor
from kalshi_alpha.core.types import Side

_POINTS = 100.0
_Key = tuple[str, str, Side, datetime]


@dataclass(frozen=True, slots=True)
class PairedOrder:
    """One order twice: the fill ratio that was simulated for it, and the one that it got."""

    risk_unit: str
    simulated: float
    realised: float


def paired_orders(entries: Iterable[LedgerEntry]) -> dict[str, list[PairedOrder]]:
    """Return, by family, the orders of which the ledger holds a forecast row and a fill row.

    The two are of the same market, side, decision clock and environment, whatever carried them.
    A forecast that several orders share is the forecast of each; fills of one order count once.
    """
    expected: dict[_Key, LedgerEntry] = {}
    filled: dict[_Key, list[LedgerEntry]] = defaultdict(list)
    for entry in entries:
        key = (entry.environment, entry.market_ticker, entry.side, entry.as_of)
        if entry.posted_e2 and entry.kind is EntryKind.EXPECTED:
            expected[key] = entry
        elif entry.posted_e2:
            filled[key].append(entry)
    pairs: dict[str, list[PairedOrder]] = defaultdict(list)
    for key, forecast in expected.items():
        simulated = forecast.expected_e2 / forecast.posted_e2
        pairs[forecast.family] += [
            PairedOrder(row.risk_unit, simulated, row.filled_e2 / row.posted_e2)
            for row in filled[key]
        ]
    return pairs


def fill_realism(
    pairs: Mapping[str, Sequence[PairedOrder]], gap_alert_points: float
) -> MonitorOutcome:
    """Judge simulated less realised fill ratio in points, family by family.

    It alerts if the whole 95 % interval, clustered by piece of news, lies beyond the threshold
    on either side.

    Parameters
    ----------
    pairs
        By family.
    gap_alert_points
        Points above which, or below whose negative, the gap may not lie for sure.
    """
    found = {family: _family(orders, gap_alert_points) for family, orders in pairs.items()}
    nothing = "no order has both a forecast of its fills and fills"
    return of_families(Monitor.FILL_REALISM, found, gap_alert_points, nothing=nothing)


def _family(orders: Sequence[PairedOrder], limit: float) -> FamilyOutcome:
    if not orders:
        return FamilyOutcome(MonitorStatus.NO_DATA, None, limit, "no order is paired")
    gap = fill_realism_gap(
        [order.simulated for order in orders],
        [order.realised for order in orders],
        [order.risk_unit for order in orders],
    )
    points, lo, hi = _POINTS * gap.gap, _POINTS * gap.lo, _POINTS * gap.hi
    if gap.n_clusters < 2:
        said = "orders of one unit of news are paired, two are needed"
        return FamilyOutcome(MonitorStatus.NO_DATA, points, limit, said)
    if lo <= limit and hi >= -limit:
        return FamilyOutcome(MonitorStatus.OK, points, limit)
    cause = (
        f"simulated fills differ from realised ones by {points:+.1f} points [{lo:+.1f}, {hi:+.1f}] "
        f"over {gap.n_orders} orders, allowed are {limit:g} either way"
    )
    return FamilyOutcome(MonitorStatus.ALERT, points, limit, cause)
