"""Pass trades of a recording by without decoding JSON: they change no book and are only numbered.

One frame in eleven of a recorded day is a trade. As with changes of books, a frame is compared
with the venue's layouts to its last byte, and one that differs is left to the ordinary path.
"""

from __future__ import annotations

import numpy as np

from kalshi_alpha.brokers.kalshi.replay_words import (
    HIGHS,
    LOW_56,
    ONES,
    QUOTES,
    after_number,
    compiled,
    digits_value,
    first_flagged,
    leading_digits,
    plain,
    word,
)
from kalshi_alpha.core.arrays import IntArray

A_TRADE = -2
"""Stands for the book of a frame that is a trade."""
_TEXTS = (
    b'{"type":"trade","sid":',
    b',"seq":',
    b',"sending_ts_ms":',
    b',"msg":{"trade_id":"',
    b'","market_ticker":"',
    b'","yes_price":',
    b',"no_price":',
    b'","yes_price_dollars":"0.',
    b',"yes_price_dollars":"0.',
    b',"no_price_dollars":"0.',
    b',"count":',
    b',"count_fp":"',
    b',"taker_side":',
    b',"taker_outcome_side":',
    b',"taker_book_side":',
    b',"is_block_trade":false',
    b',"ts":',
    b',"ts_ms":',
    b'"yes"',
    b'"no"',
    b'"bid"',
    b'"ask"',
    b"}}",
)
(
    _HEAD,
    _SEQ,
    _SENT,
    _ID,
    _TICKER,
    _YES_CENTS,
    _NO_CENTS,
    _YES_DOLLARS,
    _BARE_DOLLARS,
    _NO_DOLLARS,
    _COUNT,
    _COUNT_FP,
    _TAKER,
    _OUTCOME,
    _BOOK,
    _NO_BLOCK,
    _TS,
    _TS_MS,
    _YES,
    _NO,
    _BID,
    _ASK,
    _END,
) = range(len(_TEXTS))
_UUID_CHARS, _TICKER_WORDS = 36, 8
_BYTE, _QUOTE, _ZERO, _SPACES = 0xFF, 34, 48, 0x20 * ONES
_CENTS_FRAME, _CENTS_TEXT = word(b"\xff\0\0\xff"), word(b'.\0\0"')


def _table(texts: tuple[bytes, ...]) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    """Return where each text's words begin, which bytes of them count, the words, and lengths."""
    longest = max((len(text) + 7) // 8 for text in texts)
    at, mask, words = (np.zeros((len(texts), longest), dtype=np.int64) for _ in range(3))
    for n, text in enumerate(texts):
        for k in range((len(text) + 7) // 8):
            part = text[8 * k : 8 * k + 8]
            at[n, k] = 8 * k
            shown = np.frombuffer((b"\xff" * len(part)).ljust(8, b"\0"), dtype="<i8")
            mask[n, k], words[n, k] = shown[0], np.frombuffer(part.ljust(8, b"\0"), dtype="<i8")[0]
    return at, mask, words, np.array([len(text) for text in texts], dtype=np.int64)


_AT, _MASK, _WORDS, _LENGTHS = _table(_TEXTS)


@compiled
def after(words: IntArray, here: int, which: int) -> int:
    """Return where a text ends that begins at ``here``, or -1 if another stands there."""
    if here < 0:
        return -1
    length = _LENGTHS[which]
    for k in range((length + 7) >> 3):
        if int(words[here + _AT[which, k]]) & _MASK[which, k] != _WORDS[which, k]:
            return -1
    return here + int(length)


@compiled
def after_optional_number(words: IntArray, here: int, which: int) -> int:
    """Return where a field with a whole number ends, or ``here`` if it is not there."""
    begun = after(words, here, which)
    if begun < 0:
        return here
    return after_number(begun, int(words[begun]), int(words[begun + 8]))


@compiled
def after_either(words: IntArray, here: int, one: int, other: int) -> int:
    """Return where one of two texts ends, or -1."""
    found = after(words, here, one)
    return found if found >= 0 else after(words, here, other)


@compiled
def after_ticker(words: IntArray, here: int) -> int:
    """Return where the quote behind a plain text stands, or -1."""
    for _ in range(_TICKER_WORDS):
        x = int(words[here])
        y = x ^ QUOTES
        found = (y - ONES) & ~y & HIGHS
        if found == 0:
            if not plain(x):
                return -1
            here += 8
            continue
        count = first_flagged(found)
        below = ((found & -found) >> 7) & LOW_56
        kept = below - 1 if count > 0 else 0
        if not plain((x & kept) | (_SPACES & ~kept)):
            return -1
        return here + count
    return -1


@compiled
def after_price(words: IntArray, here: int) -> int:
    """Return where four decimals and their quote end, or -1."""
    if here < 0:
        return -1
    x = int(words[here])
    if leading_digits(x) != 4 or (x >> 32) & _BYTE != _QUOTE:
        return -1
    return here + 5


@compiled
def after_count(words: IntArray, here: int) -> int:
    """Return where a count with two decimals and its quote end, or -1."""
    if here < 0:
        return -1
    count = leading_digits(int(words[here]))
    if not 0 < count < 8:
        return -1
    cents = int(words[here + count])
    if cents & _CENTS_FRAME != _CENTS_TEXT or leading_digits(cents >> 8) != 2:
        return -1
    return here + count + 4


@compiled
def after_head(words: IntArray, here: int, numbers: IntArray) -> int:
    """Read subscription and number of a trade, and return where its ticker begins, or -1."""
    here = after(words, here, _HEAD)
    for k in range(2):
        if here < 0:
            return -1
        x = int(words[here])
        count = leading_digits(x)
        if not 0 < count < 8 or (count > 1 and x & _BYTE == _ZERO):
            return -1
        numbers[k] = digits_value(x, count)
        here += count
        if k == 0:
            here = after(words, here, _SEQ)
    here = after_optional_number(words, here, _SENT)
    here = after(words, here, _ID)
    if here < 0:
        return -1
    for offset in (0, 8, 16, 24, 28):
        if not plain(int(words[here + offset])):
            return -1
    return after(words, here + _UUID_CHARS, _TICKER)


@compiled
def after_terms(words: IntArray, here: int) -> int:
    """Return where price and count of a trade end whose ticker ends at ``here``, or -1."""
    begun = after(words, here, _YES_CENTS)
    if begun >= 0:
        # Old recordings tell cents too, before the dollars.
        here = after_number(begun, int(words[begun]), int(words[begun + 8]))
        if here >= 0:
            here = after_optional_number(words, here, _NO_CENTS)
        here = after(words, here, _BARE_DOLLARS)
    else:
        here = after(words, here, _YES_DOLLARS)
    here = after_price(words, here)
    begun = after(words, here, _NO_DOLLARS)
    if begun >= 0:
        here = after_price(words, begun)
    if here < 0:
        return -1
    here = after_optional_number(words, here, _COUNT)
    return after_count(words, after(words, here, _COUNT_FP))


@compiled
def after_taker(words: IntArray, here: int) -> int:
    """Return where the sides of a trade end, or -1."""
    here = after_either(words, after(words, here, _TAKER), _YES, _NO)
    begun = after(words, here, _OUTCOME)
    if begun >= 0:
        here = after_either(words, begun, _YES, _NO)
    begun = after(words, here, _BOOK)
    if begun >= 0:
        here = after_either(words, begun, _BID, _ASK)
    begun = after(words, here, _NO_BLOCK)
    return begun if begun >= 0 else here


@compiled
def read_trades(
    words: IntArray,
    starts: IntArray,
    ends: IntArray,
    at: IntArray,
    numbers: IntArray,
    books: IntArray,
) -> None:
    """Recognise trades among the frames that were not read; their book becomes `A_TRADE`.

    Parameters
    ----------
    words
        The recording as eight bytes from each position on.
    starts, ends
        Where each frame begins, and where its line break stands.
    at
        Where reading has come to, -1 for a frame that was not read; written.
    numbers, books
        Subscription and number, and book, written.
    """
    for i in range(starts.shape[0]):
        if at[i] >= 0:
            continue
        here = after_head(words, int(starts[i]), numbers[i])
        if here < 0:
            continue
        here = after_ticker(words, here)
        if here < 0:
            continue
        here = after_terms(words, here)
        if here < 0:
            continue
        here = after_taker(words, here)
        if here < 0:
            continue
        here = after_optional_number(words, here, _TS)
        if here >= 0:
            here = after_optional_number(words, here, _TS_MS)
        if after(words, here, _END) == ends[i]:
            at[i], books[i] = here, A_TRADE


@compiled
def take_number(subscriptions: IntArray, sid: int, seq: int) -> bool:
    """Count a frame of a subscription that expects it; say whether there is one."""
    for held in range(subscriptions.shape[0]):
        if subscriptions[held, 0] == sid and subscriptions[held, 1] == seq:
            subscriptions[held, 1] += 1
            return True
    return False
