"""Times and sizes of the live gateway."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from kalshi_alpha.brokers.pauses import PausePolicy
from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.orders.lookup import UnknownPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveOptions:
    """Times and sizes.

    Attributes
    ----------
    unknown
        How unknown orders are looked up.
    pauses
        How long a 429 or a 401 silences us.
    intent_age_max
        How long an order may wait, for tokens or a connection, before it is not sent any more.
    batch_max
        Most orders of one request; None for as many as the venue's write budget pays at once,
        which is never exceeded.
    group_required
        Whether an order is sent only as part of an order group.
    reconcile_patience
        How long a comparison is repeated before its breaks count.
    reconcile_every
        Pause between two readings of it; the balance may be asked for once a second.
    seed
        Of the random factors of pauses.

    Raises
    ------
    BadParameter
        If a time or size is not positive.
    """

    unknown: UnknownPolicy = field(default_factory=UnknownPolicy)
    pauses: PausePolicy = field(default_factory=PausePolicy)
    intent_age_max: timedelta = timedelta(seconds=2)
    batch_max: int | None = None
    group_required: bool = True
    reconcile_patience: timedelta = timedelta(seconds=60)
    reconcile_every: timedelta = timedelta(seconds=1)
    seed: int = 0

    def __post_init__(self) -> None:
        spans = (self.intent_age_max, self.reconcile_patience, self.reconcile_every)
        if min(spans) <= timedelta(0) or (self.batch_max is not None and self.batch_max < 1):
            raise BadParameter(f"times and sizes must be positive, were {self}")
