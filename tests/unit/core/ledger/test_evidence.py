from __future__ import annotations

from collections.abc import Callable

import pytest

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.ledger.entry import ClockSource, EntryKind, LedgerEntry, LedgerMode
from kalshi_alpha.core.ledger.evidence import evidence_rows

Build = Callable[..., LedgerEntry]


def test_paper_on_real_books_and_live_count_by_default(make_entry: Build) -> None:
    paper, live = make_entry(), make_entry(mode=LedgerMode.LIVE)
    other = [
        make_entry(mode=LedgerMode.DEMO, environment="demo"),
        make_entry(mode=LedgerMode.PAPER, environment="demo"),
        make_entry(mode=LedgerMode.OFFLINE, environment="offline"),
        make_entry(mode=LedgerMode.SIM, environment="sim"),
        make_entry(mode=LedgerMode.PAPER, environment="sim"),
        make_entry(clock_source=ClockSource.SET),
        make_entry(kind=EntryKind.EXPECTED, filled_e2=0),
        make_entry(filled_e2=0, fee_e6=0),
    ]
    assert evidence_rows([paper, *other, live]) == [paper, live]


def test_a_mode_counts_only_if_it_is_named(make_entry: Build) -> None:
    demo = make_entry(mode=LedgerMode.DEMO, environment="demo")
    assert evidence_rows([make_entry(), demo], frozenset({LedgerMode.DEMO})) == [demo]


@pytest.mark.parametrize("mode", [LedgerMode.OFFLINE, LedgerMode.SIM])
def test_no_configuration_can_make_offline_or_sim_rows_count(mode: LedgerMode) -> None:
    with pytest.raises(BadParameter, match="never count"):
        evidence_rows([], frozenset({LedgerMode.PAPER, mode}))
