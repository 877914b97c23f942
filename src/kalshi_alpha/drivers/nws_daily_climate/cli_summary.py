"""The headlines of a climate report: which places and which days it is about."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from kalshi_alpha.drivers.nws_daily_climate.errors import BadHeading
from kalshi_alpha.drivers.nws_daily_climate.local_clock import date_of

_HEADLINE = re.compile(
    r"\.\.\.\s*THE\s+(?P<name>(?:(?!\.\.\.)[^\n]|\n(?!\n)){1,120}?)\s+CLIMATE\s+SUMMARY\s+"
    r"(?:FOR|FROM)\s+(?P<month>[A-Z]{3,9})\s+(?P<day>[0-9]{1,2}),?\s+(?P<year>[0-9]{4})"
    r"(?P<tail>[^.]{0,60})\.\.\.",
)
_VALID = re.compile(
    r"^[ \t]*VALID\s[^\n]*?AS\s+OF\s+(?P<time>[^\n]*?)(?:\s+LOCAL\s+TIME)?\.?$", re.M
)
_CORRECTED = re.compile(r"CORRECT(?:ED|ION)")
# Sunrise of the day after a finished climate day is printed first.
_SUNRISE = re.compile(
    r"^[ \t]*(?P<month>[A-Z]{3,9})\s+(?P<day>[0-9]{1,2})\s+(?P<year>[0-9]{4})\s?\.+\s*SUNRISE", re.M
)


@dataclass(frozen=True, slots=True)
class Summary:
    """One place's part of a report.

    Attributes
    ----------
    name : str
        The place as the headline names it.
    climate_day : date
        The day of the headline.
    corrected : bool
        Whether the headline calls itself a correction.
    valid_as_of : str or None
        What an interim report prints as its time of validity; None on others.
    first_sunrise_on : date or None
        Date of the first sunrise in its almanac.
    body : str
        Everything after the headline, up to the next one.
    """

    name: str
    climate_day: date
    corrected: bool
    valid_as_of: str | None
    first_sunrise_on: date | None
    body: str


def title_of(product: str) -> str:
    """Return the part of a tidy product before its first headline."""
    found = _HEADLINE.search(product)
    return product if found is None else product[: found.start()]


def is_corrected(title: str) -> bool:
    """Tell whether a title says that the report is a correction."""
    return _CORRECTED.search(title) is not None


def read_summaries(product: str) -> list[Summary]:
    """Find the headlines of a tidy product, each with the text below it.

    Raises
    ------
    BadHeading
        If there is no headline, or its date does not exist.
    """
    found = list(_HEADLINE.finditer(product))
    if not found:
        raise BadHeading("no headline with a climate day")
    ends = [*(headline.start() for headline in found[1:]), len(product)]
    return [_summary(h, product[h.end() : end]) for h, end in zip(found, ends, strict=True)]


def _summary(headline: re.Match[str], body: str) -> Summary:
    day = date_of(headline["month"], headline["day"], headline["year"])
    if day is None:
        raise BadHeading(f"headline date in {headline[0]!r}")
    valid = _VALID.search(body)
    sunrise = _SUNRISE.search(body)
    return Summary(
        name=" ".join(headline["name"].split()),
        climate_day=day,
        corrected=is_corrected(headline["tail"]),
        valid_as_of=None if valid is None else valid["time"],
        first_sunrise_on=None
        if sunrise is None
        else date_of(sunrise["month"], sunrise["day"], sunrise["year"]),
        body=body,
    )
