from __future__ import annotations

import random
from datetime import datetime, timedelta

from kalshi_alpha.brokers.pauses import PausePolicy, Pauses
from order_cases import AT


class SetClock:
    def __init__(self) -> None:
        self.at = AT

    def now(self) -> datetime:
        return self.at

    def pass_s(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


def pauses(streaks: list[int] | None = None) -> tuple[Pauses, SetClock]:
    clock = SetClock()
    heard = [] if streaks is None else streaks
    return Pauses(clock, PausePolicy(), random.Random(0), heard.append), clock


def test_nothing_speaks_against_an_order_at_first() -> None:
    made, _ = pauses()
    assert made.why() is None
    assert made.may_ask()


def test_each_429_in_a_row_doubles_the_pause_up_to_a_limit() -> None:
    made, clock = pauses()
    lengths = []
    for _ in range(8):
        made.too_many()
        begun = clock.at
        while made.why() == "back_off":
            clock.pass_s(0.01)
        lengths.append((clock.at - begun).total_seconds())
    assert 0.25 <= lengths[0] <= 0.51
    assert lengths[2] > 2 * lengths[0] * 0.9
    assert 4.0 <= lengths[-1] <= 8.01
    made.answered()
    made.too_many()
    clock.pass_s(0.51)
    assert made.why() is None


def test_one_refused_signature_stops_orders_until_it_is_believed_again() -> None:
    made, clock = pauses()
    made.refused()
    clock.pass_s(3600)
    assert made.why() == "auth_error"
    assert made.may_ask()
    made.believed()
    assert made.why() is None


def test_the_third_in_a_row_is_an_alarm_and_silences_questions_too() -> None:
    streaks: list[int] = []
    made, clock = pauses(streaks)
    made.refused()
    made.refused()
    assert streaks == []
    made.refused()
    made.refused()
    assert streaks == [3]
    assert made.auth_error_streak
    assert made.why() == "auth_error_streak"
    assert not made.may_ask()
    clock.pass_s(30)
    assert made.may_ask()
    made.believed()
    assert (made.why(), made.auth_error_streak) == (None, False)


def test_of_refusals_in_a_row_the_third_is_the_alarm_and_the_fourth_no_second_one() -> None:
    heard: list[int] = []
    made, _ = pauses(heard)
    seen = []
    for _ in range(4):
        made.refused()
        seen.append((made.why(), made.may_ask(), len(heard)))
    assert seen[:2] == [("auth_error", True, 0)] * 2
    assert seen[2:] == [("auth_error_streak", False, 1)] * 2
    made.believed()
    assert (made.why(), made.may_ask()) == (None, True)
