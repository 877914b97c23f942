"""How large a pilot may be, and how that is applied to an order.

Nothing without GO. A first GO begins with a small part of the caps, and what was reached rises
slowly and falls at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.guards.e_value import REJECT_AT
from kalshi_alpha.core.ledger.honesty_bins import RISE_LIMIT, Badge, BinKey, bin_key
from kalshi_alpha.core.types import E2_PER_CONTRACT, Contracts, Side


@dataclass(frozen=True, slots=True)
class SizeSteps:
    """Shares of the pilot's caps.

    ``start`` at a GO, ``proven`` once thirty units stand behind a t-statistic of two, ``full``
    once the e-value rejects at five per cent besides that the edge is nil.

    Raises
    ------
    BadParameter
        If they do not rise from above 0 to at most 1.
    """

    start: float = 0.25
    proven: float = 0.5
    full: float = 1.0

    def __post_init__(self) -> None:
        if not 0.0 < self.start <= self.proven <= self.full <= 1.0:
            raise BadParameter(f"size steps must rise within (0, 1], were {self}")


def size_multiplier(
    steps: SizeSteps,
    *,
    go: bool,
    badge: Badge,
    e_value: float,
    previous: float | None,
    rise: float = RISE_LIMIT,
) -> float:
    """Return the share of the pilot's caps that a family may use.

    Parameters
    ----------
    steps
        The policy.
    go, badge, e_value
        The family's decision and what stands behind it.
    previous
        What stood when the day began, or the lowest since; None if there was nothing.
    rise
        How much it may rise by above that; the first step is open to whoever reaches GO.
    """
    if not go:
        return 0.0
    proven = badge is Badge.PROVEN
    wanted = steps.full if proven and e_value >= REJECT_AT else steps.proven
    if not proven:
        wanted = steps.start
    return min(wanted, max(steps.start, (previous or 0.0) + rise))


def scaled(contracts: Contracts, multiplier: float) -> Contracts:
    """Return an order's count under a size multiplier: whole contracts, rounded down.

    A multiplier of 0 leaves nothing. Any other leaves an order of one contract or more its one:
    below it there is no trade, and no evidence.

    Raises
    ------
    BadParameter
        If the multiplier is not in [0, 1].
    """
    if not 0.0 <= multiplier <= 1.0:
        raise BadParameter(f"size multiplier must lie in [0, 1], was {multiplier}")
    whole = contracts.e2 // E2_PER_CONTRACT
    if multiplier == 0.0 or whole == 0:
        return Contracts(0)
    return Contracts.whole(max(int(whole * multiplier + 1e-9), 1))


@dataclass(frozen=True, slots=True)
class BinTerms:
    """What a bin allows: the factor on the shrink, on the family's caps, and the largest order.

    ``cap_lots`` is in contracts; None leaves the order to the other caps.
    """

    weight: float = 1.0
    cap: float = 1.0
    cap_lots: int | None = 1

    def __post_init__(self) -> None:
        if not (0.0 <= self.weight <= 1.0 and 0.0 <= self.cap <= 1.0):
            raise BadParameter(f"weight and cap must lie in [0, 1], were {self}")
        if self.cap_lots is not None and self.cap_lots < 0:
            raise BadParameter(f"cap_lots must be >= 0, was {self.cap_lots}")

    def largest(self, contracts: Contracts) -> Contracts:
        """Return the order cut to ``cap_lots``."""
        if self.cap_lots is None:
            return contracts
        return min(contracts, Contracts.whole(self.cap_lots), key=lambda each: each.e2)


NO_EVIDENCE = BinTerms()
"""A bin without a settled fill: its edge is believed, one contract at a time."""


def bin_terms(
    bins: Mapping[BinKey, BinTerms],
    family: str,
    side: Side,
    price_e4: int,
    lead_hours: float | None,
) -> BinTerms:
    """Return what the bin of an order allows.

    Raises
    ------
    BadParameter
        If the lead time is not a number.
    """
    return bins.get(bin_key(family, side, price_e4, lead_hours), NO_EVIDENCE)
