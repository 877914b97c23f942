from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.drivers.nws_daily_climate.cli_temperature import (
    Reading,
    Temperatures,
    read_temperatures,
)
from kalshi_alpha.drivers.nws_daily_climate.errors import BadReport, Contradiction

NORMALS = """
THE CENTRAL PARK NY CLIMATE NORMALS FOR TODAY
                         NORMAL    RECORD    YEAR
 MAXIMUM TEMPERATURE (F)   83        95      1916
 MINIMUM TEMPERATURE (F)   68        52      1895
"""


def section(maximum: str, minimum: str = "63", average: str = "", label: str = "YESTERDAY") -> str:
    rows = [f"  MAXIMUM         {maximum}", f"  MINIMUM         {minimum}"]
    rows += [f"  AVERAGE         {average}"] if average else []
    return "\n".join(["TEMPERATURE (F)", f" {label}", *rows, "", "PRECIPITATION (IN)", NORMALS])


def maximum_of(text: str) -> Reading:
    found = read_temperatures(section(text)).maximum
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("79    301 PM  96    1955  83     -4       72", Reading(79, minutes=901)),
        ("100R  2:47 PM  96    2022  91      9       94", Reading(100, True, minutes=887)),
        ("84R 12:14 PM  80    1892  60", Reading(84, True, minutes=734)),
        ("84 R 12:14 PM  80    1892  60", Reading(84, True, minutes=734)),
        ("67(E)  221 AM  88    1945  64", Reading(67, False, True, 141)),
        ("67 E  300 PM  88    1948  65", Reading(67, False, True, 900)),
        ("101(E)R  300 PM", Reading(101, True, True, 900)),
        ("78     12 AM", Reading(78, minutes=0)),
        ("75    0714 PM    46  1926", Reading(75, minutes=1154)),
        ("74        MM  54    1998    43", Reading(74)),
        ("75     63    1937  55      0       53", Reading(75)),
        ("70", Reading(70)),
        ("MM", Reading(None)),
        ("M", Reading(None)),
        ("MM        MM  54    1998    43", Reading(None)),
        ("", Reading(None)),
    ],
)
def test_a_value_is_the_first_token_of_its_row(text: str, reading: Reading) -> None:
    assert maximum_of(text) == reading


def test_a_value_below_zero_keeps_its_sign() -> None:
    found = read_temperatures(section("-3    152 PM  40", "-21R   355 AM -21"))
    assert found.maximum == Reading(-3, minutes=832)
    assert found.minimum == Reading(-21, True, minutes=235)


def test_a_blank_value_does_not_let_the_record_stand_in_for_it() -> None:
    assert maximum_of("              96    1955  83     -4       72") == Reading(None)


def test_the_normals_at_the_end_are_never_read() -> None:
    body = section("79").replace("  MAXIMUM         79\n", "")
    assert read_temperatures(body) == Temperatures("YESTERDAY", None, Reading(63))
    with pytest.raises(BadReport, match="no temperature section"):
        read_temperatures(NORMALS)


def test_normals_straight_below_the_section_are_not_read_either() -> None:
    body = "TEMPERATURE (F)\n YESTERDAY\n  MINIMUM  63\n MAXIMUM TEMPERATURE (F)   83  95\n"
    assert read_temperatures(body).maximum is None


def test_years_of_a_tied_record_and_blank_lines_do_not_end_the_section() -> None:
    body = (
        "TEMPERATURE(F)\n\nTODAY\n\nMAXIMUM 100R   247 PM 100    1901\n\n"
        "                                      1966\n\nMINIMUM  82    530 AM\n"
    )
    expected = Temperatures("TODAY", Reading(100, True, minutes=887), Reading(82, minutes=330))
    assert read_temperatures(body) == expected


@pytest.mark.parametrize("text", ["T", "7 9", "79X", "1000", "79.5", "- 3", "SEVENTY", "٧٩"])
def test_a_value_that_is_no_temperature_is_refused(text: str) -> None:
    if text == "7 9":  # Two tokens: the first is read, and is out of order with the minimum.
        with pytest.raises(Contradiction, match="out of order"):
            maximum_of(text)
    else:
        with pytest.raises(BadReport, match="MAXIMUM reads"):
            maximum_of(text)


@pytest.mark.parametrize(
    ("maximum", "minimum", "average"),
    [
        ("62", "63", ""),
        ("76", "72", "55"),
        ("76", "72", "77"),
        ("141", "63", ""),
        ("79", "-101", ""),
        ("70", "-61", ""),
    ],
)
def test_values_beyond_belief_are_refused(maximum: str, minimum: str, average: str) -> None:
    with pytest.raises(Contradiction):
        read_temperatures(section(maximum, minimum, average))


@pytest.mark.parametrize(
    ("body", "refusal", "why"),
    [
        ("", BadReport, "no temperature section"),
        (section("79", label=""), BadReport, "neither TODAY nor YESTERDAY"),
        ("TEMPERATURE (F)\n YESTERDAY\n\nPRECIPITATION (IN)\n", BadReport, "no observed extreme"),
        (section("79") + section("80"), Contradiction, "two temperature sections"),
        (section("79", label="TODAY\n YESTERDAY"), Contradiction, "two labels"),
        (section("79\n  MAXIMUM         80"), Contradiction, "stands twice"),
    ],
)
def test_a_section_that_leaves_doubt_is_refused(
    body: str, refusal: type[Exception], why: str
) -> None:
    with pytest.raises(refusal, match=why):
        read_temperatures(body)


@given(st.integers(-100, 140), st.integers(0, 130), st.booleans())
def test_every_pair_in_range_is_read_as_printed(high: int, span: int, is_colon: bool) -> None:
    low = max(high - span, -100)
    time = "2:47 PM" if is_colon else "247 PM"
    found = read_temperatures(section(f"{high:>3}  {time}", f"{low:>3}  {time}"))
    assert found.maximum == Reading(high, minutes=887)
    assert found.minimum == Reading(low, minutes=887)
