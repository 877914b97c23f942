"""Eight bytes of text at once, as a number: which of them are digits, and what they write.

Everything here takes and gives numbers only. With numba (the extra ``fast``) the functions are
compiled when they are first called; without it they are ordinary, and slow, Python. Numbers are
of 64 bits with a sign; in Python they may grow larger, and the masks make both come out equal.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any, TypeVar, cast

F = TypeVar("F", bound=Callable[..., Any])

IS_COMPILED = find_spec("numba") is not None


def compiled(function: F) -> F:
    """Compile a function if there is a compiler."""
    if not IS_COMPILED:
        return function
    from numba import njit

    return cast(F, njit(cache=True, nogil=True)(function))


def word(text: bytes) -> int:
    """Return up to eight bytes as the number that a read of eight bytes gives."""
    return int.from_bytes(text, "little")


# Eight bytes each: ones, high bits, and what a plain character of a JSON string is not.
ONES = 0x0101010101010101
HIGHS = -0x7F7F7F7F7F7F7F80
_ZEROS, _TO_HIGH = 0x30 * ONES, 0x76 * ONES
_BYTE_INDEX = 0x0001020304050607
_SPACES, QUOTES, _BACKSLASHES = 0x20 * ONES, 0x22 * ONES, 0x5C * ONES
POSITIVE = 0x7FFFFFFFFFFFFFFF
LOW_56 = 0x01FFFFFFFFFFFFFF
_BYTE, _ZERO = 0xFF, 48


@compiled
def plain(x: int) -> bool:
    """Say whether eight bytes are ASCII without controls, quotes and backslashes."""
    bad = (x - _SPACES) | ((x ^ QUOTES) - ONES) | ((x ^ _BACKSLASHES) - ONES) | x
    return bad & HIGHS == 0


@compiled
def first_flagged(flags: int) -> int:
    """Return the index of the first byte whose high bit is set; the other bits are not."""
    return (((((flags & -flags) >> 7) & LOW_56) * _BYTE_INDEX) >> 56) & 7


@compiled
def leading_digits(x: int) -> int:
    """Return how many of eight bytes are digits before the first that is none."""
    y = x ^ _ZEROS
    # A byte of 10 or more reaches its high bit; a carry spoils only the bytes after it.
    others = ((y + _TO_HIGH) | y) & HIGHS
    if others == 0:
        return 8
    return first_flagged(others)


@compiled
def digits_value(x: int, count: int) -> int:
    """Return the number that the first one to eight bytes write, all of them digits."""
    # Digits are moved to the high bytes and added up by pairs, fours and eights.
    y = x ^ _ZEROS
    if count < 8:
        y = (y & ((1 << (8 * count)) - 1)) << (64 - 8 * count)
    y = ((y * 2_561) >> 8) & 0x00FF00FF00FF00FF
    y = ((y * 6_553_601) >> 16) & 0x0000FFFF0000FFFF
    return ((y * 42_949_672_960_001) >> 32) & 0xFFFFFFFF


@compiled
def after_number(at: int, x: int, y: int) -> int:
    """Return where a whole number ends that begins at ``at``, or -1 if it is none in JSON.

    ``x`` and ``y`` are the sixteen bytes from there on.
    """
    count = leading_digits(x)
    if count == 0 or (count > 1 and x & _BYTE == _ZERO):
        return -1
    if count < 8:
        return at + count
    more = leading_digits(y)
    return at + 8 + more if more < 8 else -1
