"""The terms a series trades under: which formula, times which multiplier."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from kalshi_alpha.core.errors import UnknownFee
from kalshi_alpha.core.types import Contracts, Price
from kalshi_alpha.core.types.price import E4_PER_DOLLAR

E10_PER_UNIT = 10**10  # a rate of 0.0175 times a multiplier of six decimals is a whole number of it
_TAKER_RATE_E4 = 700  # 0.07, the venue's published base rate
_MULTIPLIER_MAX = 100  # far above anything ever listed; above it the number is a mistake
_E6 = 10**6


class FeeType(StrEnum):
    """The fee formulas that can be computed; names are the venue's.

    The venue's list also has ``flat``, whose table is not published, and may grow: every name
    that is not here is refused, never guessed.
    """

    QUADRATIC = "quadratic"
    QUADRATIC_WITH_MAKER_FEES = "quadratic_with_maker_fees"
    QUADRATIC_WITH_COMBO_MAKER_FEES = "quadratic_with_combo_maker_fees"


class Liquidity(StrEnum):
    """Whether a fill took resting liquidity or was the resting side.

    What matches on entry is a taker fill, also when it improves the spread; what rests and
    trades later is a maker fill. One order can have both.
    """

    MAKER = "maker"
    TAKER = "taker"


_MAKER_RATE_E4 = {
    FeeType.QUADRATIC: 0,
    FeeType.QUADRATIC_WITH_MAKER_FEES: 175,
    FeeType.QUADRATIC_WITH_COMBO_MAKER_FEES: 350,
}


@dataclass(frozen=True, slots=True)
class FeeTerms:
    """A fee formula and the multiplier it is scaled by.

    The fee of a fill of ``C`` contracts at ``P`` dollars, before rounding, is
    ``rate * C * P * (1 - P)`` dollars, with rate 0.07 times the multiplier for a taker and
    0, 0.0175 or 0.035 times the multiplier for a maker (the venue's published fee schedule).

    Raises
    ------
    UnknownFee
        If the multiplier is negative, not finite, above 100 or finer than six decimals.
    """

    fee_type: FeeType
    multiplier: Decimal

    def __post_init__(self) -> None:
        multiplier = self.multiplier
        if not (multiplier.is_finite() and 0 <= multiplier <= _MULTIPLIER_MAX):
            raise UnknownFee(f"fee multiplier must be in [0, {_MULTIPLIER_MAX}], was {multiplier}")
        # Through an exact ratio: Decimal arithmetic would round by the caller's context. The size
        # is looked at first, because the ratio of 1E-999999999 does not fit in memory.
        if multiplier and (multiplier.adjusted() < -6 or _E6 % multiplier.as_integer_ratio()[1]):
            raise UnknownFee(f"fee multiplier is finer than six decimals: {multiplier}")

    @classmethod
    def parse(cls, fee_type: str | None, multiplier: Decimal | float | str | None) -> FeeTerms:
        """Read the venue's ``fee_type`` and ``fee_multiplier``.

        Absence is a refusal: a default multiplier would price the series as free, or as
        something it is not.

        Raises
        ------
        UnknownFee
            If either is missing, the type is ``flat`` or not known, or the multiplier is not a
            finite number in range.
        """
        if fee_type is None or fee_type not in _FEE_TYPES:
            raise UnknownFee(f"fee type must be one of {sorted(_FEE_TYPES)}, was {fee_type!r}")
        return cls(FeeType(fee_type), _multiplier(multiplier))

    def overridden(
        self, fee_type: str | None, multiplier: Decimal | float | str | None
    ) -> FeeTerms:
        """Return the terms of an event: each override that is present beats the series.

        Raises
        ------
        UnknownFee
            If an override that is present cannot be read.
        """
        return FeeTerms.parse(
            self.fee_type if fee_type is None else fee_type,
            self.multiplier if multiplier is None else multiplier,
        )

    def rate_e10(self, liquidity: Liquidity) -> int:
        """Return the rate that multiplies ``C * P * (1 - P)``, in units of 1e-10, exactly."""
        taker = liquidity is Liquidity.TAKER
        rate_e4 = _TAKER_RATE_E4 if taker else _MAKER_RATE_E4[self.fee_type]
        numerator, denominator = self.multiplier.as_integer_ratio()
        return rate_e4 * numerator * (_E6 // denominator)

    def model_fee_e20(self, price: Price, contracts: Contracts, liquidity: Liquidity) -> int:
        """Return the fee before any rounding, in units of 1e-20 dollars, exactly.

        The price is the execution price of either side: the formula is symmetric in P and 1 - P.
        """
        variance_e8 = price.e4 * (E4_PER_DOLLAR - price.e4)
        return variance_e8 * contracts.e2 * self.rate_e10(liquidity)


_FEE_TYPES = frozenset(FeeType)


def _multiplier(multiplier: Decimal | float | str | None) -> Decimal:
    if multiplier is None:
        raise UnknownFee("fee multiplier is missing")
    try:
        # Through the shortest decimal text: a JSON 0.1 is a tenth, and true is no number at all.
        return Decimal(str(multiplier))
    except InvalidOperation as e:
        raise UnknownFee(f"fee multiplier is not a number, was {multiplier!r}") from e
