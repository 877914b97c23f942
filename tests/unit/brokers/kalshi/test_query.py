from __future__ import annotations

from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.brokers.kalshi.query import Query, encoded_query


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ({}, ""),
        ({"limit": 10, "cursor": None}, "limit=10"),
        ({"with_nested_markets": True, "a": False}, "with_nested_markets=true&a=false"),
        ({"tickers": ["A", "B"]}, "tickers=A&tickers=B"),
        ({"tickers": "A,B"}, "tickers=A%2CB"),
        ({"tickers": []}, ""),
    ],
)
def test_lists_repeat_their_name_and_none_is_left_out(query: Query, text: str) -> None:
    assert encoded_query(query) == text


@given(st.dictionaries(st.from_regex(r"[a-z_]{1,8}", fullmatch=True), st.text(min_size=1)))
def test_whatever_a_value_holds_it_arrives_and_changes_nothing_else(query: dict[str, str]) -> None:
    text = encoded_query(query)
    assert dict(parse_qsl(text, keep_blank_values=True)) == query
    assert not set(text) & set(" \r\n#?")
