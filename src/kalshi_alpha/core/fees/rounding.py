"""How the venue has rounded fees and balances, as dated data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from kalshi_alpha.core.errors import BadParameter

DIRECT_STEP_E6 = 100  # $0.0001, the balance precision of a direct member
CENT_STEP_E6 = 10_000  # $0.01, the balance precision behind a broker or clearing firm


@dataclass(frozen=True, slots=True)
class RoundingRule:
    """The steps by which one fill's fee, balance change and rebate are rounded.

    All steps are in 1e-6 dollars. The trade fee is rounded up to ``fee_step_e6``, then the
    balance change down to ``balance_step_e6``; what that sweeps up is collected per order and
    given back by multiples of ``rebate_step_e6`` (None: never). With ``per_order`` the trade fee
    is rounded up once on the order's running total instead of on every fill.

    Raises
    ------
    BadParameter
        If a step is not a positive integer, or a rebate would break the balance's own step.
    """

    fee_step_e6: int
    balance_step_e6: int
    rebate_step_e6: int | None
    per_order: bool = False

    def __post_init__(self) -> None:
        steps = [self.fee_step_e6, self.balance_step_e6]
        if self.rebate_step_e6 is not None:
            steps.append(self.rebate_step_e6)
        if not all(type(step) is int and step > 0 for step in steps):
            raise BadParameter(f"rounding steps must be positive integers, were {steps}")
        if self.rebate_step_e6 is not None and self.rebate_step_e6 % self.balance_step_e6:
            raise BadParameter(f"rebates by {self.rebate_step_e6} break {self.balance_step_e6}")


TABLE_ROUNDING = RoundingRule(CENT_STEP_E6, 1, None, per_order=True)
"""The conservative mode: the order's whole fee up to a cent, as in the published fee table.

Principal is left as it is, because the table knows nothing of balances.
"""


def current_rounding(balance_step_e6: int) -> RoundingRule:
    """Return today's rule for an account of this balance precision.

    Fees go up to $0.000001 per fill and rebates come by the account's own precision (the venue's
    "Fee Rounding" page, autumn 2026).

    Raises
    ------
    BadParameter
        If the step is not a positive integer.
    """
    return RoundingRule(1, balance_step_e6, balance_step_e6)


@dataclass(frozen=True, slots=True)
class _Era:
    starts_at: datetime
    direct: RoundingRule
    non_direct: RoundingRule


# Before the eras below: the total of an execution up to a whole cent, no rebate within the order.
_CENT_ERA = RoundingRule(CENT_STEP_E6, CENT_STEP_E6, None)

# The venue published neither change with a date for the fee step. Each era starts on the first
# day its rule is known to have held, so that an undated stretch is priced by the dearer rule.
_ERAS = (
    _Era(
        datetime(2026, 9, 28, tzinfo=UTC),
        current_rounding(DIRECT_STEP_E6),
        current_rounding(CENT_STEP_E6),
    ),
    _Era(
        datetime(2026, 5, 28, tzinfo=UTC),
        RoundingRule(100, DIRECT_STEP_E6, CENT_STEP_E6),
        RoundingRule(100, CENT_STEP_E6, CENT_STEP_E6),
    ),
)


def rounding_at(when: datetime, *, direct_member: bool = True) -> RoundingRule:
    """Return the rounding rule in force at an instant.

    Parameters
    ----------
    when : datetime
        Aware instant of the fill.
    direct_member : bool
        True for an account held at the venue itself, False for one behind a clearing firm.

    Raises
    ------
    BadParameter
        If ``when`` carries no zone.
    """
    if when.tzinfo is None:
        raise BadParameter(f"the time of a fill carries no zone: {when.isoformat()}")
    for era in _ERAS:
        if when >= era.starts_at:
            return era.direct if direct_member else era.non_direct
    return _CENT_ERA
