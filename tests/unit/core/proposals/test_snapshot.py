from __future__ import annotations

from kalshi_alpha.core.proposals.snapshot import LadderSnapshot
from scan_cases import GOLDEN


def test_every_market_of_a_snapshot_is_readable_unless_it_is_said() -> None:
    whole = GOLDEN.snapshots[0]
    bare = LadderSnapshot(whole.ladder, whole.period, whole.books, whole.fee_terms)
    assert bare.unreadable == {}
    assert bare == whole
