"""Read recorded delta frames of the venue's usual layout without decoding JSON, many at a time.

A frame is compared with the layout eight bytes at a time; only its numbers, its ticker, price,
change and side are read, column by column. A frame that differs in any byte, or that would do
anything but change a level (a gap, a book not shown yet, a size below zero, a price off the grid),
is left to the ordinary path. So there is one meaning, and this is a faster way to it.

A column is one loop, for in compiled code handing an array to a function costs more than reading a
frame does; only numbers are handed on (see `replay_words`).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from kalshi_alpha.brokers.kalshi.replay_trades import A_TRADE, take_number
from kalshi_alpha.brokers.kalshi.replay_words import (
    HIGHS,
    LOW_56,
    ONES,
    POSITIVE,
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

FRAME_BYTES_MAX = 1024
"""No frame that begins closer to the end than this may be read here, so no read passes it."""
FRAME_BYTES_USUAL = 300
NAME_WORDS = 8
HASH_FACTOR = 0x2545F4914F6CDD1D
E4_PER_DOLLAR = 10_000

_SEVEN = 0x00FFFFFFFFFFFFFF
_TYPE_0, _TYPE_1 = word(b'{"type":'), word(b'"orderbo')
_TYPE_2, _TYPE_3 = word(b"ok_delta"), word(b'","sid":')
_SEQ = word(b',"seq":')
_SENT_0, _SENT_9 = word(b',"sendin'), word(b'_ts_ms":')
_MSG_0, _MSG_1, _MSG_2 = word(b',"msg":{'), word(b'"market_'), word(b'ticker":')
_ID_0, _ID_7 = word(b'","marke'), word(b'et_id":"')
_CLOCK, _CENTS, _OLD_DELTA, _TS_MS = (
    word(b',"clock"'),
    word(b',"price"'),
    word(b',"delta"'),
    word(b',"ts_ms"'),
)
_PRICE_0, _PRICE_1, _PRICE_2 = word(b',"price_'), word(b'dollars"'), word(b':"')
_DELTA_0, _DELTA_5 = word(b',"delta_'), word(b'ta_fp":"')
_PRICE_FRAME = word(b"\xff\xff\0\0\0\0\xff")
_PRICE_TEXT = word(b'0.\0\0\0\0"')
_CENTS_FRAME, _CENTS_TEXT = word(b"\xff\0\0\xff"), word(b'.\0\0"')
_SIDE = word(b',"side":')
_YES, _NO = word(b'"yes"'), word(b'"no"')
_FIVE, _FOUR = 0x000000FFFFFFFFFF, 0x00000000FFFFFFFF
_TS = word(b',"ts":"')
_BREAKS = 0x0A * ONES
_TWO, _BRACES = 0xFFFF, word(b"}}")
_QUOTE, _COLON, _MINUS, _ZERO = 34, 58, 45, 48

UUID_CHARS, TS_CHARS = 36, 27
_BYTE = 0xFF


@compiled
def guess_breaks(words: IntArray, start: int, stop: int, breaks: IntArray) -> int:
    """Write where line breaks may stand and return how many there are.

    Lines are looked at where the last one's length says that they end. A line that is as it
    should be to its last byte holds no other break; of any other the ordinary path must see for
    itself where it ends.
    """
    # Each line is found from the last, so memory would be waited for line by line; reading on in
    # order first lets the processor fetch ahead.
    ahead, fetched = min(start + FRAME_BYTES_USUAL * breaks.shape[0], stop - 8), 0
    for at in range(start, ahead, 64):
        fetched |= words[at]
    breaks[0] = fetched
    found, length = 0, FRAME_BYTES_USUAL
    while found < breaks.shape[0] and start + FRAME_BYTES_MAX <= stop:
        at = start + length - 8
        y = int(words[at]) ^ _BREAKS
        z = int(words[at + 8]) ^ _BREAKS
        flags = (y - ONES) & ~y & HIGHS
        flags_after = (z - ONES) & ~z & HIGHS
        if flags | flags_after != 0:
            # Both are worked out, since which of them it is cannot be foretold.
            before, after = first_flagged(flags), 8 + first_flagged(flags_after)
            at += before if flags != 0 else after
        else:
            at = start
            while flags == 0 and at < start + FRAME_BYTES_MAX - 8:
                y = int(words[at]) ^ _BREAKS
                flags = (y - ONES) & ~y & HIGHS
                at += 8
            if flags == 0:
                break
            at += first_flagged(flags) - 8
        breaks[found] = at
        found += 1
        length = max(at - start, 8)
        start = at + 1
    return found


@compiled
def read_heads(words: IntArray, starts: IntArray, at: IntArray, numbers: IntArray) -> None:
    """Read subscription and number of each frame; ``at`` becomes where its ticker begins, or -1.

    Parameters
    ----------
    words
        The recording as eight bytes from each position on.
    starts
        Where each frame begins.
    at
        Where reading has come to, written.
    numbers : ndarray of shape (n, 2)
        Subscription and number, written.
    """
    for i in range(starts.shape[0]):
        here = int(starts[i])
        at[i] = -1
        if words[here] != _TYPE_0 or words[here + 8] != _TYPE_1:
            continue
        if words[here + 16] != _TYPE_2 or words[here + 24] != _TYPE_3:
            continue
        here += 32
        count = leading_digits(int(words[here]))
        if not 0 < count < 8 or (count > 1 and int(words[here]) & _BYTE == _ZERO):
            continue
        numbers[i, 0] = digits_value(int(words[here]), count)
        here += count
        if int(words[here]) & _SEVEN != _SEQ:
            continue
        here += 7
        count = leading_digits(int(words[here]))
        if not 0 < count < 8 or (count > 1 and int(words[here]) & _BYTE == _ZERO):
            continue
        numbers[i, 1] = digits_value(int(words[here]), count)
        here += count
        if words[here] == _SENT_0 and words[here + 9] == _SENT_9:
            here = after_number(here + 17, int(words[here + 17]), int(words[here + 25]))
            if here < 0:
                continue
        if words[here] != _MSG_0 or words[here + 8] != _MSG_1:
            continue
        if words[here + 16] == _MSG_2 and int(words[here + 24]) & _BYTE == _QUOTE:
            at[i] = here + 25


@compiled
def slot_of(mixed: int, slots: int) -> int:
    """Return where in a table of a power of two slots a mixture of a name's words belongs."""
    return (((mixed * HASH_FACTOR) & POSITIVE) >> 40) & (slots - 1)


@compiled
def find_books(
    words: IntArray,
    at: IntArray,
    names: IntArray,
    lengths: IntArray,
    table: npt.NDArray[np.int32],
    books: IntArray,
) -> None:
    """Read the ticker of each frame; ``at`` becomes where it ends, or -1 if it is not known.

    Parameters
    ----------
    words, at
        As before.
    names, lengths, table
        Tickers as words filled up with zeros, their lengths, and an open hash table of them.
    books
        Index of each frame's ticker, written.
    """
    for i in range(at.shape[0]):
        start = int(at[i])
        at[i] = -1
        if start < 0:
            continue
        mixed, count, found, x = 0, 0, 0, 0
        while found == 0 and count < NAME_WORDS - 1:
            x = int(words[start + 8 * count])
            y = x ^ QUOTES
            found = (y - ONES) & ~y & HIGHS
            if found != 0:
                x &= (((found & -found) >> 7) & LOW_56) - 1
            mixed = (3 * mixed + x) & POSITIVE
            count += 1
        slot = slot_of(mixed, table.shape[0])
        while found != 0 and table[slot] >= 0:
            book = int(table[slot])
            same = lengths[book] >> 3 == count - 1 and names[book, count - 1] == x
            for k in range(count - 1):
                same = same and names[book, k] == words[start + 8 * k]
            if same:
                books[i] = book
                at[i] = start + lengths[book]
                break
            slot = (slot + 1) & (table.shape[0] - 1)


@compiled
def read_prices(words: IntArray, at: IntArray, prices_e4: IntArray) -> None:
    """Read the price of each frame; ``at`` becomes where it ends, or -1.

    What stands between ticker and price is compared with the layout: the market's id, and if
    they are there the clock and the price in old recordings' cents.
    """
    for i in range(at.shape[0]):
        here = int(at[i])
        at[i] = -1
        if here < 0 or words[here] != _ID_0 or words[here + 7] != _ID_7:
            continue
        here += 15
        usual = plain(int(words[here])) and plain(int(words[here + 8]))
        usual = usual and plain(int(words[here + 16])) and plain(int(words[here + 24]))
        usual = usual and plain(int(words[here + 28]))
        if not usual or int(words[here + UUID_CHARS]) & _BYTE != _QUOTE:
            continue
        here += UUID_CHARS + 1
        if words[here] == _CLOCK and int(words[here + 8]) & _BYTE == _COLON:
            here = after_number(here + 9, int(words[here + 9]), int(words[here + 17]))
            if here < 0:
                continue
        if words[here] == _CENTS and int(words[here + 8]) & _BYTE == _COLON:
            here = after_number(here + 9, int(words[here + 9]), int(words[here + 17]))
            if here < 0:
                continue
        if words[here] != _PRICE_0 or words[here + 8] != _PRICE_1:
            continue
        x = int(words[here + 18])
        if int(words[here + 16]) & _TWO != _PRICE_2 or x & _PRICE_FRAME != _PRICE_TEXT:
            continue
        if leading_digits(x >> 16) == 4:
            prices_e4[i] = digits_value(x >> 16, 4)
            at[i] = here + 25


@compiled
def read_changes(words: IntArray, at: IntArray, changes_e2: IntArray) -> None:
    """Read the change of each frame; ``at`` becomes where it ends, or -1."""
    for i in range(at.shape[0]):
        here = int(at[i])
        at[i] = -1
        if here < 0:
            continue
        if words[here] == _OLD_DELTA and int(words[here + 8]) & _BYTE == _COLON:
            here += 10 if int(words[here + 9]) & _BYTE == _MINUS else 9
            here = after_number(here, int(words[here]), int(words[here + 8]))
            if here < 0:
                continue
        if words[here] != _DELTA_0 or words[here + 5] != _DELTA_5:
            continue
        here += 13
        is_minus = int(words[here]) & _BYTE == _MINUS
        if is_minus:
            here += 1
        x = int(words[here])
        count = leading_digits(x)
        if not 0 < count < 8:
            continue
        cents = int(words[here + count])
        if cents & _CENTS_FRAME != _CENTS_TEXT or leading_digits(cents >> 8) != 2:
            continue
        size_e2 = digits_value(x, count) * 100 + digits_value(cents >> 8, 2)
        changes_e2[i] = -size_e2 if is_minus else size_e2
        at[i] = here + count + 4


@compiled
def read_sides(words: IntArray, at: IntArray, ends: IntArray, sides: IntArray) -> None:
    """Read the side of each frame, 0 for YES; ``at`` becomes its end, or -1 if it ends elsewhere.

    Parameters
    ----------
    words, at
        As before.
    ends
        Where the line break of each frame stands.
    sides
        Written.
    """
    for i in range(at.shape[0]):
        here = int(at[i])
        at[i] = -1
        if here < 0 or words[here] != _SIDE:
            continue
        said = int(words[here + 8])
        if said & _FIVE == _YES:
            sides[i] = 0
            here += 13
        elif said & _FOUR == _NO:
            sides[i] = 1
            here += 12
        else:
            continue
        if int(words[here]) & _SEVEN == _TS:
            here += 7
            usual = plain(int(words[here])) and plain(int(words[here + 8]))
            # Of a shorter time stamp the quote is among the last eight bytes.
            chars = TS_CHARS
            while chars > TS_CHARS - 8 and int(words[here + chars]) & _BYTE != _QUOTE:
                chars -= 1
            usual = usual and plain(int(words[here + chars - 16]))
            if not usual or not plain(int(words[here + chars - 8])):
                continue
            here += chars
            if int(words[here]) & _BYTE != _QUOTE:
                continue
            here += 1
        if words[here] == _TS_MS and int(words[here + 8]) & _BYTE == _COLON:
            here = after_number(here + 9, int(words[here + 9]), int(words[here + 17]))
            if here < 0:
                continue
        if int(words[here]) & _TWO == _BRACES and here + 2 == ends[i]:
            at[i] = here


@compiled
def apply_changes(
    first: int,
    columns: tuple[IntArray, ...],
    subscriptions: IntArray,
    carried_by: IntArray,
    ticks: IntArray,
    step_e4: int,
    levels: IntArray,
    tops: IntArray,
    rows: npt.NDArray[np.int32],
) -> int:
    """Apply frames from ``first`` on, and return the first that needs the ordinary path.

    Parameters
    ----------
    first
        Index of the first frame.
    columns
        Of each frame: where it ends or -1, subscription and number, book, price in 1e-4 dollars,
        change in hundredths, side.
    subscriptions
        Number of each subscription and of its next frame.
    carried_by
        Which subscription carries each book, by index; -1 if none has shown it.
    ticks
        Index of each price's level, or 0 if the grid does not hold it.
    step_e4
        The grid's step.
    levels, tops
        Sizes by book, side and tick, and the best tick by book and side.
    rows
        Book, best bid and best ask in 1e-4 dollars after each frame, written.
    """
    at, numbers, books, prices_e4, changes_e2, sides = columns
    for i in range(first, at.shape[0]):
        if at[i] < 0:
            return i
        if books[i] == A_TRADE:
            if not take_number(subscriptions, int(numbers[i, 0]), int(numbers[i, 1])):
                return i
            rows[i, 0] = -1
            continue
        book, side, tick = books[i], sides[i], ticks[prices_e4[i]]
        held = carried_by[book]
        if held < 0 or tick == 0:
            return i
        if subscriptions[held, 0] != numbers[i, 0] or subscriptions[held, 1] != numbers[i, 1]:
            return i
        size = levels[book, side, tick] + changes_e2[i]
        if size < 0:
            return i
        subscriptions[held, 1] += 1
        levels[book, side, tick] = size
        if size > 0:
            tops[book, side] = max(tops[book, side], tick)
        elif tick == tops[book, side]:
            # Level 0 holds a mark that ends the search.
            while levels[book, side, tick] == 0:
                tick -= 1
            tops[book, side] = tick
        rows[i, 0] = book
        rows[i, 1] = tops[book, 0] * step_e4
        rows[i, 2] = E4_PER_DOLLAR - tops[book, 1] * step_e4
    return int(at.shape[0])
