"""The schedule of every family: the program's own, and those that installed packages bring."""

from __future__ import annotations

from datetime import datetime

from kalshi_alpha.core.schedule import BondCalendar, Phase, ReleaseCalendar, family_phase
from kalshi_alpha.core.schedule.families import SCHEDULED
from kalshi_alpha.core.schedule.phase import missing_calendar
from kalshi_alpha.exec.forecasting import installed_strategy


def phase_of_family(
    family: str, at: datetime, calendar: ReleaseCalendar, bond_days: BondCalendar | None
) -> Phase:
    """Return the phase of a family at an instant.

    A family of a user's own is asked for its schedule; one that has none is frozen.

    Parameters
    ----------
    family, at
        Whose, and when.
    calendar, bond_days
        Announced releases, and the bond market's days for the family that keeps them.

    Raises
    ------
    NotBuilt
        If no strategy is installed for a family that the program does not know.
    """
    if family in SCHEDULED:
        return family_phase(family, at, calendar=calendar, bond_days=bond_days)
    phase = installed_strategy(family).phase
    if phase is None:
        return missing_calendar(f"the strategy of {family} brings no schedule")
    return phase(at, calendar)
