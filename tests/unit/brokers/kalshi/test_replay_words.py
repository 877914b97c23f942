from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.brokers.kalshi.replay_words import (
    after_number,
    digits_value,
    first_flagged,
    leading_digits,
    plain,
    word,
)


def as_read(text: bytes) -> int:
    """Return what a read of the first eight bytes gives."""
    return int.from_bytes(text[:8].ljust(8, b"\0"), "little", signed=True)


@given(st.binary(min_size=8, max_size=8))
def test_digits_are_counted_up_to_the_first_other_byte(text: bytes) -> None:
    expected = next((i for i, byte in enumerate(text) if not 48 <= byte <= 57), 8)
    assert leading_digits(as_read(text)) == expected


@given(st.text("0123456789", min_size=1, max_size=8), st.binary(min_size=8, max_size=8))
def test_digits_give_their_number(digits: str, after: bytes) -> None:
    assert digits_value(as_read(digits.encode() + after), len(digits)) == int(digits)


@given(st.binary(min_size=8, max_size=8))
def test_plain_bytes_are_ascii_that_json_strings_hold_as_they_are(text: bytes) -> None:
    expected = all(0x20 <= byte < 0x80 and byte not in b'"\\' for byte in text)
    assert plain(as_read(text)) == expected


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("0,", 1),
        ("7}", 1),
        ("4182057,", 7),
        ("1781159489957,", 13),
        ("123456789012345,", 15),
        ("1234567890123456", -1),
        ("01,", -1),
        (",1", -1),
        ("-1,", -1),
    ],
)
def test_a_number_ends_where_json_says(text: str, end: int) -> None:
    data = text.encode().ljust(16, b"\0")
    assert after_number(100, as_read(data), as_read(data[8:])) == (100 + end if end >= 0 else -1)


def test_a_word_is_what_a_read_gives() -> None:
    assert word(b'{"type":') == as_read(b'{"type":')
    assert np.frombuffer(b'{"type":', dtype="<i8")[0] == word(b'{"type":')


@pytest.mark.parametrize("first", range(8))
def test_the_first_high_bit_is_found(first: int) -> None:
    flags = sum(0x80 << (8 * byte) for byte in range(first, 8)) - (1 << 64)
    assert first_flagged(flags) == first
