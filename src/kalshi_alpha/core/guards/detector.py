"""What every sequential detector shares: its levels, and units that enter once."""

from __future__ import annotations

from enum import StrEnum

from kalshi_alpha.core.errors import BadParameter


class Level(StrEnum):
    """How worried a guard is; ``ALERT`` stops trading."""

    OK = "ok"
    WARN = "warn"
    ALERT = "alert"


_ORDER = tuple(Level)


def worst(*levels: Level) -> Level:
    """Return the most worried of the levels."""
    return max(levels, key=_ORDER.index)


def require_unit_id(unit_id: str) -> str:
    """Return the id unchanged.

    Raises
    ------
    BadParameter
        If it is empty: two nameless units would be taken for one.
    """
    if not unit_id:
        raise BadParameter("a settled unit needs an id")
    return unit_id
