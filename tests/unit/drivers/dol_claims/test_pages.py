from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime

import pytest

from kalshi_alpha.drivers.dol_claims.errors import BadFigure, Contradiction, NotServed, WrongBody
from kalshi_alpha.drivers.dol_claims.pages import page_rows
from kalshi_alpha.drivers.dol_claims.schema import ClaimsFigure

# As quoted from the newsroom's list page.
BLOCK = """<div class="dol-feed-block">
  <div data-history-node-id="185964" about="/newsroom/releases/eta/eta20260723">
    <p class="dol-date-text">July 23, 2026</p>
    <a href=" /newsroom/releases/eta/eta20260723 "><h3><span>Weekly Claims Report</span></h3></a>
    <div><p>In the week ending July 18, the advance figure for seasonally adjusted initial claims
    was 187,000, a decrease of 22,000 from the previous week's revised level. The previous week's
    level was revised up by 1,000 from 208,000 to 209,000. The 4-week moving average was 207,500,
    a decrease of 7,250 from the previous week's revised average.</p></div>
  </div>
</div>"""
OTHER = '<div data-history-node-id="1"><p class="dol-date-text">July 22, 2026</p>Grants</div>'
AT = datetime(2026, 7, 23, 12, 30, tzinfo=UTC)


def test_a_summary_gives_the_first_print_and_the_week_before() -> None:
    skipped: Counter[str] = Counter()
    assert page_rows(BLOCK + OTHER, skipped) == [
        ClaimsFigure(date(2026, 7, 18), "initial", "advance", 187_000, published_at=AT),
        ClaimsFigure(date(2026, 7, 11), "initial", "revised", 209_000, published_at=AT),
    ]
    assert skipped == {"other release": 1}


@pytest.mark.parametrize(
    "left_out",
    ['<p class="dol-date-text">July 23, 2026</p>', "/newsroom/releases/eta/eta20260723"],
    ids=["text", "address"],
)
def test_one_statement_of_the_day_is_enough(left_out: str) -> None:
    assert page_rows(BLOCK.replace(left_out, ""), Counter())[0].published_at == AT


def test_two_days_of_one_release_are_refused() -> None:
    with pytest.raises(Contradiction, match="dated"):
        page_rows(BLOCK.replace("eta20260723 ", "eta20260716 "), Counter())


def test_an_address_without_a_date_is_refused() -> None:
    with pytest.raises(BadFigure):
        page_rows(BLOCK.replace("eta20260723", "eta20261323"), Counter())


def test_a_report_that_was_not_run_says_so() -> None:
    page = (
        "<html><body><p>An attempt to run the report without providing user input was made."
        "</p></body></html>"
    )
    with pytest.raises(NotServed, match="form fields"):
        page_rows(page, Counter())


@pytest.mark.parametrize("page", ["<html><title>Access Denied</title></html>", OTHER, "<", "<p>"])
def test_another_page_is_refused(page: str) -> None:
    with pytest.raises(WrongBody):
        page_rows(page, Counter())
