from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.gates.memos import FREEZE_MEMO_MAX, LIFTABLE, Memo, memo_for
from kalshi_alpha.core.gates.reasons import Reason

MADE = datetime(2025, 6, 11, 10, 0, tzinfo=UTC)
UNTIL = MADE + timedelta(hours=4)
DAY_END = datetime(2025, 6, 12, 3, 59, 59, tzinfo=UTC)
SECOND = timedelta(seconds=1)


FREEZE, GUARD = Reason.FREEZE_WINDOW, Reason.SEQUENTIAL_ALERT


def memo(reason: Reason = Reason.PANIC_BACKOFF, until: datetime = UNTIL, series: str = "") -> Memo:
    return Memo(reason, MADE, until, "A. Operator", "grounds", series)


@pytest.mark.parametrize(
    ("at", "lifts"), [(MADE - SECOND, False), (MADE, True), (UNTIL, True), (UNTIL + SECOND, False)]
)
def test_a_memo_holds_from_when_it_was_made_to_its_end(at: datetime, lifts: bool) -> None:
    assert memo().lifts(Reason.PANIC_BACKOFF, at, began_at=MADE) is lifts
    assert not memo().lifts(FREEZE, at, began_at=MADE, series="CPI")


@pytest.mark.parametrize(
    ("began_at", "lifts"), [(MADE - SECOND, True), (MADE, True), (MADE + SECOND, False)]
)
def test_a_memo_lifts_only_what_began_before_it_was_made(began_at: datetime, lifts: bool) -> None:
    assert memo().lifts(Reason.PANIC_BACKOFF, UNTIL, began_at=began_at) is lifts
    freeze = memo(FREEZE, series="CPI")
    assert freeze.lifts(FREEZE, UNTIL, began_at=began_at, series="CPI") is lifts
    assert not freeze.lifts(FREEZE, UNTIL, began_at=began_at, series="TNEY")
    assert not freeze.lifts(FREEZE, UNTIL, began_at=None, series="CPI")


def test_a_memo_for_the_guard_resets_its_own_series_and_lifts_nothing_at_the_gate() -> None:
    guard = memo(GUARD, series="CPI")
    assert guard.holds(GUARD, UNTIL, "CPI")
    assert not guard.holds(GUARD, UNTIL, "TNEY")
    assert not guard.lifts(GUARD, UNTIL, began_at=MADE, series="CPI")


def test_a_memo_ends_with_what_it_is_for() -> None:
    assert memo(until=DAY_END).until == DAY_END
    with pytest.raises(BadParameter, match="New York day"):
        memo(until=DAY_END + SECOND)
    assert memo(FREEZE, MADE + FREEZE_MEMO_MAX, "CPI").series == "CPI"
    with pytest.raises(BadParameter, match="36 hours"):
        memo(FREEZE, MADE + FREEZE_MEMO_MAX + SECOND, "CPI")


@pytest.mark.parametrize("reason", [FREEZE, GUARD])
def test_a_memo_for_a_freeze_or_a_guard_names_the_series_and_one_for_panic_none(
    reason: Reason,
) -> None:
    with pytest.raises(BadParameter, match="needs the series"):
        memo(reason)
    with pytest.raises(BadParameter, match="names no series"):
        memo(series="CPI")


@pytest.mark.parametrize("reason", sorted(set(Reason) - LIFTABLE))
def test_facts_cannot_be_lifted(reason: Reason) -> None:
    with pytest.raises(BadParameter, match=f"no memo lifts {reason}"):
        memo(reason)


def test_kill_switch_and_stale_feeds_are_among_the_facts() -> None:
    assert not LIFTABLE & {Reason.KILL_SWITCH, Reason.STALE_FEEDS, Reason.CONFIG_WEAKENED}


@pytest.mark.parametrize(("who", "why"), [("", "grounds"), ("A. Operator", "  ")])
def test_a_memo_needs_a_signature_and_grounds(who: str, why: str) -> None:
    with pytest.raises(BadParameter, match="who signed it and why"):
        Memo(FREEZE, MADE, UNTIL, who, why, "CPI")


def test_a_memo_needs_zones_and_a_forward_span() -> None:
    with pytest.raises(BadParameter, match="zone"):
        memo(until=UNTIL.replace(tzinfo=None))
    with pytest.raises(BadParameter, match="before"):
        memo(until=MADE - SECOND)


def test_of_several_memos_the_last_to_end_is_recorded() -> None:
    longer = memo(until=UNTIL + SECOND)
    assert memo_for(Reason.PANIC_BACKOFF, [longer, memo()], MADE, began_at=MADE) == longer
    assert memo_for(GUARD, [longer], MADE, began_at=MADE, series="CPI") is None
