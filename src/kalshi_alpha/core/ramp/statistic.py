r"""The statistic a family is judged by: declared before the window, never the better of two.

Outcomes are noisy: a few dozen of them say nothing about an edge of a few cents. The mid before
the close takes most of that noise out, and is unbiased only while such mids are calibrated. Which
of the two judges is therefore declared beforehand, and the mids have to prove themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import numpy as np

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.ledger.closing_line import MidCalibration, mid_calibration
from kalshi_alpha.core.ledger.delta import (
    SettledFill,
    closing_line_deltas,
    contracts,
    settled_fills,
)
from kalshi_alpha.core.ledger.entry import PAYOUT_E6_PER_E2, LedgerEntry
from kalshi_alpha.core.ledger.standard_errors import ClusteredMean, clustered_mean

CLOSING_SHARE_MIN = 0.8
"""Share of the contracts that must have a closing mid before the closing line is believed."""


class Statistic(StrEnum):
    """What realised edge is measured by."""

    SETTLED = "settled"
    CLOSING_LINE = "closing_line"


@dataclass(frozen=True, slots=True)
class Declaration:
    """Which statistic judges a family, and since when that has been said.

    Raises
    ------
    BadParameter
        If the time carries no zone.
    """

    statistic: Statistic
    declared_at: datetime

    def __post_init__(self) -> None:
        if self.declared_at.tzinfo is None:
            raise BadParameter("declared_at needs its zone")

    def window(self, entries: Iterable[LedgerEntry]) -> list[LedgerEntry]:
        """Return the entries whose order was placed once the statistic was declared.

        Earlier ones do not count at all, whichever statistic is declared: a choice between two
        statistics that is made after seeing both is no test.
        """
        return [entry for entry in entries if entry.placed_at >= self.declared_at]


@dataclass(frozen=True, slots=True)
class Judged:
    """Both statistics over one sample, and which of them counts.

    Attributes
    ----------
    settled, closing
        Realised less expected edge in basis points of payout with its errors, by outcomes and by
        closing mids; None without a settled fill.
    declared, used
        What was declared, and what counts: outcomes, if the mids did not prove themselves.
    beta
        Control coefficient that ``closing`` was computed with: 1, or 0 where mids are not
        calibrated, and both statistics are then the same.
    calibration
        Regression of outcomes on closing mids; None if it cannot be computed.
    closing_share
        Share of the contracts that have a closing mid.
    """

    settled: ClusteredMean | None
    closing: ClusteredMean | None
    declared: Statistic
    used: Statistic
    beta: float
    calibration: MidCalibration | None
    closing_share: float

    @property
    def sample(self) -> ClusteredMean | None:
        """The mean that counts."""
        return self.closing if self.used is Statistic.CLOSING_LINE else self.settled


def judge(entries: Sequence[LedgerEntry], declared: Statistic) -> Judged:
    """Compute both statistics, and say which counts.

    Closing mids count only if slope 1 and intercept 0 lie in the 90 % intervals of the regression
    of outcomes on them, and most contracts have one.

    Parameters
    ----------
    entries
        Evidence rows of one family within the declared window; those not settled are passed over.
    declared
        What the configuration declares.
    """
    fills = settled_fills(entries)
    calibration = _calibration(entries)
    if not fills:
        return Judged(None, None, declared, Statistic.SETTLED, 0.0, calibration, 0.0)
    return judge_means(
        lambda beta: mean_delta(fills, beta), declared, calibration, mid_share(fills)
    )


def mean_delta(fills: Sequence[SettledFill], beta: float) -> ClusteredMean:
    """Return the mean of the deltas with ``beta`` of the settlement noise taken out.

    Raises
    ------
    BadParameter
        If there is no fill.
    """
    units = [fill.risk_unit for fill in fills]
    return clustered_mean(closing_line_deltas(fills, beta), contracts(fills), units)


def mid_share(fills: Sequence[SettledFill]) -> float:
    """Return the share of the contracts that have a closing mid."""
    weights = contracts(fills)
    has_mid = np.array([fill.noise_bps is not None for fill in fills])
    return float(weights[has_mid].sum() / weights.sum())


def judge_means(
    mean: Callable[[float], ClusteredMean],
    declared: Statistic,
    calibration: MidCalibration | None,
    share: float,
) -> Judged:
    """Say which of the two means counts.

    Parameters
    ----------
    mean
        Returns the mean for a control coefficient, as `mean_delta`.
    declared
        What the configuration declares.
    calibration
        Regression of outcomes on closing mids; None if it cannot be computed.
    share
        Share of the contracts that have a closing mid.
    """
    proven = calibration is not None and calibration.is_calibrated and share >= CLOSING_SHARE_MIN
    beta = 1.0 if proven else 0.0
    by_closing = proven and declared is Statistic.CLOSING_LINE
    return Judged(
        settled=mean(0.0),
        closing=mean(beta),
        declared=declared,
        used=Statistic.CLOSING_LINE if by_closing else Statistic.SETTLED,
        beta=beta,
        calibration=calibration,
        closing_share=share,
    )


def _calibration(entries: Iterable[LedgerEntry]) -> MidCalibration | None:
    rows = [e for e in entries if e.is_settled and e.count_e2 and e.close_mid is not None]
    paid: FloatArray = np.array(
        [float(row.payout_e6 or 0) / (row.count_e2 * PAYOUT_E6_PER_E2) for row in rows]
    )
    mids: FloatArray = np.array([float(row.close_mid or 0.0) for row in rows])
    return mid_calibration(paid, mids, [row.risk_unit for row in rows])
