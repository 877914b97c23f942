"""How far stations' standard time is from UTC, all year.

Daily summary messages print local standard times and name no zone, so a message is placed in time
only if its station is listed here: every traded one, and those that the Memphis office collects.
"""

from __future__ import annotations

from datetime import timedelta

_HOURS = {
    -5: ("KNYC", "KMIA", "KPHL", "KATL", "KBOS", "KDCA", "KEWR", "KTTN", "KSDF"),
    -6: ("KMDW", "KAUS", "KDFW", "KHOU", "KMSP", "KMSY", "KOKC", "KSAT"),
    -7: ("KDEN", "KPHX"),
    -8: ("KLAX", "KLAS", "KSEA", "KSFO", "KSAN"),
}

_MEMPHIS_COLLECTIVE = (
    *("KAWM", "KBPK", "KBWG", "KCKV", "KDCU", "KFSM", "KFYV", "KGLH", "KGWO", "KHKA", "KHKS"),
    *("KHOT", "KHSV", "KJAN", "KJBR", "KLIT", "KLLQ", "KMEI", "KMEM", "KMKL", "KPBF", "KRUE"),
    "KTVR",
)

STANDARD_OFFSETS = {
    **{s: timedelta(hours=hours) for hours, stations in _HOURS.items() for s in stations},
    **dict.fromkeys(_MEMPHIS_COLLECTIVE, timedelta(hours=-6)),
}
"""Local standard time minus UTC, by ICAO identifier."""
