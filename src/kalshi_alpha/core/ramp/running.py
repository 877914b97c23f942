"""What the ledger shows of one family while it grows, without reading it again at every look."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from kalshi_alpha.core.gates.evidence import RampEvidence
from kalshi_alpha.core.guards.e_value import WealthState
from kalshi_alpha.core.ledger.closing_line import MidCalibration, mid_calibration
from kalshi_alpha.core.ledger.delta import SettledFill, settled_fill
from kalshi_alpha.core.ledger.entry import PAYOUT_E6_PER_E2, LedgerEntry
from kalshi_alpha.core.ledger.honesty_bins import BinKey, bin_key
from kalshi_alpha.core.ledger.standard_errors import ClusteredMean
from kalshi_alpha.core.ledger.units import settled_units
from kalshi_alpha.core.ramp.bin_veto import BinScores
from kalshi_alpha.core.ramp.figures import evidence_of, is_possible, staked
from kalshi_alpha.core.ramp.statistic import Declaration, Judged, judge_means, mean_delta, mid_share


@dataclass(slots=True)
class RunningFigures:
    """The figures of a family as `figures` would give them after each settled unit.

    Only for a ledger whose units come one after the other, each with all of its rows settled; a
    unit that comes in parts, or late, needs `figures`.

    Parameters
    ----------
    family
        Its name.
    declaration
        Which statistic judges, and since when; orders from before do not count.

    Attributes
    ----------
    rows, fills
        What has been taken in, in order of settlement: rows with contracts, and the same in basis
        points.
    by_bin
        The fills of every honesty bin.
    wealth
        Evidence against no edge, as a bettor's wealth.
    """

    family: str
    declaration: Declaration
    rows: list[LedgerEntry] = field(default_factory=list)
    fills: list[SettledFill] = field(default_factory=list)
    by_bin: dict[BinKey, list[SettledFill]] = field(default_factory=lambda: defaultdict(list))
    wealth: WealthState = field(default_factory=WealthState)
    _n_units: int = 0
    _scores: BinScores = field(default_factory=BinScores)
    _mids: list[tuple[float, float, str]] = field(default_factory=list)
    _means: dict[float, ClusteredMean] = field(default_factory=dict)

    def settle(self, rows: Sequence[LedgerEntry]) -> None:
        """Take in a unit's settled rows.

        Raises
        ------
        BadParameter
            If one of them with contracts is not settled.
        """
        counted = [row for row in self.declaration.window(rows) if row.count_e2]
        if not counted:
            return
        self._means.clear()
        for row in counted:
            self._take(row)
        for unit in settled_units(counted):
            self._n_units += 1
            if is_possible(unit):
                self.wealth = staked(self.wealth, unit)

    def mean(self, beta: float) -> ClusteredMean | None:
        """Return the mean of the deltas with ``beta`` of the settlement noise taken out."""
        return self._mean(beta) if self.fills else None

    def judged(self) -> Judged | None:
        """Return both statistics and which of them counts; None without a fill."""
        if not self.fills:
            return None
        share = mid_share(self.fills)
        return judge_means(self._mean, self.declaration.statistic, self._calibration(), share)

    def evidence(self, judged: Judged, breaches: Sequence[str]) -> RampEvidence:
        """Return what the gate is told."""
        counts = (len(self.fills), self._n_units, len(breaches))
        honest = not self._scores.vetoing()
        return evidence_of(self.family, judged, counts, honest=honest)

    def _take(self, row: LedgerEntry) -> None:
        fill = settled_fill(row)
        self.rows.append(row)
        self.fills.append(fill)
        self._scores.add(row)
        key = bin_key(row.family, row.side, row.price_e4, row.lead_hours)
        self.by_bin[key].append(fill)
        if row.close_mid is not None:
            paid = float(row.payout_e6 or 0) / (row.count_e2 * PAYOUT_E6_PER_E2)
            self._mids.append((paid, row.close_mid, row.risk_unit))

    def _mean(self, beta: float) -> ClusteredMean:
        if beta not in self._means:
            self._means[beta] = mean_delta(self.fills, beta)
        return self._means[beta]

    def _calibration(self) -> MidCalibration | None:
        if not self._mids:
            return None
        paid, mids, units = zip(*self._mids, strict=True)
        return mid_calibration(np.array(paid), np.array(mids), units)
