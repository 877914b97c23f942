from __future__ import annotations

from dataclasses import replace

import pytest

from kalshi_alpha.core.replay.clocks import to_us
from kalshi_alpha.core.replay.engine import replay_day
from kalshi_alpha.core.replay.poison import decision_texts, is_same_decision, poisoned_tape
from replay_cases import AFTER, BEFORE, CHAIN, DECIDES, at, event, tape

MORE = tuple(
    (f"{h:02d}:30:00", m, 40, 9, t) for h in (19, 20, 23) for m, t in ((1, "no"), (1, "yes"))
)
END = to_us(at("00:00:00", 20))


@pytest.mark.parametrize("cut", ["17:59:59", "18:00:00", "18:15:00", "23:59:59"])
def test_no_decision_before_a_cut_changes_with_what_comes_after_it(cut: str) -> None:
    true = tape((*BEFORE, *AFTER, *MORE))
    cut_us = to_us(at(cut))
    clean, absurd = (
        decision_texts(replay_day([event(each)], CHAIN), END)
        for each in (true, poisoned_tape(true, cut_us, "WEATHER"))
    )
    assert {a: d for a, d in clean.items() if a <= cut_us} == {
        a: d for a, d in absurd.items() if a <= cut_us
    }
    assert set(clean) == set(absurd)


def test_a_decision_after_a_cut_does_change() -> None:
    true = tape((*BEFORE, *AFTER))
    cut_us = to_us(at("17:51:30"))
    clean, absurd = (
        decision_texts(replay_day([event(each)], CHAIN), END)
        for each in (true, poisoned_tape(true, cut_us, "WEATHER"))
    )
    assert clean[to_us(DECIDES)] != absurd[to_us(DECIDES)]


def test_what_markets_paid_is_absurd_until_they_have_settled() -> None:
    true = tape()
    before, after = (
        poisoned_tape(true, to_us(at(c, 11)), "WEATHER") for c in ("11:59:59", "12:00:00")
    )
    assert [m.yes_payout_e4 for m in before.markets] == [10_000, 0, 10_000]
    assert before.settlement_value != true.settlement_value
    assert after.markets == true.markets


def test_a_result_is_absurd_until_its_source_has_published_and_not_merely_until_the_close() -> None:
    true = replace(tape(), settled_at=None)
    before, after = (
        poisoned_tape(true, to_us(at(clock, 11)), "WEATHER") for clock in ("15:58:59", "15:59:00")
    )
    assert before.markets != true.markets
    assert after.markets == true.markets


def test_the_digest_stops_at_its_end_and_covers_the_value_at_risk() -> None:
    day = replay_day([event()], CHAIN)
    assert list(decision_texts(day, to_us(DECIDES))) == [to_us(DECIDES)]
    other = replace(day, results=(replace(day.results[0], var=1.25), *day.results[1:]))
    assert decision_texts(day, to_us(DECIDES)) != decision_texts(other, to_us(DECIDES))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("p=0.5104643668263164, n=400", "p=0.5104643668263185, n=400", True),
        ("p=1e-07, n=400", "p=1.0000000000001e-07, n=400", True),
        ("p=0.51046437, n=400", "p=0.51046436, n=400", False),
        ("p=1e-07, n=400", "p=1e-08, n=400", False),
        ("p=0.5, n=400", "p=0.5, n=401", False),
        ("p=0.5, why=a", "p=0.5, why=b", False),
        ("p=0.5", "p=0.5, q=0.5", False),
        ("p=-0.5", "p=0.5", False),
        ("p=0.5", "p=nan", False),
        ("p=0.5", None, False),
        (None, None, True),
    ],
)
def test_decisions_are_the_same_to_nine_digits_of_a_fraction(
    one: str | None, other: str | None, same: bool
) -> None:
    assert is_same_decision(one, other) is same
    assert is_same_decision(other, one) is same
