"""The caps of a pilot as they were agreed, and every way in which a file is looser."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from kalshi_alpha.config.pilot import OrderGroup, Pilot, PilotCaps
from kalshi_alpha.core.errors import ConfigWeakened

FAMILIES = frozenset({"CPI", "CLAIMS", "TNEY", "WEATHER"})
CAPS = PilotCaps(
    order_contracts=5,
    session_contracts=60,
    bins=8,
    strike_usd=Decimal(25),
    ladder_usd=Decimal(75),
    total_usd=Decimal(150),
    orders_per_second=5,
)
GROUP = OrderGroup(contracts_in_15_s=25)
QUOTING: Mapping[str, float | Decimal] = {
    "reprice_probability": 0.005,
    "reprice_cents": Decimal(1),
    "max_age_s": 60.0,
    "size_contracts": Decimal(1),
}
"""What a quote may be off by, and how old it may be, before it is thought over anew."""


def pilot_weakening(found: Pilot) -> tuple[str, ...]:
    """Return one line per cap that is above its baseline; empty if none is."""
    return tuple(f"pilot.yaml: {line}" for line in _weakening(found))


def require_pilot_baseline(found: Pilot) -> None:
    """Return if no cap of a pilot is loosened.

    Raises
    ------
    ConfigWeakened
        With every loosening in one line.
    """
    if lines := pilot_weakening(found):
        raise ConfigWeakened("; ".join(lines))


def _weakening(found: Pilot) -> Iterator[str]:
    for stranger in sorted(set(found.series) - FAMILIES):
        yield f"series: {stranger} is not among {', '.join(sorted(FAMILIES))}"
    for section, value, base in (("caps", found.caps, CAPS), ("group", found.group, GROUP)):
        for name in base.__struct_fields__:
            # Stated as what must hold, so that a NaN fails too.
            if not getattr(value, name) <= getattr(base, name):
                yield f"{section}.{name}: {getattr(value, name)} is above {getattr(base, name)}"
    for name, agreed in QUOTING.items():
        if not getattr(found.quoting, name) <= agreed:
            yield f"quoting.{name}: {getattr(found.quoting, name)} is above {agreed}"
