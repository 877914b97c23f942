"""How often the drift monitor cries wolf, said beside what it says.

The monitor compares the loss ratio to the family's reference model in the last window with the
ratio before it. The ratio before is an estimate, and the shorter that history, the more often
nothing but its luck looks like a model that worsened.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class FalseAlarms:
    """Percent of readings of an unchanged model that alert, by the history before the window.

    Attributes
    ----------
    period
        What a loss is of.
    shortest, shortest_percent
        Periods before the window that the monitor asks for at least, and its false alarms then.
    long, long_percent
        The same with a history of several years, or of one for weather.
    """

    period: str
    shortest: int
    shortest_percent: int
    long: int
    long_percent: int


# Simulated: model and reference are calibrated normals, the reference with an extra error of one
# model standard deviation; the test draws them anew.
FALSE_ALARMS: Mapping[str, FalseAlarms] = MappingProxyType(
    {
        "CPI": FalseAlarms("months", 12, 16, 60, 8),
        "CLAIMS": FalseAlarms("weeks", 26, 17, 156, 8),
        "TNEY": FalseAlarms("days", 120, 13, 1000, 6),
        "WEATHER": FalseAlarms("days", 30, 12, 365, 6),
    }
)


def false_alarm_note(family: str) -> str:
    """Return how often the monitor alerts by luck alone; empty for a family it is not known of."""
    found = FALSE_ALARMS.get(family)
    if found is None:
        return ""
    return (
        f"an unchanged model alerts in {found.shortest_percent} % of readings with "
        f"{found.shortest} {found.period} before the window, in {found.long_percent} % with "
        f"{found.long}"
    )
