"""Reading weekly prices: an answer of the EIA's service, or FRED's copy of the same series.

The service has sent values as text, as numbers and as ``null``; a total is text as well. What is
missing stays missing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

import msgspec

from kalshi_alpha.datastore.feeds import Parsed
from kalshi_alpha.drivers.eia_gas.errors import BadPrice, Contradiction, NotServed, WrongBody
from kalshi_alpha.drivers.eia_gas.schema import WeeklyPrice
from kalshi_alpha.drivers.wire import decode_csv, decode_json, decode_text, looks_like_markup

SERIES = "EMM_EPMR_PTE_NUS_DPG"
FRED_SERIES = "GASREGW"

LOW, HIGH = Decimal("0.80"), Decimal("10.00")
"""Dollars a gallon between which a price is taken for real; since 1990 it was 0.90 to 5.01."""

# After Katrina the average rose by 18 % in a week; a misplaced digit moves it further.
_LARGEST_CHANGE_PCT = 30
_MISSING = frozenset({"", "."})
_E4 = Decimal("0.0001")
_MONDAY = 0


class _Row(msgspec.Struct, frozen=True):
    period: str
    series: str
    value: str | int | float | None = None
    units: str = "$/GAL"


class _Response(msgspec.Struct, frozen=True):
    data: list[_Row]


class _Answer(msgspec.Struct, frozen=True):
    response: _Response | None = None
    error: object = None
    error_message: str = ""


def parse(body: bytes) -> Parsed[WeeklyPrice]:
    """Read a payload of either form.

    Returns
    -------
    Parsed of WeeklyPrice
        One row a week, oldest first; weeks without a value are counted.

    Raises
    ------
    EiaRefused
        If it is neither, the request was not served, or a row is malformed, repeated, of
        another series or beyond belief.
    """
    skipped: Counter[str] = Counter()
    found: dict[date, int] = {}
    for period, value in _values(body):
        week_on = _week(period)
        if week_on in found:
            raise Contradiction(f"the week of {week_on} has two prices")
        price_e4 = _price_e4(week_on, value)
        if price_e4 is None:
            skipped["missing"] += 1
        else:
            found[week_on] = price_e4
    rows = [WeeklyPrice(week_on, price) for week_on, price in sorted(found.items())]
    _check_changes(rows)
    return Parsed(tuple(rows), tuple(sorted(skipped.items())))


def _values(body: bytes) -> Iterator[tuple[str, str]]:
    if looks_like_markup(body) or body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return _of_eia(decode_json(body, _Answer, WrongBody))
    return _of_fred(decode_text(body, WrongBody))


def _of_eia(answer: _Answer) -> Iterator[tuple[str, str]]:
    if answer.response is None:
        why = answer.error or answer.error_message or "no response in the answer"
        raise NotServed(str(why)[:200])
    for row in answer.response.data:
        if row.series != SERIES or row.units != "$/GAL":
            raise Contradiction(f"series {row.series[:60]!r} in {row.units[:20]!r}")
        yield row.period, "" if row.value is None else str(row.value)


def _of_fred(text: str) -> Iterator[tuple[str, str]]:
    lines = decode_csv(text, WrongBody)
    if not lines or lines[0] not in (["observation_date", FRED_SERIES], ["DATE", FRED_SERIES]):
        raise WrongBody("not the weekly gasoline series")
    for line in lines[1:]:
        if len(line) != 2:
            raise BadPrice(f"a line of {len(line)} cells")
        yield line[0], line[1]


def _week(period: str) -> date:
    try:
        day = date.fromisoformat(period)
    except ValueError as error:
        raise BadPrice(f"week {period[:40]!r}") from error
    if day.weekday() != _MONDAY or not 1990 <= day.year < 2100:
        raise BadPrice(f"{day} is no Monday of a survey")
    return day


def _price_e4(week_on: date, text: str) -> int | None:
    if text.strip() in _MISSING:
        return None
    try:
        price = Decimal(text.strip())
    except InvalidOperation as error:
        raise BadPrice(f"price {text[:40]!r} of {week_on}") from error
    if not (price.is_finite() and LOW <= price <= HIGH):
        raise BadPrice(f"price {text[:40]!r} of {week_on} is not within {LOW} to {HIGH}")
    if price % _E4 != 0:
        raise BadPrice(f"price {text[:40]!r} of {week_on} has more than four decimals")
    return int(price / _E4)


def _check_changes(rows: Iterable[WeeklyPrice]) -> None:
    before: WeeklyPrice | None = None
    for row in rows:
        if before is not None and row.week_on - before.week_on == timedelta(days=7):
            change = abs(row.price_e4 - before.price_e4) * 100
            if change > _LARGEST_CHANGE_PCT * before.price_e4:
                raise Contradiction(f"moved from {before} to {row} in a week")
        before = row
