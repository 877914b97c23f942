"""Places that are traded: how their headlines read, and how far their standard time is from UTC.

Several cities share one office, and a few reports hold several places, so the name in the
headline is what tells them apart.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Place:
    """A climate station.

    Attributes
    ----------
    names : tuple of str
        Names its headline may begin with; a state or words such as AIRPORT may follow.
    standard_offset : timedelta
        Local standard time minus UTC, the same all year.
    """

    names: tuple[str, ...]
    standard_offset: timedelta


def _place(hours: int, *names: str) -> Place:
    return Place(names, timedelta(hours=hours))


PLACES = {
    "NYC": _place(-5, "CENTRAL PARK", "NEW YORK CITY"),
    "MDW": _place(-6, "CHICAGO MIDWAY"),
    "MIA": _place(-5, "MIAMI"),
    "AUS": _place(-6, "AUSTIN BERGSTROM"),
    "LAX": _place(-8, "LOS ANGELES INTL", "LOS ANGELES INTERNATIONAL", "LOS ANGELES AIRPORT"),
    "DEN": _place(-7, "DENVER"),
    "PHL": _place(-5, "PHILADELPHIA"),
    "ATL": _place(-5, "ATLANTA"),
    "BOS": _place(-5, "BOSTON"),
    "DCA": _place(-5, "WASHINGTON NATIONAL"),
    "DFW": _place(-6, "DALLAS FORT WORTH"),
    "HOU": _place(-6, "HOUSTON HOBBY"),
    "MSP": _place(-6, "TWIN CITIES"),
    "MSY": _place(-6, "NEW ORLEANS"),
    "OKC": _place(-6, "OKLAHOMA CITY"),
    "SAT": _place(-6, "SAN ANTONIO"),
    "PHX": _place(-7, "PHOENIX"),
    "LAS": _place(-8, "LAS VEGAS"),
    "SEA": _place(-8, "SEATTLE TACOMA"),
    "SFO": _place(-8, "SAN FRANCISCO AIRPORT", "SAN FRANCISCO INTL", "SAN FRANCISCO INTERNATIONAL"),
    # Not traded themselves, but printed in one report with others.
    "IAH": _place(-6, "HOUSTON INTERCONTINENTAL"),
    "ANC": _place(-9, "ANCHORAGE"),
    "AKN": _place(-9, "KING SALMON"),
    "ADQ": _place(-9, "KODIAK"),
    "BET": _place(-9, "BETHEL"),
    "SNP": _place(-9, "SAINT PAUL ISLAND"),
    "CDB": _place(-9, "COLD BAY"),
}
"""Known places by location of their report. Others are read too, their names unchecked."""

_SUFFIX = re.compile(r"(?: (?:[A-Z]{2}|AIRPORT|INTL|INTERNATIONAL|ARPT))*")


def named(headline: str) -> str | None:
    """Return the known place a headline names, or None.

    Miami Beach is not Miami and Houston Hobby is not Houston Intercontinental: apart from a
    state and words for an airport nothing may follow the name.
    """
    words = " ".join(re.sub(r"[^A-Z0-9]+", " ", headline).split())
    for code, place in PLACES.items():
        for name in place.names:
            if words.startswith(name) and _SUFFIX.fullmatch(words[len(name) :]):
                return code
    return None
