"""``configs/pilot.yaml``: the caps of a pilot session, and when it re-quotes."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Literal

import msgspec

from kalshi_alpha.config.loading import Loaded, load
from kalshi_alpha.core.errors import BadParameter


class PilotCaps(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Largest orders and exposures of a session; dollars are at risk, fees included."""

    order_contracts: int
    session_contracts: int
    bins: int
    strike_usd: Decimal
    ladder_usd: Decimal
    total_usd: Decimal
    orders_per_second: int

    def __post_init__(self) -> None:
        if not min(self.order_contracts, self.bins, self.orders_per_second) >= 1:
            raise BadParameter("order_contracts, bins and orders_per_second must be at least 1")
        if not self.session_contracts >= self.order_contracts:
            raise BadParameter("session_contracts must be at least order_contracts")
        dollars = (self.strike_usd, self.ladder_usd, self.total_usd)
        if not (
            all(each.is_finite() for each in dollars) and 0 < dollars[0] <= dollars[1] <= dollars[2]
        ):
            raise BadParameter("caps must be 0 < strike_usd <= ladder_usd <= total_usd")


class OrderGroup(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The venue's own brake: contracts that may be filled within 15 seconds."""

    contracts_in_15_s: int

    def __post_init__(self) -> None:
        if self.contracts_in_15_s < 1:
            raise BadParameter("contracts_in_15_s must be at least 1")


class Quoting(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """When a session re-quotes, and when it keeps a place in the queue."""

    reprice_probability: float
    reprice_cents: Decimal
    max_age_s: float
    improvement_cents: Decimal
    size_contracts: Decimal
    tokens_per_round: int
    pause_ms: int

    def __post_init__(self) -> None:
        for name in ("reprice_cents", "improvement_cents", "size_contracts"):
            value = getattr(self, name)
            if not (value.is_finite() and value > 0 and (100 * value) % 1 == 0):
                raise BadParameter(f"{name} must be above zero, by 0.01")
        # Stated as what must hold, so that a NaN fails too.
        if not (0.0 < self.reprice_probability < 1.0 and 0.0 < self.max_age_s < float("inf")):
            raise BadParameter("reprice_probability must lie in (0, 1), max_age_s above zero")
        if self.tokens_per_round < 1 or not 1 <= self.pause_ms <= 1000:
            raise BadParameter("tokens_per_round must be at least 1, pause_ms 1 to 1000")


class Pilot(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Everything that ``pilot.yaml`` decides; ``series`` names the families that may be traded."""

    schema: Literal[1]
    series: tuple[str, ...]
    caps: PilotCaps
    group: OrderGroup
    quoting: Quoting


def load_pilot(path: Path) -> Loaded[Pilot]:
    """Read a pilot configuration.

    Raises
    ------
    ConfigError
        If it is absent or wrong.
    """
    return load(path, Pilot, remedy="--pilot-config must name a file that can be read")
