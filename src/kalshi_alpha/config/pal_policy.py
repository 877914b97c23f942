"""``configs/pal_policy.yaml``: dollars at risk per ladder and per strike."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Literal

import msgspec

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.risk.pal import PalLimits
from kalshi_alpha.core.types import Ladder, Money, Strike


class SeriesCaps(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Caps of one series, in whole dollars of maximum loss.

    Attributes
    ----------
    ladder_cap_usd
        Sum over the strikes of one event.
    strike_cap_usd
        Each strike that has no override.
    strike_overrides
        Strike as the venue writes its floor (or its cap, where it has no floor) to dollars.
    """

    ladder_cap_usd: int
    strike_cap_usd: int
    strike_overrides: dict[str, int] = {}

    def __post_init__(self) -> None:
        if min(self.ladder_cap_usd, self.strike_cap_usd, *self.strike_overrides.values(), 0) < 0:
            raise BadParameter("a cap cannot be negative")
        values = [strike_value(text) for text in self.strike_overrides]
        if len(set(values)) != len(values):
            raise BadParameter("strike_overrides names one strike twice")

    def strike_cap(self, strike: Decimal) -> int:
        """Return the cap of one strike in dollars: never above the ladder's."""
        overrides = {strike_value(text): usd for text, usd in self.strike_overrides.items()}
        return min(overrides.get(strike, self.strike_cap_usd), self.ladder_cap_usd)


class PalPolicy(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Position limits of every series; one that is not named has the default's."""

    schema: Literal[1]
    default: SeriesCaps
    series: dict[str, SeriesCaps]

    def caps(self, series_ticker: str) -> SeriesCaps:
        """Return the caps of a series."""
        return self.series.get(series_ticker, self.default)

    def limits(self, ladder: Ladder) -> PalLimits:
        """Return the limits of one event's ladder, keyed by market ticker."""
        caps = self.caps(ladder.series_ticker)
        overridden = {strike_value(text) for text in caps.strike_overrides}
        return PalLimits(
            ladder_cap=Money(caps.ladder_cap_usd * 1_000_000),
            strike_cap=Money(caps.strike_cap_usd * 1_000_000),
            strike_overrides=tuple(
                (market.ticker, Money(caps.strike_cap(bound) * 1_000_000))
                for market in ladder.markets
                if (bound := _bound(market.strike)) is not None and bound in overridden
            ),
        )


def strike_value(text: str) -> Decimal:
    """Read a strike as a number, so that ``0.3`` and ``0.30`` are one strike.

    Raises
    ------
    BadParameter
        If it is no finite number.
    """
    try:
        value = Decimal(text)
    except InvalidOperation as error:
        raise BadParameter(f"strike {text!r} is no number") from error
    if not value.is_finite():
        raise BadParameter(f"strike {text!r} is not finite")
    return value


def _bound(strike: Strike) -> Decimal | None:
    return strike.floor if strike.floor is not None else strike.cap
