"""Reading par yields in any of the forms in which they are published."""

from __future__ import annotations

from kalshi_alpha.datastore.feeds import Parsed
from kalshi_alpha.drivers.treasury_yields.curve_csv import read_csv
from kalshi_alpha.drivers.treasury_yields.curve_xml import read_curve_xml
from kalshi_alpha.drivers.treasury_yields.errors import WrongBody
from kalshi_alpha.drivers.treasury_yields.fred_json import read_fred_json
from kalshi_alpha.drivers.treasury_yields.schema import ParYield
from kalshi_alpha.drivers.wire import decode_text, looks_like_markup


def parse(body: bytes) -> Parsed[ParYield]:
    """Read the Treasury's XML feed or CSV, FRED's CSV or JSON, or the CSV of H.15.

    Returns
    -------
    Parsed of ParYield
        In order of day. Absent yields, repeats and week-ends are counted as skipped; a month
        feed before its first trading day gives no rows.

    Raises
    ------
    YieldsRefused
        If it is none of these, or anything in it is malformed, contradictory, of another
        series, or beyond belief.
    """
    if body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return read_fred_json(body)
    text = decode_text(body, WrongBody)
    return read_curve_xml(text.lstrip()) if looks_like_markup(body) else read_csv(text)
