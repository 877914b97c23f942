"""The word that stands on every output: what a command may reach, and what an order would be.

Standard library only: the kill switch says it too, and must start when nothing else does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path

_ENV = "KALSHI_ENV"
_LINE = re.compile(rf"^\s*(?:export\s+)?{_ENV}\s*=\s*['\"]?([^'\"\s#]*)", re.MULTILINE)


class Mode(StrEnum):
    """What carries orders: nothing, paper at real books, the simulator, the demo venue, money.

    ``UNKNOWN`` is said where ``KALSHI_ENV`` names no venue and the command must run all the same.
    """

    OFFLINE = "OFFLINE"
    PAPER = "PAPER"
    SIM = "SIM"
    DEMO = "DEMO"
    LIVE = "LIVE"
    UNKNOWN = "UNKNOWN"


_VENUES = {"sim": Mode.SIM, "demo": Mode.DEMO, "prod": Mode.LIVE}


def mode_of(venue: str | None, *, online: bool = False) -> Mode:
    """Return the mode of a command for the venue that ``KALSHI_ENV`` names.

    Without a venue nothing is sent anywhere: a command that reads live data is on paper, any other
    offline.
    """
    if not venue:
        return Mode.PAPER if online else Mode.OFFLINE
    return _VENUES.get(venue, Mode.UNKNOWN)


def stated_mode(environ: Mapping[str, str], dotenv_files: Iterable[Path] = ()) -> Mode:
    """Return the mode of a desk: the environment's venue, else that of its dotenv files.

    It never fails: a file that cannot be read leaves the mode unknown.
    """
    venue = environ.get(_ENV)
    if venue:
        return mode_of(venue)
    try:
        for path in dotenv_files:
            if path.exists() and (found := _LINE.search(path.read_text(encoding="utf-8"))):
                return mode_of(found[1])
    except (OSError, UnicodeDecodeError):
        return Mode.UNKNOWN
    return Mode.OFFLINE
