"""How much settled evidence stands behind a family's edges."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from kalshi_alpha.core.ledger.delta import contracts, series_delta, settled_fills
from kalshi_alpha.core.ledger.entry import LedgerEntry
from kalshi_alpha.core.ledger.evidence import evidence_rows
from kalshi_alpha.core.ledger.honesty_bins import Badge, badge
from kalshi_alpha.core.ledger.standard_errors import clustered_mean


@dataclass(frozen=True, slots=True)
class Support:
    """Settled fills that count, the risk units they settled on, and the confidence badge.

    ``delta_bps`` is realised less expected edge in basis points of notional, with its t
    statistic clustered by risk unit; None where there are too few to say. ``expected_bps`` and
    ``realised_bps`` are the two edges that it is the difference of; None without a fill.
    """

    n_fills: int
    n_units: int
    delta_bps: float | None
    t_stat: float | None
    badge: Badge
    expected_bps: float | None = None
    realised_bps: float | None = None


def support(entries: Iterable[LedgerEntry], family: str) -> Support:
    """Sum up a family's settled evidence; offline, simulated and set-clock rows never count."""
    fills = settled_fills(row for row in evidence_rows(entries) if row.family == family)
    if not fills:
        return Support(0, 0, None, None, badge(0, None))
    units = [fill.risk_unit for fill in fills]
    deltas = np.array([fill.delta_bps for fill in fills], dtype=np.float64)
    found = clustered_mean(deltas, contracts(fills), units)
    n_units = len(set(units))
    edges = series_delta(fills)
    return Support(
        n_fills=len(fills),
        n_units=n_units,
        delta_bps=found.mean,
        t_stat=found.t_stat,
        badge=badge(n_units, found.t_stat),
        expected_bps=edges.edge_expected_bps,
        realised_bps=edges.edge_realised_bps,
    )
