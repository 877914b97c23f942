from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.gates.memos import LIFTABLE, Memo, memo_for
from kalshi_alpha.core.gates.reasons import Reason

MADE = datetime(2025, 6, 11, 10, 0, tzinfo=UTC)
UNTIL = MADE + timedelta(hours=4)
SECOND = timedelta(seconds=1)


def memo(reason: Reason = Reason.PANIC_BACKOFF, until: datetime = UNTIL) -> Memo:
    return Memo(reason, MADE, until, "A. Operator", "grounds")


@pytest.mark.parametrize(
    ("at", "lifts"), [(MADE - SECOND, False), (MADE, True), (UNTIL, True), (UNTIL + SECOND, False)]
)
def test_a_memo_holds_from_when_it_was_made_to_its_end(at: datetime, lifts: bool) -> None:
    assert memo().lifts(Reason.PANIC_BACKOFF, at) is lifts
    assert not memo().lifts(Reason.FREEZE_WINDOW, at)


@pytest.mark.parametrize("reason", sorted(set(Reason) - LIFTABLE))
def test_facts_cannot_be_lifted(reason: Reason) -> None:
    with pytest.raises(BadParameter, match=f"no memo lifts {reason}"):
        memo(reason)


def test_kill_switch_and_stale_feeds_are_among_the_facts() -> None:
    assert not LIFTABLE & {Reason.KILL_SWITCH, Reason.STALE_FEEDS, Reason.CONFIG_WEAKENED}


@pytest.mark.parametrize(("who", "why"), [("", "grounds"), ("A. Operator", "  ")])
def test_a_memo_needs_a_signature_and_grounds(who: str, why: str) -> None:
    with pytest.raises(BadParameter, match="who signed it and why"):
        Memo(Reason.FREEZE_WINDOW, MADE, UNTIL, who, why)


def test_a_memo_needs_zones_and_a_forward_span() -> None:
    with pytest.raises(BadParameter, match="zone"):
        memo(until=UNTIL.replace(tzinfo=None))
    with pytest.raises(BadParameter, match="before"):
        memo(until=MADE - SECOND)


def test_of_several_memos_the_last_to_end_is_recorded() -> None:
    longer = memo(until=UNTIL + SECOND)
    assert memo_for(Reason.PANIC_BACKOFF, [longer, memo()], MADE) == longer
    assert memo_for(Reason.SEQUENTIAL_ALERT, [longer], MADE) is None
