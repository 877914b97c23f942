"""Reading the record: ``{"at": "2025-06-12T14:44:40-04:00", "yield": 4.372, "source": "desk"}``.

``at`` is when the market showed the quote, with its zone; ``yield`` is in percent, as a number or
as text, with at most four decimals; ``source`` says whose quote it is. There is no other field.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated

import msgspec

from kalshi_alpha.datastore.feeds import Parsed
from kalshi_alpha.drivers.ten_year_quote.errors import BadQuote, WrongBody
from kalshi_alpha.drivers.ten_year_quote.schema import TenYearQuote
from kalshi_alpha.drivers.wire import decode_json

YIELD_MAX = Decimal(20)
_E4 = Decimal("0.0001")
_SOURCE = re.compile(r"[!-~](?:[ -~]{0,62}[!-~])?")
_YEARS = range(2000, 2100)


class _Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    at: Annotated[datetime, msgspec.Meta(tz=True)]
    percent: Decimal = msgspec.field(name="yield")
    source: str = ""


def parse(body: bytes) -> Parsed[TenYearQuote]:
    """Read one record.

    Raises
    ------
    WrongBody
        If the body is no such record.
    BadQuote
        If the yield is not above 0 and at most 20 percent, has more than four decimals, or the
        record does not say whose quote it is or in which of these years.
    """
    record = decode_json(body, _Record, WrongBody)
    if not (record.percent.is_finite() and 0 < record.percent <= YIELD_MAX):
        raise BadQuote(f"yield {str(record.percent)[:40]} is not within 0 to 20 percent")
    if record.percent % _E4 != 0:
        raise BadQuote(f"yield {str(record.percent)[:40]} has more than four decimals")
    if _SOURCE.fullmatch(record.source) is None:
        raise BadQuote(f"source {record.source[:80]!r} is no name of 1 to 64 printable characters")
    if record.at.year not in _YEARS:
        raise BadQuote(f"quoted in the year {record.at.year}")
    row = TenYearQuote(record.at.astimezone(UTC), int(record.percent / _E4), record.source)
    return Parsed((row,))
