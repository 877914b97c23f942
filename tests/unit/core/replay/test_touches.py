from __future__ import annotations

import numpy as np

from kalshi_alpha.core.replay.clocks import to_us
from kalshi_alpha.core.replay.tape import QuoteColumns
from kalshi_alpha.core.replay.touches import ABSENT, inferred_touch, quoted_touches
from replay_cases import Print, at, market_prints

MINUTE = 60_000_000
SOLD: Print = ("17:50:00", 0, 40, 5, "no")
BOUGHT: Print = ("17:51:00", 0, 44, 5, "yes")


def touch_at(prints: list[Print], clock: str, age_us: int = 30 * MINUTE) -> tuple[int, int, int]:
    found = inferred_touch(market_prints(prints)).at(np.array([to_us(at(clock))]), age_us)
    return int(found.bid_e4[0]), int(found.ask_e4[0]), int(found.twice_mid_e4[0])


def test_the_last_sale_is_the_bid_and_the_last_purchase_the_offer() -> None:
    assert touch_at([SOLD, BOUGHT], "18:00:00") == (4000, 4400, 8400)


def test_one_side_alone_is_no_touch() -> None:
    assert touch_at([SOLD], "18:00:00") == (ABSENT, ABSENT, ABSENT)


def test_a_touch_is_no_older_than_its_older_side_may_be() -> None:
    assert touch_at([SOLD, BOUGHT], "18:20:00")[0] == 4000
    assert touch_at([SOLD, BOUGHT], "18:20:01")[0] == ABSENT


def test_sides_that_have_crossed_are_no_touch() -> None:
    assert touch_at([SOLD, BOUGHT, ("17:52:00", 0, 40, 1, "yes")], "18:00:00")[0] == ABSENT
    assert touch_at([SOLD, BOUGHT, ("17:52:00", 0, 46, 1, "no")], "18:00:00")[0] == ABSENT


def test_a_print_of_the_very_instant_is_not_known_yet() -> None:
    assert touch_at([SOLD, BOUGHT], "17:51:00") == (ABSENT, ABSENT, ABSENT)


def test_a_quote_recorded_at_the_very_instant_decides_from_the_next_microsecond_on() -> None:
    rows = [[10, 20], [0, 0], [4000, 4200], [5600, 5500], [500, 500], [700, 700]]
    (seen,) = quoted_touches(QuoteColumns(*(np.array(row, dtype=np.int64) for row in rows)), 1)
    found = seen.at(np.array([10, 11, 20, 21]), 100)
    assert found.bid_e4.tolist() == [ABSENT, 4000, 4000, 4200]
    assert found.ask_e4.tolist() == [ABSENT, 4400, 4400, 4500]


def test_recorded_quotes_stand_until_they_change_and_an_empty_side_is_none() -> None:
    columns = (
        [0, 10, 20],
        [1, 0, 1],
        [4000, 100, 0],
        [5600, 200, 5600],
        [500, -1, 0],
        [700, -1, 700],
    )
    quotes = QuoteColumns(*(np.array(column, dtype=np.int64) for column in columns))
    first, second = quoted_touches(quotes, 2)
    times = np.array([5, 15, 25])
    assert second.at(times, 100).bid_e4.tolist() == [4000, 4000, ABSENT]
    assert second.at(times, 100).ask_e4.tolist() == [4400, 4400, ABSENT]
    assert second.at(times, 100).bid_size_e2.tolist() == [500, 500, -1]
    assert first.at(times, 100).bid_e4.tolist() == [ABSENT, 100, 100]
    assert not second.inferred
