"""When each series may be quoted: release calendars, freezes, scan windows, exchange pauses."""

from kalshi_alpha.core.schedule.bond_days import BondCalendar
from kalshi_alpha.core.schedule.exchange import in_maintenance
from kalshi_alpha.core.schedule.families import (
    claims_phase,
    cpi_phase,
    daily_window,
    family_phase,
    teny_phase,
    weather_phase,
)
from kalshi_alpha.core.schedule.phase import Phase, SeriesState, Span, phase_at
from kalshi_alpha.core.schedule.releases import Release, ReleaseCalendar
from kalshi_alpha.core.schedule.snap import Snap, SnapMode, snap_to_window
from kalshi_alpha.core.schedule.wall_clock import NEW_YORK, new_york, tz_not_et, wall

__all__ = [
    "NEW_YORK",
    "BondCalendar",
    "Phase",
    "Release",
    "ReleaseCalendar",
    "SeriesState",
    "Snap",
    "SnapMode",
    "Span",
    "claims_phase",
    "cpi_phase",
    "daily_window",
    "family_phase",
    "in_maintenance",
    "new_york",
    "phase_at",
    "snap_to_window",
    "teny_phase",
    "tz_not_et",
    "wall",
    "weather_phase",
]
