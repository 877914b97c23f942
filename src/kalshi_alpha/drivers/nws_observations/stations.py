"""How far each traded station's standard time is from UTC, all year.

Daily summary messages print local standard times and name no zone.
"""

from __future__ import annotations

from datetime import timedelta

_HOURS = {
    -5: ("KNYC", "KMIA", "KPHL", "KATL", "KBOS", "KDCA", "KEWR", "KTTN", "KSDF"),
    -6: ("KMDW", "KAUS", "KDFW", "KHOU", "KMSP", "KMSY", "KOKC", "KSAT"),
    -7: ("KDEN", "KPHX"),
    -8: ("KLAX", "KLAS", "KSEA", "KSFO", "KSAN"),
}

STANDARD_OFFSETS = {
    station: timedelta(hours=hours) for hours, stations in _HOURS.items() for station in stations
}
"""Local standard time minus UTC, by ICAO identifier."""
