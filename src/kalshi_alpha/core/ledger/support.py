"""How much settled evidence stands behind a family's edges."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from kalshi_alpha.core.ledger.delta import contracts, settled_fills
from kalshi_alpha.core.ledger.entry import LedgerEntry
from kalshi_alpha.core.ledger.evidence import evidence_rows
from kalshi_alpha.core.ledger.honesty_bins import Badge, badge
from kalshi_alpha.core.ledger.standard_errors import clustered_mean


@dataclass(frozen=True, slots=True)
class Support:
    """Settled fills that count, the risk units they settled on, and the confidence badge.

    ``delta_bps`` is realised less expected edge in basis points of notional, with its t
    statistic clustered by risk unit; None where there are too few to say.
    """

    n_fills: int
    n_units: int
    delta_bps: float | None
    t_stat: float | None
    badge: Badge


def support(entries: Iterable[LedgerEntry], family: str) -> Support:
    """Sum up a family's settled evidence; offline, simulated and set-clock rows never count."""
    fills = settled_fills(row for row in evidence_rows(entries) if row.family == family)
    if not fills:
        return Support(0, 0, None, None, badge(0, None))
    units = [fill.risk_unit for fill in fills]
    deltas = np.array([fill.delta_bps for fill in fills], dtype=np.float64)
    found = clustered_mean(deltas, contracts(fills), units)
    n_units = len(set(units))
    return Support(len(fills), n_units, found.mean, found.t_stat, badge(n_units, found.t_stat))
