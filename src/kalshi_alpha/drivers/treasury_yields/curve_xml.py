"""The Treasury's month feed: Atom with OData properties, one entry a day.

A yield may be absent as a missing element, an empty one, or one marked ``m:null``.
``BC_30YEARDISPLAY`` repeats another field and is not read; ``Id`` is a counter and no key.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from kalshi_alpha.datastore.feeds import Parsed
from kalshi_alpha.drivers.treasury_yields.errors import (
    BadObservation,
    SeriesMismatch,
    WrongBody,
)
from kalshi_alpha.drivers.treasury_yields.schema import ParYield
from kalshi_alpha.drivers.treasury_yields.values import Gathering, iso_date

_ATOM = "{http://www.w3.org/2005/Atom}"
_DATA = "{http://schemas.microsoft.com/ado/2007/08/dataservices}"
_META = "{http://schemas.microsoft.com/ado/2007/08/dataservices/metadata}"
_TITLE = "DailyTreasuryYieldCurveRateData"
_MIDNIGHT = "T00:00:00"
_DECLARATION = re.compile(r"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)

_NO_YIELDS = frozenset({"Id", "NEW_DATE", "BC_30YEARDISPLAY"})

TENORS = {
    "BC_1MONTH": "1M",
    "BC_1_5MONTH": "1.5M",
    "BC_2MONTH": "2M",
    "BC_3MONTH": "3M",
    "BC_4MONTH": "4M",
    "BC_6MONTH": "6M",
    "BC_1YEAR": "1Y",
    "BC_2YEAR": "2Y",
    "BC_3YEAR": "3Y",
    "BC_5YEAR": "5Y",
    "BC_7YEAR": "7Y",
    "BC_10YEAR": "10Y",
    "BC_20YEAR": "20Y",
    "BC_30YEAR": "30Y",
}
"""Tenor of each field that is read."""


def read_curve_xml(text: str) -> Parsed[ParYield]:
    """Read a month's, a year's or the whole feed; one without entries gives no rows.

    Raises
    ------
    WrongBody
        If it is no such feed. A document type is refused unread: the feed has none, and entities
        could make a short text long.
    SeriesMismatch
        If it is the feed of other rates, such as real yields.
    BadObservation, Contradiction
        If a date or a yield is malformed, repeated with another value, or beyond belief.
    """
    if _DECLARATION.search(text):
        raise WrongBody("a document type or an entity is declared: a web page, or hostile")
    try:
        feed = ET.fromstring(text)  # noqa: S314  (no document type, so no entities)
    except (ET.ParseError, ValueError) as error:
        raise WrongBody(f"not XML: {error}") from error
    if feed.tag != f"{_ATOM}feed":
        raise WrongBody(f"the root is {feed.tag[:80]!r}, not an Atom feed")
    title = (feed.findtext(f"{_ATOM}title") or "").strip()
    if title != _TITLE:
        raise SeriesMismatch(f"the feed is {title[:80]!r}, must be {_TITLE!r}")
    gathering = Gathering("treasury")
    for entry in feed.iterfind(f"{_ATOM}entry"):
        _read_entry(entry, gathering)
    return gathering.parsed()


def _read_entry(entry: ET.Element, gathering: Gathering) -> None:
    properties = entry.find(f"{_ATOM}content/{_META}properties")
    if properties is None:
        raise BadObservation("an entry has no properties")
    dates = properties.findall(f"{_DATA}NEW_DATE")
    if len(dates) != 1:
        raise BadObservation(f"an entry has {len(dates)} dates")
    day, midnight = (dates[0].text or "").strip(), _MIDNIGHT
    # The field is a date without a zone; any other hour would be another field.
    curve_on = iso_date("NEW_DATE", day.removesuffix(midnight) if midnight in day else "")
    fields = [child for child in properties if child.tag.removeprefix(_DATA) in TENORS]
    found = {child.tag.removeprefix(_DATA) for child in fields}
    others = {child.tag.removeprefix(_DATA) for child in properties} - found - _NO_YIELDS
    if others and not fields:
        raise SeriesMismatch(
            f"the entry of {curve_on} holds {sorted(others)[0][:40]}, no par yield"
        )
    for child in fields:
        series_id = child.tag.removeprefix(_DATA)
        null = child.get(f"{_META}null", "false").strip().lower() in {"true", "1"}
        text = "".join(child.itertext())
        if null and text.strip():
            raise BadObservation(f"{series_id} {curve_on}: marked as null and {text[:40]!r}")
        gathering.add(curve_on, TENORS[series_id], series_id, text)
    if "BC_10YEAR" not in found:
        gathering.skip("missing")
