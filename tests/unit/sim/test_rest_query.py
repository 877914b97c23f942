from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.sim.rest_errors import Refusal
from kalshi_alpha.sim.rest_query import Query, page


def _query(text: str) -> Query:
    return Query(text, "GetMarkets")


def test_parameters_are_read_by_kind() -> None:
    query = _query("ticker=A&empty=&tickers=X&tickers=Y,Z&on=true&n=7&ts=1781159360&cursor=a%3Db")
    assert query.text("ticker") == "A"
    assert query.text("empty") is None
    assert query.repeated("tickers") == ("X", "Y,Z")
    assert query.flag("on")
    assert not query.flag("off")
    assert query.whole("n", 0, 10) == 7
    assert query.whole("m", 0, 10) is None
    assert query.instant("ts") == datetime(2026, 6, 11, 6, 29, 20, tzinfo=UTC)
    assert query.text("cursor") == "a=b"
    assert query.commas("ticker") == frozenset({"A"})
    assert query.commas("none") is None


@pytest.mark.parametrize(
    ("text", "name"),
    [("limit=1001", "lte"), ("limit=0", "gte"), ("limit=ten", "number"), ("limit=-1", "gte")],
)
def test_a_limit_is_never_clamped_but_refused_with_a_bare_message(text: str, name: str) -> None:
    with pytest.raises(Refusal) as refused:
        _query(text).limit()
    assert refused.value.status == 400
    assert json.loads(refused.value.body) == {
        "msg": "Parameter validation failed for GetMarkets: "
        f"Field validation for 'Limit' failed on the '{name}' tag"
    }


def test_an_absent_limit_is_the_endpoints_default() -> None:
    assert _query("").limit() == 100
    assert _query("").limit(200, 200) == 200
    assert _query("limit=1000").limit() == 1000


@pytest.mark.parametrize("text", ["on=yes", "on=1"])
def test_a_flag_is_true_or_false(text: str) -> None:
    with pytest.raises(Refusal):
        _query(text).flag("on")


def test_a_choice_is_one_of_its_words() -> None:
    assert _query("status=open").choice("status", frozenset({"open"})) == "open"
    with pytest.raises(Refusal, match="'Status' failed on the 'oneof' tag"):
        _query("status=live").choice("status", frozenset({"open"}))


def test_a_list_has_a_hundred_members_at_most() -> None:
    with pytest.raises(Refusal):
        _query("ticker=" + ",".join(str(n) for n in range(101))).commas("ticker")


ROWS = [f"{n:03d}" for n in range(25)]


def _all(rows: list[str], limit: int, *, descending: bool = False) -> list[list[str]]:
    pages, cursor = [], ""
    while True:
        shown, cursor = page(rows, str, cursor or None, limit, descending=descending)
        pages.append(shown)
        if not cursor:
            return pages


@given(st.integers(1, 30), st.booleans())
def test_pages_hold_every_row_once_in_order(limit: int, descending: bool) -> None:
    pages = _all(ROWS, limit, descending=descending)
    assert [row for each in pages for row in each] == sorted(ROWS, reverse=descending)
    assert all(len(each) == limit for each in pages[:-1])


def test_a_cursor_that_is_none_of_ours_shows_the_first_page() -> None:
    for cursor in ("garbage", "!!!", "YWZ0ZXI", "Z2FyYmFnZQ=="):
        assert page(ROWS, str, cursor, 10)[0] == ROWS[:10]


def test_rows_that_come_or_go_while_somebody_pages_neither_repeat_nor_hide_others() -> None:
    first, cursor = page(ROWS, str, None, 10, descending=True)
    changed = [row for row in ROWS if row != first[-1]] + ["100"]
    second, _ = page(changed, str, cursor, 10, descending=True)
    assert second == sorted(ROWS, reverse=True)[10:20]


def test_a_page_may_begin_with_the_last_row_of_the_page_before() -> None:
    first, cursor = page(ROWS, str, None, 10)
    second, _ = page(ROWS, str, cursor, 10, repeat=True)
    assert second[0] == first[-1]
    assert page(ROWS, str, None, 10, repeat=True)[0] == first
