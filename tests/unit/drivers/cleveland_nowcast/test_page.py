from __future__ import annotations

from datetime import date
from math import copysign

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.errors import ParseRefused
from kalshi_alpha.drivers.cleveland_nowcast.errors import BadPoint, ClevelandRefused, Contradiction
from kalshi_alpha.drivers.cleveland_nowcast.errors import WrongBody as WrongPage
from kalshi_alpha.drivers.cleveland_nowcast.page import PageRow, month_table
from kalshi_alpha.drivers.cleveland_nowcast.parse import parse
from kalshi_alpha.drivers.cleveland_nowcast.schema import NowcastPoint

# Figures of 2026-07-13, Federal Reserve Bank of Cleveland, CC BY 4.0; markup of our own.
HEADER = ("Month", "CPI", "Core CPI", "PCE", "Core PCE", "Updated")
JULY = ("July 2026", "-0.00", "0.23", "0.13", "0.28", "07/13")
JUNE = ("June 2026", "", "", "0.10", "0.28", "07/13")


def table(
    *rows: tuple[str, ...],
    header: tuple[str, ...] = HEADER,
    caption: str = "Inflation, month-over-month percent change",
) -> str:
    head = "".join(f'<th scope="col">{name}</th>' for name in header)
    body = "".join("<tr>" + "".join(f"<td>{c}</td>" for c in row) + "</tr>" for row in rows)
    return (
        f"<table><caption>{caption}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody>"
        '<tfoot><tr><td colspan="6">Note</td></tr></tfoot></table>'
    )


YEARLY = table(("July 2026", "2.9", "", "", "", "07/13"), caption="Inflation, year-over-year")


def test_the_month_table_is_found_among_others_and_read_by_column_name() -> None:
    swapped = ("Month", "Core CPI", "CPI", "PCE", "Core PCE", "Updated")
    row = ("July 2026", "0.23", "-0.00", "0.13", "0.28", "07/13")
    values = (("cpi", "-0.00"), ("core_cpi", "0.23"), ("pce", "0.13"), ("core_pce", "0.28"))
    assert month_table(YEARLY + table(row, header=swapped)) == [
        PageRow(date(2026, 7, 1), values, "07/13")
    ]


def test_a_page_gives_nowcasts_marked_as_rounded_and_skips_released_cells() -> None:
    parsed = parse(table(JULY, JUNE).encode())
    assert len(parsed.rows) == 6
    assert parsed.skipped == (("empty value", 2),)
    first = parsed.rows[0]
    assert first == NowcastPoint(date(2026, 7, 1), "cpi", "nowcast", date(2026, 7, 13), "page", 0.0)
    assert copysign(1.0, first.mom_pct) == 1.0


def test_an_update_in_january_of_a_december_target_falls_in_the_next_year() -> None:
    row = ("December 2026", "0.20", "", "", "", "01/05")
    assert parse(table(row).encode()).rows[0].label_on == date(2027, 1, 5)


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        (YEARLY, WrongPage),
        (table(JULY) + table(JUNE), WrongPage),
        (table(JULY[:-1]), WrongPage),
        (table(JULY, header=("Month", "CPI")), WrongPage),
        (table(JULY, JULY), Contradiction),
        (table(("Q3 2026", *JULY[1:])), BadPoint),
        (table((*JULY[:-1], "13/07")), BadPoint),
        (table(("July 2026", "n/a", *JULY[2:])), BadPoint),
        ("<html><title>Just a moment...</title></html>", WrongPage),
    ],
    ids=[
        *("no month table", "two tables", "short row", "columns gone", "month twice"),
        *("no month", "no such day", "no number", "challenge"),
    ],
)
def test_a_page_that_cannot_be_read_is_refused(text: str, refusal: type[ClevelandRefused]) -> None:
    with pytest.raises(refusal):
        parse(text.encode())


VALID = table(JULY, JUNE)


@given(st.integers(0, len(VALID)), st.integers(0, 40), st.text(max_size=6))
def test_a_damaged_page_is_refused_or_still_holds_changes(at: int, cut: int, put: str) -> None:
    try:
        parsed = parse((VALID[:at] + put + VALID[at + cut :]).encode("utf-8", "surrogatepass"))
    except ParseRefused:
        return
    assert all(abs(row.mom_pct) <= 3 for row in parsed.rows)
