"""What the pilot's configuration means to the gateway and to the quoting loop."""

from __future__ import annotations

from decimal import Decimal

from kalshi_alpha.config.pilot import Pilot
from kalshi_alpha.core.orders.caps import Caps, LadderCaps
from kalshi_alpha.core.quoting.basis import RepriceThresholds
from kalshi_alpha.core.quoting.clamp import Clamp
from kalshi_alpha.core.quoting.plan import QueuePolicy
from kalshi_alpha.core.ramp.size import scaled
from kalshi_alpha.core.types import Contracts, Money
from kalshi_alpha.core.types.money import E6_PER_DOLLAR
from kalshi_alpha.exec.quoting.loop import LoopPolicy


def pilot_caps(pilot: Pilot, size: float = 1.0) -> Caps:
    """Return the caps of the last check, from the pilot's configuration.

    Parameters
    ----------
    pilot
        The configuration.
    size
        Share of its caps that the ramp allows; the number of orders a second is not one of them.
    """
    caps, most, clamp = pilot.caps, order_contracts(pilot, size), pilot_clamp(pilot, size)
    return Caps(
        total=_dollars(caps.total_usd, size),
        per_second=caps.orders_per_second,
        contracts=clamp.contracts,
        strikes=clamp.bins,
        default=LadderCaps(
            # A contract never costs more than a dollar and its fee of less than two cents.
            order=Money(most.e2 * E6_PER_DOLLAR * 102 // 10_000),
            strike=_dollars(caps.strike_usd, size),
            ladder=_dollars(caps.ladder_usd, size),
            order_contracts=most,
        ),
    )


def order_contracts(pilot: Pilot, size: float) -> Contracts:
    """Return the largest order under the ramp's share."""
    return scaled(Contracts.whole(pilot.caps.order_contracts), size)


def pilot_clamp(pilot: Pilot, size: float) -> Clamp:
    """Return how many strikes and contracts a session may hold and want in all."""
    caps = pilot.caps
    return Clamp(caps.bins, scaled(Contracts.whole(caps.session_contracts), size))


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


def _dollars(amount: Decimal, size: float) -> Money:
    return Money(int(int(amount * E6_PER_DOLLAR) * size))
