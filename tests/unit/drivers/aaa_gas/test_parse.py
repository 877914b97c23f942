from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.errors import ParseRefused
from kalshi_alpha.drivers.aaa_gas.errors import AaaRefused, BadPrice, Contradiction, WrongBody
from kalshi_alpha.drivers.aaa_gas.parse import parse
from kalshi_alpha.drivers.aaa_gas.schema import GasPrice

# Prices of 2026-07-09; the markup is our own, with the class names the page uses.
HEADER = ("", "Regular", "Mid-Grade", "Premium", "Diesel", "E85")
CURRENT = ("Current Avg.", "$3.8460", "$4.3660", "$4.7430", "$4.8100", "$2.9310")
YESTERDAY = ("Yesterday Avg.", "$3.8470", "$4.3660", "$4.7430", "$4.8090", "$2.9310")


def page(
    *rows: tuple[str, ...],
    header: tuple[str, ...] = HEADER,
    banner: str = "$3.8460",
    as_of: str = "7/9/26",
    badge: str | None = None,
    badge_as_of: str = "7/9/26",
) -> bytes:
    lines = [tuple(f"<th>{c}</th>" for c in header)]
    lines += [tuple(f"<td>{c}</td>" for c in row) for row in rows or (CURRENT, YESTERDAY)]
    table = "".join("<tr>" + "".join(line) + "</tr>" for line in lines)
    html = (
        "<!DOCTYPE html><html><head><title>Gas prices</title></head><body>"
        '<div class="mobi-average-price mobi-average-price--red"><p class="price-text">'
        f"\n Today’s AAA National Average {banner} <i></i></p><p>Price as of {as_of}</p></div>"
    )
    if badge is not None:
        html += (
            '<div class="average-price"><p>Today’s AAA<br />National Average </p>'
            f'<p class="numb">{badge}</p><span>Price as of<br />{badge_as_of}</span></div>'
        )
    return f'{html}<table class="table-mob">{table}</table></body></html>'.encode()


def test_every_row_and_grade_of_the_table_is_read() -> None:
    parsed = parse(page(badge="$3.8460"))
    assert len(parsed.rows) == 10
    assert parsed.rows[0] == GasPrice(date(2026, 7, 9), "current", "regular", 38460)
    assert parsed.rows[-1] == GasPrice(date(2026, 7, 9), "yesterday", "e85", 29310)
    assert parsed.skipped == ()


def test_three_decimals_mean_the_same_as_four() -> None:
    rows = (("Current Avg.", "$3.124"), ("Month Ago Avg.", "$3.135"), ("Year Ago Avg.", "$3.441"))
    parsed = parse(page(*rows, header=("", "Regular"), banner="$3.124", as_of="6/11/25"))
    day = date(2025, 6, 11)
    assert parsed.rows == (
        GasPrice(day, "current", "regular", 31240),
        GasPrice(day, "month_ago", "regular", 31350),
        GasPrice(day, "year_ago", "regular", 34410),
    )


def test_the_regular_column_is_found_by_its_name() -> None:
    header = ("", "Diesel", "Regular")
    parsed = parse(page(("Current Avg.", "$4.8100", "$3.8460"), header=header))
    assert GasPrice(date(2026, 7, 9), "current", "regular", 38460) in parsed.rows


def test_unknown_rows_and_columns_and_empty_cells_are_counted() -> None:
    header = ("", "Regular", "Hydrogen", "E85")
    rows = ("Current Avg.", "$3.8460", "$9.9990", "N/A"), ("Decade Ago Avg.", "$2.6", "", "")
    parsed = parse(page(*rows, header=header))
    assert len(parsed.rows) == 1
    assert parsed.skipped == (("empty cell", 1), ("unknown grade", 1), ("unknown row", 1))


def test_a_row_without_cells_says_nothing_and_is_passed_over() -> None:
    assert parse(page(CURRENT, (), YESTERDAY)) == parse(page())


def test_a_price_outside_the_usual_range_is_read_for_the_freshness_rule_to_judge() -> None:
    parsed = parse(page(("Current Avg.", "$7.1000"), header=("", "Regular"), banner="$7.1000"))
    assert parsed.rows[0].price_e4 == 71000


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        (b"", WrongBody),
        (b"<html><head><title>Just a moment...</title></head></html>", WrongBody),
        (b'{"price": 3.846}', WrongBody),
        (b"\xff\xfe\x00", WrongBody),
        (page(YESTERDAY), WrongBody),
        (page(CURRENT[:3]), WrongBody),
        (page(header=("", "Mid-Grade", "Premium", "Diesel", "E85", "x")), WrongBody),
        (page(banner="$3.846"), None),
        (page(banner="$3.8470"), Contradiction),
        (page(badge="$3.8470"), Contradiction),
        (page(badge="$3.8460", badge_as_of="7/8/26"), Contradiction),
        (page(CURRENT, ("Current Avg.", "$3.8470", *CURRENT[2:])), Contradiction),
        (page(banner="$3.84"), BadPrice),
        (page(banner="3.8460"), BadPrice),
        (page(("Current Avg.", "$3.84607"), header=("", "Regular")), BadPrice),
        (page(as_of="2/30/26"), BadPrice),
        (page(as_of="7/9/2026"), BadPrice),
        (page(as_of="yesterday"), BadPrice),
    ],
    ids=[
        *("empty", "challenge", "json", "not text", "no current row", "short row", "no regular"),
        *("fewer decimals, same price", "banner differs", "badge differs", "badge date differs"),
        *("row twice", "two decimals", "no dollar sign", "five decimals", "no such day"),
        *("long year", "no date"),
    ],
)
def test_a_page_that_cannot_be_trusted_is_refused(
    body: bytes, refusal: type[AaaRefused] | None
) -> None:
    if refusal is None:
        assert parse(body).rows[0].price_e4 == 38460
        return
    with pytest.raises(refusal):
        parse(body)


@given(st.sampled_from(range(4)), st.integers(0, 9), st.booleans())
def test_one_wrong_digit_in_banner_or_table_never_passes(at: int, digit: int, table: bool) -> None:
    digits = list("3846")
    digits[at] = str(digit)
    wrong = f"${digits[0]}.{''.join(digits[1:])}0"
    row = ("Current Avg.", wrong if table else "$3.8460")
    body = page(row, header=("", "Regular"), banner="$3.8460" if table else wrong)
    if wrong == "$3.8460":
        assert parse(body).rows[0].price_e4 == 38460
    else:
        with pytest.raises(Contradiction):
            parse(body)


@given(st.binary(max_size=400))
def test_no_bytes_raise_anything_but_a_refusal(body: bytes) -> None:
    with pytest.raises(ParseRefused, match="aaa_gas"):
        parse(body)


VALID = page(badge="$3.8460").decode()


@given(st.integers(0, len(VALID)), st.integers(0, 60), st.text(max_size=6))
def test_a_damaged_page_is_refused_or_shows_the_same_regular_price(
    at: int, cut: int, put: str
) -> None:
    damaged = VALID[:at] + put + VALID[at + cut :]
    try:
        parsed = parse(damaged.encode("utf-8", "surrogatepass"))
    except ParseRefused:
        return
    regular = [r for r in parsed.rows if (r.period, r.grade) == ("current", "regular")]
    assert [row.price_e4 for row in regular] == [38460]


@pytest.mark.timeout(5)
@pytest.mark.parametrize(
    "opening",
    [
        '<table class="table-mob"><tr><td>',
        '<div class="mobi-average-price"></div>',
        '<div class="average-price"><p class="numb">$3.013</p></div>',
        '<table class="table-mob"><tr><th>Regular' + "<th>x" * 40,
        '<table class="table-mob"><tr><th>' + "x" * 30_000,
    ],
)
def test_a_page_of_more_places_and_cells_than_it_has_is_refused(opening: str) -> None:
    """Elements inside one another hold all the text below them, each anew."""
    with pytest.raises(AaaRefused):
        parse(page().replace(b"</body>", opening.encode() * 900 + b"</body>"))
