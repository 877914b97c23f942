"""What a desk in a world trades under: the caps, the sizing and the fees of the real one."""

from __future__ import annotations

from dataclasses import dataclass

from kalshi_alpha.core.fees import DIRECT_STEP_E6, FeeTerms
from kalshi_alpha.core.proposals.book_risk import RiskModel
from kalshi_alpha.core.proposals.policy import SizingPolicy
from kalshi_alpha.core.risk.pal import PalLimits

FAMILY = "CLAIMS"
SERIES = "KXJOBLESSCLAIMS"
QUANTITY = "claims"
SHRINK = 0.9
LEARNS_EVERY = 13
"""Units between two lessons on how much our forecast weighs against the market's."""


@dataclass(frozen=True, slots=True, eq=False)
class DeskTerms:
    """Caps, sizing, risk and fees.

    Parameters
    ----------
    limits
        Dollars at risk per ladder and strike.
    sizing
        Kelly's rule with its bankroll.
    risk
        Value at risk and its limit.
    fees
        What the venue charges.
    balance_step_e6
        The account's balance precision.
    """

    limits: PalLimits
    sizing: SizingPolicy
    risk: RiskModel
    fees: FeeTerms
    balance_step_e6: int = DIRECT_STEP_E6
