"""What the pilot's configuration means to the gateway and to the quoting loop."""

from __future__ import annotations

from decimal import Decimal

from kalshi_alpha.config.pilot import Pilot
from kalshi_alpha.core.orders.caps import Caps, LadderCaps
from kalshi_alpha.core.quoting.basis import RepriceThresholds
from kalshi_alpha.core.quoting.plan import QueuePolicy
from kalshi_alpha.core.types import Contracts, Money
from kalshi_alpha.core.types.money import E6_PER_DOLLAR
from kalshi_alpha.exec.quoting.loop import LoopPolicy


def pilot_caps(pilot: Pilot) -> Caps:
    """Return the caps of the last check, from the pilot's configuration."""
    caps = pilot.caps
    return Caps(
        total=_dollars(caps.total_usd),
        per_second=caps.orders_per_second,
        default=LadderCaps(
            # A contract never costs more than a dollar and its fee of less than two cents.
            order=Money(caps.order_contracts * E6_PER_DOLLAR * 102 // 100),
            strike=_dollars(caps.strike_usd),
            ladder=_dollars(caps.ladder_usd),
            order_contracts=Contracts.whole(caps.order_contracts),
        ),
    )


def loop_policy(pilot: Pilot) -> LoopPolicy:
    """Return when the loop thinks and what it may send, from the pilot's configuration."""
    quoting = pilot.quoting
    return LoopPolicy(
        thresholds=RepriceThresholds(
            prob=quoting.reprice_probability,
            book_e4=int(100 * quoting.reprice_cents),
            age_s=quoting.max_age_s,
        ),
        queue=QueuePolicy(
            improvement_e4=int(100 * quoting.improvement_cents),
            size_e2=int(100 * quoting.size_contracts),
            tokens=quoting.tokens_per_round,
        ),
        pause_s=quoting.pause_ms / 1000,
    )


def _dollars(amount: Decimal) -> Money:
    return Money(int(amount * E6_PER_DOLLAR))
