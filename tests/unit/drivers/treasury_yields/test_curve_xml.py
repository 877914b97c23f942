from __future__ import annotations

from datetime import date

import pytest

from kalshi_alpha.drivers.treasury_yields.curve_xml import TENORS, read_curve_xml
from kalshi_alpha.drivers.treasury_yields.errors import (
    BadObservation,
    Contradiction,
    SeriesMismatch,
    WrongBody,
    YieldsRefused,
)

HEAD = (
    '<?xml version="1.0" encoding="utf-8" standalone="yes" ?>\n'
    '<feed xmlns:d="http://schemas.microsoft.com/ado/2007/08/dataservices"'
    ' xmlns:m="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata"'
    ' xmlns="http://www.w3.org/2005/Atom">'
    '<title type="text">DailyTreasuryYieldCurveRateData</title>'
    "<updated>2026-10-04T02:01:26Z</updated>"
)
TEN = '<d:BC_10YEAR m:type="Edm.Double">{}</d:BC_10YEAR>'
DATE = '<d:NEW_DATE m:type="Edm.DateTime">{}</d:NEW_DATE>'


def entry(day: str, *fields: str) -> str:
    inner = DATE.format(f"{day}T00:00:00") + "".join(fields)
    return f"<entry><content><m:properties>{inner}</m:properties></content></entry>"


def feed(*entries: str) -> str:
    return HEAD + "".join(entries) + "</feed>"


def closes(text: str) -> dict[date, int]:
    return {row.curve_on: row.yield_bp for row in read_curve_xml(text).rows if row.tenor == "10Y"}


def test_yields_of_the_first_days_of_october_2026_become_basis_points() -> None:
    text = feed(entry("2026-10-01", TEN.format("5.24")), entry("2026-10-02", TEN.format("5.28")))
    assert closes(text) == {date(2026, 10, 1): 524, date(2026, 10, 2): 528}


def test_every_tenor_is_read_and_the_display_copy_is_not() -> None:
    fields = [f"<d:{name}>4.{i:02d}</d:{name}>" for i, name in enumerate(TENORS)]
    text = feed(entry("2026-10-01", *fields, "<d:BC_30YEARDISPLAY>9.99</d:BC_30YEARDISPLAY>"))
    rows = read_curve_xml(text).rows
    assert [row.yield_bp for row in rows] == list(range(400, 400 + len(TENORS)))
    assert {row.series_id: row.tenor for row in rows} == TENORS


@pytest.mark.parametrize("written", ["4.1", "4.10", "4.100", " 4.10\n"])
def test_a_double_may_be_written_with_or_without_trailing_zeros(written: str) -> None:
    assert closes(feed(entry("2026-10-01", TEN.format(written)))) == {date(2026, 10, 1): 410}


@pytest.mark.parametrize(
    "field",
    [
        "",
        "<d:BC_10YEAR/>",
        '<d:BC_10YEAR m:type="Edm.Double" m:null="true" />',
        '<d:BC_10YEAR m:type="Edm.Double"> </d:BC_10YEAR>',
        TEN.format("N/A"),
        TEN.format("0.00"),
    ],
    ids=["absent", "empty", "null", "blank", "not available", "zero for a blank"],
)
def test_a_missing_ten_year_is_counted_and_the_rest_of_the_day_kept(field: str) -> None:
    parsed = read_curve_xml(feed(entry("2026-10-01", "<d:BC_2YEAR>4.78</d:BC_2YEAR>", field)))
    assert [row.series_id for row in parsed.rows] == ["BC_2YEAR"]
    assert parsed.skipped == (("missing", 1),)


def test_a_day_without_any_yield_is_counted_and_spoils_nothing() -> None:
    text = feed(entry("2026-10-01"), entry("2026-10-02", TEN.format("5.28")))
    assert closes(text) == {date(2026, 10, 2): 528}
    assert read_curve_xml(text).skipped == (("missing", 1),)


def test_a_bill_at_zero_is_a_yield() -> None:
    parsed = read_curve_xml(feed(entry("2015-10-01", "<d:BC_1MONTH>0.00</d:BC_1MONTH>")))
    assert [row.yield_bp for row in parsed.rows] == [0]


def test_a_month_before_its_first_trading_day_has_no_rows() -> None:
    assert read_curve_xml(feed()).rows == ()


def test_a_week_end_is_left_out_and_the_same_entry_twice_counts_once() -> None:
    day = entry("2026-10-02", TEN.format("5.28"))
    parsed = read_curve_xml(feed(day, day, entry("2026-10-03", TEN.format("5.28"))))
    assert [row.curve_on for row in parsed.rows] == [date(2026, 10, 2)]
    assert parsed.skipped == (("repeated", 1), ("week-end", 1))


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("<!DOCTYPE html><html><body>Scheduled maintenance</body></html>", WrongBody),
        ("<html><body>Scheduled maintenance</body></html>", WrongBody),
        ("<html><body><br>maintenance</body></html>", WrongBody),
        (feed(entry("2026-10-01", TEN.format("5.24")))[:-20], WrongBody),
        ('<?xml version="1.0"?><!ENTITY a "b"><feed/>', WrongBody),
        (HEAD.replace("YieldCurve", "RealYieldCurve") + "</feed>", SeriesMismatch),
        (feed(entry("2026-10-01", "<d:TC_10YEAR>2.61</d:TC_10YEAR>")), SeriesMismatch),
        (feed("<entry/>"), BadObservation),
        (feed(entry("2026-13-01", TEN.format("5.24"))), BadObservation),
        (feed(entry("2026-10-01T12", TEN.format("5.24"))), BadObservation),
        (feed(entry("2026-10-01", TEN.format("52.4"))), BadObservation),
        (feed(entry("2026-10-01", TEN.format("-0.10"))), BadObservation),
        (feed(entry("2026-10-01", TEN.format("5.245"))), BadObservation),
        (feed(entry("2026-10-01", TEN.format("5,24"))), BadObservation),
        (feed(entry("2026-10-01", TEN.format("1e0"))), BadObservation),
        (feed(entry("2026-10-01", TEN.format("٥.٢٤"))), BadObservation),
        (feed(entry("2026-10-01", '<d:BC_10YEAR m:null="true">5</d:BC_10YEAR>')), BadObservation),
        (
            feed(entry("2026-10-01", TEN.format("5.24"), TEN.format("5.25"))),
            Contradiction,
        ),
        (
            feed(entry("2026-10-01", TEN.format("5.24")), entry("2026-10-02", TEN.format("2.58"))),
            Contradiction,
        ),
    ],
)
def test_what_is_no_such_feed_or_says_something_impossible_is_refused(
    text: str, refusal: type[YieldsRefused]
) -> None:
    with pytest.raises(refusal):
        read_curve_xml(text)


def test_entities_that_would_explode_are_refused_unread() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]><feed>&b;</feed>'
    with pytest.raises(WrongBody, match="document type or an entity"):
        read_curve_xml(bomb)
