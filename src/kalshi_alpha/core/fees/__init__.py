"""What the venue charges, exactly: dated terms, dated rounding, integers only.

Everything exported here imports the standard library alone. The array form lives in
:mod:`kalshi_alpha.core.fees.fee_array`, which imports numpy, and is therefore not re-exported.
"""

from kalshi_alpha.core.fees.order_fees import FillFee, OrderFees, order_fee
from kalshi_alpha.core.fees.rounding import (
    CENT_STEP_E6,
    DIRECT_STEP_E6,
    TABLE_ROUNDING,
    RoundingRule,
    current_rounding,
    rounding_at,
)
from kalshi_alpha.core.fees.schedule import FeeChange, FeeOverride, FeeSchedule
from kalshi_alpha.core.fees.settlement import ScalarCredit, scalar_credit
from kalshi_alpha.core.fees.terms import E10_PER_UNIT, FeeTerms, FeeType, Liquidity

__all__ = [
    "CENT_STEP_E6",
    "DIRECT_STEP_E6",
    "E10_PER_UNIT",
    "TABLE_ROUNDING",
    "FeeChange",
    "FeeOverride",
    "FeeSchedule",
    "FeeTerms",
    "FeeType",
    "FillFee",
    "Liquidity",
    "OrderFees",
    "RoundingRule",
    "ScalarCredit",
    "current_rounding",
    "order_fee",
    "rounding_at",
    "scalar_credit",
]
