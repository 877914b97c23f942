"""The operator's looks at the ramp: after every settled unit, by the policy that live money needs.

The decision is the real one, `core.ramp.figures` and `core.gates.evidence`. Because a world is
lived through a thousand times, a look whose answer cannot be GO by counts or t-statistics that
are kept up to date is not worked out further.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np

from kalshi_alpha.core.gates.evidence import EvidenceLimits, ramp_reading
from kalshi_alpha.core.gates.reasons import Reason
from kalshi_alpha.core.ledger.delta import (
    SettledFill,
    closing_line_deltas,
    contracts,
    settled_fill,
)
from kalshi_alpha.core.ledger.entry import LedgerEntry
from kalshi_alpha.core.ledger.evidence import evidence_rows
from kalshi_alpha.core.ledger.honesty_bins import HonestyBin
from kalshi_alpha.core.ledger.standard_errors import ClusteredMean, clustered_mean
from kalshi_alpha.core.ramp.bin_veto import UNITS_MIN
from kalshi_alpha.core.ramp.figures import figures
from kalshi_alpha.core.ramp.statistic import Declaration, Statistic
from kalshi_alpha.core.worlds.terms import FAMILY, SHRINK

_MOMENT = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class RampRule:
    """What GO needs in a world: the policy's limits, and the statistic it has declared."""

    limits: EvidenceLimits
    declaration: Declaration


@dataclass(frozen=True, slots=True)
class Look:
    """One look that was GO, or would have been but for the veto of an honesty bin.

    Attributes
    ----------
    number
        Looks are counted from 0.
    honest
        False where a bin vetoed by the ramp's own test.
    by_own_spread
        False where one would have vetoed by the spread that its own units showed.
    by_closing
        Whether the declared closing mids judged, and not outcomes in their place.
    e_value
        Evidence against no edge; it stands beside the rest and is not asked for.
    """

    number: int
    honest: bool
    by_own_spread: bool
    by_closing: bool
    e_value: float


@dataclass(slots=True)
class Looks:
    """The ledger of a desk as it grows, and what was decided at each look.

    Parameters
    ----------
    rule
        What GO needs.

    Attributes
    ----------
    found
        Looks at which everything but, perhaps, the honesty bins said GO.
    n_looks
        Looks so far.
    """

    rule: RampRule
    found: list[Look] = field(default_factory=list)
    n_looks: int = 0
    _rows: list[LedgerEntry] = field(default_factory=list)
    _fills: list[SettledFill] = field(default_factory=list)

    def look(self, settled: Sequence[LedgerEntry], at: datetime, breaches: Sequence[str]) -> bool:
        """Take in a unit's settled rows, decide, and say whether it is GO."""
        counted = [row for row in evidence_rows(settled) if row.count_e2]
        self._rows += counted
        self._fills += [settled_fill(row) for row in counted]
        seen = self._decide(at + _MOMENT, breaches) if self._could_be_go() else None
        if seen is not None:
            self.found.append(seen)
        self.n_looks += 1
        return seen is not None and seen.honest

    def settled_mean(self) -> ClusteredMean | None:
        """Return realised less expected edge by outcomes, with its errors."""
        return self._mean(0.0)

    def closing_mean(self) -> ClusteredMean | None:
        """Return the same by closing mids."""
        return self._mean(1.0)

    @property
    def rows(self) -> Sequence[LedgerEntry]:
        """The rows that count, in order of settlement."""
        return self._rows

    @property
    def fills(self) -> Sequence[SettledFill]:
        """The same in basis points."""
        return self._fills

    def _could_be_go(self) -> bool:
        limits = self.rule.limits
        if len(self._fills) < max(limits.min_fills, 1):
            return False
        # Whichever of the two statistics counts, one of them must pass.
        means = (self.settled_mean(), self.closing_mean())
        return any(m and m.t_stat and m.t_stat >= limits.min_t_stat for m in means)

    def _decide(self, at: datetime, breaches: Sequence[str]) -> Look | None:
        found = figures(
            FAMILY, self._rows, self.rule.declaration, at, shrink=SHRINK, breaches=breaches
        )
        lacking = ramp_reading(found.evidence(), self.rule.limits, made_at=at).findings
        if any(finding.reason is not Reason.EV_HONESTY for finding in lacking):
            return None
        return Look(
            number=self.n_looks,
            honest=not lacking,
            by_own_spread=not any(map(_far_below, found.bins.values())),
            by_closing=found.judged.used is Statistic.CLOSING_LINE,
            e_value=found.e_value,
        )

    def _mean(self, beta: float) -> ClusteredMean | None:
        if not self._fills:
            return None
        deltas = closing_line_deltas(self._fills, beta)
        units = [fill.risk_unit for fill in self._fills]
        return clustered_mean(np.asarray(deltas), contracts(self._fills), units)


def _far_below(found: HonestyBin) -> bool:
    """Say whether a bin's mean lies two of its own standard errors below what was expected."""
    return found.n_units >= UNITS_MIN and found.t_stat is not None and not found.t_stat > -2.0
