from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, timedelta

import pytest

from kalshi_alpha.strategies.claims.history import FirstPrint
from kalshi_alpha.strategies.claims.long_run import LongRun
from kalshi_alpha.strategies.claims.walk import Learnt, Step, learn, learnt_from, look_out, walk
from kalshi_alpha.strategies.claims.weeks import ONE_WEEK

MODEL = LongRun((-0.3, -0.35, -0.2, -0.1), (), 0.04, 1000)
START = date(2025, 3, 1)
LEVELS = [220, 224, 219, 223, 241, 222, 215, 222, 241, 228, 229, 227]


def prints(consensus: int | None = None) -> list[FirstPrint]:
    return [
        FirstPrint(
            START + k * ONE_WEEK,
            START + k * ONE_WEEK + timedelta(days=5),
            1000 * level,
            consensus=consensus,
        )
        for k, level in enumerate(LEVELS)
    ]


def steps(found: list[FirstPrint]) -> list[Step]:
    return list(walk(found, lambda _: MODEL))


def test_the_first_five_weeks_are_only_read() -> None:
    assert [step.printed for step in steps(prints())] == prints()[5:]


def test_order_of_the_prints_does_not_matter() -> None:
    assert steps(prints()[::-1]) == steps(prints())


def test_a_forecast_depends_on_nothing_released_on_its_day_or_later() -> None:
    clean = steps(prints())
    for k, step in enumerate(clean):
        changed = [
            replace(each, persons=each.persons * 3, previous_shown=900_000)
            if each.released_on >= step.printed.released_on
            else each
            for each in prints()
        ]
        assert steps(changed)[k].outlook == step.outlook


def test_the_scale_follows_the_errors() -> None:
    found = steps(prints())
    assert found[0].learnt.alone.level == MODEL.typical_error
    first = math.log(found[0].printed.persons) - found[0].outlook.log
    level = 0.9 * 0.04 + 0.1 * abs(first) / found[0].outlook.width
    assert found[1].learnt.alone.level == pytest.approx(level)
    dist = found[0].outlook.alone
    assert dist.scale == pytest.approx(0.04 * found[0].outlook.width * dist.mean)


def test_prints_of_one_day_are_forecast_from_the_day_before() -> None:
    """As on 20 November 2025, when a lapse ended and several weeks came out at once."""
    late = prints()
    day = late[-1].released_on
    late[-2:] = [replace(each, released_on=day) for each in late[-2:]]
    *_, one, two = steps(late)
    assert (one.outlook.centre.ahead, two.outlook.centre.ahead) == (1, 2)
    assert one.learnt == two.learnt
    assert two.outlook.width > one.outlook.width


def test_steps_end_where_the_next_forecast_begins() -> None:
    found = steps(prints())
    after = learnt_from(found, Learnt.nothing(MODEL))
    assert after.alone.n == len(found)
    assert after == learn(found[-1].learnt, found[-1].outlook, found[-1].printed)
    assert learnt_from([], after) is after


def test_walking_in_two_halves_is_walking_once() -> None:
    whole = steps(prints())
    first = steps(prints()[:8])
    start = learnt_from(first, Learnt.nothing(MODEL))
    second = list(walk(prints()[8:], lambda _: MODEL, start, prints()[:8]))
    assert [*first, *second] == whole


def test_a_consensus_pulls_the_centre_by_its_weight() -> None:
    found = steps(prints(230_000))
    outlook = found[0].outlook
    assert outlook.pooled_log is not None
    assert outlook.pooled is not None
    expected = outlook.log + 0.7 * (math.log(230_000) - outlook.log)
    assert outlook.pooled_log == pytest.approx(expected)
    assert outlook.alone == steps(prints())[0].outlook.alone
    assert steps(prints())[0].outlook.pooled is None


def test_without_a_print_of_the_week_before_the_forecast_is_wider() -> None:
    learnt = Learnt.nothing(MODEL)
    near = look_out(prints(), START + 12 * ONE_WEEK, MODEL, learnt)
    far = look_out(prints()[:-2], START + 12 * ONE_WEEK, MODEL, learnt)
    assert near.width == 1.5 * MODEL.widening(1) or near.width == 1.0
    assert far.width == pytest.approx(near.width * MODEL.widening(3))
