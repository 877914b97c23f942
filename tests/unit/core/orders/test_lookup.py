from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.orders.lookup import Silence, UnknownPolicy, proves_absence
from order_cases import AT, later

POLICY = UnknownPolicy()  # 30 seconds, two readings 1.5 seconds apart


def dated(*read: tuple[float, float]) -> list[Silence]:
    return [Silence(later(at), later(as_of)) for at, as_of in read]


def undated(*read: float) -> list[Silence]:
    return [Silence(later(at), None) for at in read]


@pytest.mark.parametrize(
    ("heard", "proven"),
    [
        ([], False),
        (dated((5, 5), (10, 10), (20, 20), (29, 29)), False),
        (dated((31, 31)), False),
        (dated((31, 31), (33, 33)), True),
        (dated((30, 30), (31.5, 31.5)), True),
        (dated((31, 31), (32, 32)), False),
        (dated((31, 31), (32, 32), (33, 33)), True),
        (dated((31, 29), (33, 29.9), (35, 29.9)), False),
        (dated((31, 29), (33, 31), (35, 33)), True),
        (undated(31, 33), False),
        (undated(31, 33, 35), True),
        (undated(10, 20, 31), False),
        ([*dated((31, 31)), *undated(33)], False),
        ([*dated((31, 31)), *undated(33, 35)], True),
    ],
)
def test_silence_is_believed_when_it_is_late_and_repeated(
    heard: list[Silence], proven: bool
) -> None:
    assert proves_absence(AT, heard, POLICY) is proven


def test_what_was_read_while_the_order_could_still_arrive_says_nothing() -> None:
    """Data of the future in an early reading is no better than the reading."""
    early = dated((10, 60), (20, 60), (29.9, 60))
    assert not proves_absence(AT, early, POLICY)
    assert not proves_absence(AT, [*early, *dated((31, 31))], POLICY)
    assert proves_absence(AT, [*early, *dated((31, 31), (33, 33))], POLICY)


@pytest.mark.parametrize("reads", [1, 2, 5])
def test_a_reading_without_its_date_asks_for_one_more(reads: int) -> None:
    policy = UnknownPolicy(absent_reads=reads)
    moments = [31.0 + 2 * n for n in range(reads)]
    assert proves_absence(AT, dated(*((at, at) for at in moments)), policy)
    assert not proves_absence(AT, undated(*moments), policy)
    assert proves_absence(AT, undated(*moments, 31.0 + 2 * reads), policy)


@pytest.mark.parametrize(
    "change",
    [
        {"poll_every": timedelta(0)},
        {"absent_reads": 0},
        {"absent_after": timedelta(seconds=59)},
    ],
)
def test_a_policy_that_can_never_conclude_is_none(change: dict[str, Any]) -> None:
    with pytest.raises(BadParameter):
        UnknownPolicy(**change)
