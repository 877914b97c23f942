from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.errors import ParseRefused
from kalshi_alpha.drivers.wire import (
    decode_csv,
    decode_json,
    decode_text,
    looks_like_markup,
    parse_html,
)


class Answer(msgspec.Struct):
    value: str


def refusal(why: str) -> ParseRefused:
    return ParseRefused("feed", why)


def test_unknown_fields_are_ignored_because_publishers_add_some() -> None:
    assert decode_json(b'{"value": "1", "new": {}}', Answer, refusal).value == "1"


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b" <html>", "web page"),
        (b'{"value": 1}', "expected JSON"),
        (b'{"value": "\xff"}', "expected JSON"),
        (b'{"value": "1"', "expected JSON"),
        (b'{"value": "1", "x": ' + b"[" * 100_000, "expected JSON"),
    ],
    ids=["markup", "number", "not text", "cut", "too deep"],
)
def test_a_body_of_another_kind_is_refused_with_the_reason(body: bytes, why: str) -> None:
    with pytest.raises(ParseRefused, match=why):
        decode_json(body, Answer, refusal)


def test_text_loses_its_byte_order_mark_and_may_hold_no_nul() -> None:
    assert decode_text(b"\xef\xbb\xbfabc", refusal) == "abc"
    with pytest.raises(ParseRefused, match="NUL"):
        decode_text(b"a\x00b", refusal)
    with pytest.raises(ParseRefused, match="UTF-8"):
        decode_text(b"\xff", refusal)


def test_lines_of_cells_are_read_and_empty_lines_left_out() -> None:
    assert decode_csv('a,"b, c"\n\n,\n', refusal) == [["a", "b, c"], ["", ""]]


@pytest.mark.parametrize("text", ["a" * 200_000, 'a,"b'], ids=["long cell", "open quote"])
def test_what_the_reader_of_cells_gives_up_on_is_refused(text: str) -> None:
    with pytest.raises(ParseRefused, match="comma-separated"):
        decode_csv(text, refusal)


@pytest.mark.timeout(5)
@pytest.mark.parametrize("tag", ["<div>", "<DIV class='x'>", "<table><tr><td>", "<x-own>"])
def test_a_page_nested_out_of_all_proportion_is_refused_before_it_is_parsed(tag: str) -> None:
    """A hundred thousand open divisions take the parser a minute."""
    with pytest.raises(ParseRefused, match="nested"):
        parse_html(f"<html><body>{tag * 100_000}", refusal)


def test_elements_side_by_side_and_those_never_closed_are_no_nesting() -> None:
    page = parse_html("<div>a</div>" * 3_000 + "<p>b<br><li>c" * 3_000, refusal)
    assert len(page.css("div")) == len(page.css("li")) == 3_000


@given(st.binary())
def test_markup_is_told_by_its_first_character_alone(body: bytes) -> None:
    assert looks_like_markup(b"\r\n <" + body)
    assert not looks_like_markup(b"{" + body)
