"""The exchange's own weekly pause."""

from __future__ import annotations

from datetime import datetime, time

from kalshi_alpha.core.schedule.wall_clock import new_york

MAINTENANCE_WEEKDAY = 3  # Thursday
MAINTENANCE = (time(3, 0), time(5, 0))


def in_maintenance(at: datetime) -> bool:
    """Say whether the exchange is in its weekly maintenance, Thursday 03:00 to 05:00 ET.

    New orders and amendments are refused then; cancels pass. Both edges are included.
    """
    local = new_york(at)
    starts, ends = MAINTENANCE
    return local.weekday() == MAINTENANCE_WEEKDAY and starts <= local.time() <= ends
