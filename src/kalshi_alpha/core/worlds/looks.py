"""The operator's looks at the ramp: after every settled unit, by the policy that live money needs.

The decision is the real one, `core.ramp` and `core.gates.evidence`. Because a world is lived
through a thousand times, the figures are those of `core.ramp.running`, which grow with the ledger,
and a look whose answer cannot be GO by counts or t-statistics is not worked out further.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from kalshi_alpha.core.gates.evidence import EvidenceLimits, ramp_reading
from kalshi_alpha.core.gates.reasons import Reason
from kalshi_alpha.core.ledger.delta import SettledFill
from kalshi_alpha.core.ledger.entry import LedgerEntry
from kalshi_alpha.core.ledger.evidence import evidence_rows
from kalshi_alpha.core.ledger.honesty_bins import BinKey
from kalshi_alpha.core.ledger.standard_errors import ClusteredMean
from kalshi_alpha.core.ramp.bin_veto import UNITS_MIN
from kalshi_alpha.core.ramp.running import RunningFigures
from kalshi_alpha.core.ramp.statistic import Declaration, Statistic, mean_delta
from kalshi_alpha.core.worlds.terms import FAMILY

_MOMENT = timedelta(seconds=1)
_ERRORS = 2.0


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
    _ledger: RunningFigures = field(init=False)
    _far_below: dict[BinKey, tuple[int, bool]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._ledger = RunningFigures(FAMILY, self.rule.declaration)

    def look(self, settled: Sequence[LedgerEntry], at: datetime, breaches: Sequence[str]) -> bool:
        """Take in a unit's settled rows, decide, and say whether it is GO."""
        self._ledger.settle(evidence_rows(settled))
        seen = self._decide(at + _MOMENT, breaches) if self._could_be_go() else None
        if seen is not None:
            self.found.append(seen)
        self.n_looks += 1
        return seen is not None and seen.honest

    def settled_mean(self) -> ClusteredMean | None:
        """Return realised less expected edge by outcomes, with its errors."""
        return self._ledger.mean(0.0)

    def closing_mean(self) -> ClusteredMean | None:
        """Return the same by closing mids."""
        return self._ledger.mean(1.0)

    @property
    def rows(self) -> Sequence[LedgerEntry]:
        """The rows that count, in order of settlement."""
        return self._ledger.rows

    @property
    def fills(self) -> Sequence[SettledFill]:
        """The same in basis points."""
        return self._ledger.fills

    def _could_be_go(self) -> bool:
        limits = self.rule.limits
        if len(self._ledger.fills) < max(limits.min_fills, 1):
            return False
        # Whichever of the two statistics counts, one of them must pass.
        means = (self.settled_mean(), self.closing_mean())
        return any(m and m.t_stat and m.t_stat >= limits.min_t_stat for m in means)

    def _decide(self, at: datetime, breaches: Sequence[str]) -> Look | None:
        judged = self._ledger.judged()
        if judged is None:
            return None
        evidence = self._ledger.evidence(judged, breaches)
        lacking = ramp_reading(evidence, self.rule.limits, made_at=at).findings
        if any(finding.reason is not Reason.EV_HONESTY for finding in lacking):
            return None
        return Look(
            number=self.n_looks,
            honest=not lacking,
            by_own_spread=not self._any_far_below(),
            by_closing=judged.used is Statistic.CLOSING_LINE,
            e_value=self._ledger.wealth.e_value,
        )

    def _any_far_below(self) -> bool:
        """Say whether a bin's mean lies two of its own standard errors below what was expected."""
        for key, fills in self._ledger.by_bin.items():
            if key not in self._far_below or self._far_below[key][0] != len(fills):
                mean = mean_delta(fills, 0.0)
                t_stat = mean.t_stat
                far = mean.n_units >= UNITS_MIN and t_stat is not None and not t_stat > -_ERRORS
                self._far_below[key] = (len(fills), far)
        return any(far for _, far in self._far_below.values())
