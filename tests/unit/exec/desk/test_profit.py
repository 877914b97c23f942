"""Profit by mode: settled by day, and open at the market's price."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from desk import AT, ledger_row
from kalshi_alpha.core.errors import TornFile
from kalshi_alpha.core.ledger.entry import ClockSource, EntryKind, LedgerMode
from kalshi_alpha.core.types import Money, Side
from kalshi_alpha.datastore.ledger import LedgerStore
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.desk.profit import LedgerSums, fills_seen, profit_of, summed

WON = {"settled_at": AT, "outcome": 1, "payout_e6": 5_000_000}
LOST = {"settled_at": AT - timedelta(days=3), "outcome": 0, "payout_e6": 0}
PAPER = {"mode": LedgerMode.PAPER, "environment": "prod", "clock_source": ClockSource.SYSTEM}


def _ledger(root: Path) -> LedgerSums:
    store = LedgerStore(Paths(root))
    rows = [
        ledger_row(run_scope="won", **WON),
        ledger_row(run_scope="lost", **LOST),
        ledger_row(run_scope="old", **LOST | {"settled_at": AT - timedelta(days=8)}),
        ledger_row(run_scope="open", m_at_fill=0.7),
        ledger_row(run_scope="paper", **PAPER, **WON),
        ledger_row(run_scope="forecast", kind=EntryKind.EXPECTED, filled_e2=0),
    ]
    store.upsert(rows, AT)
    return summed(store)


def test_settled_profit_is_what_the_rows_themselves_say(tmp_path: Path) -> None:
    sums = _ledger(tmp_path)
    offline, paper = profit_of(sums, {}, AT)
    rows = LedgerStore(Paths(tmp_path)).entries()
    known = [r.realised.e6 for r in rows if r.realised and r.mode is LedgerMode.OFFLINE]
    assert len(known) == 3
    assert offline.settled == Money(sum(known))
    # By hand: 5 contracts at 0.68 and a fee of 0.0191 win 1.5809 and lose 3.4191.
    assert (offline.day, offline.week) == (Money(1_580_900), Money(1_580_900 - 3_419_100))
    assert [(each.day, each.fills) for each in offline.days] == [
        (date(2024, 12, 3), 1),
        (date(2024, 12, 8), 1),
        (date(2024, 12, 11), 1),
    ]
    assert (offline.fills, offline.open_fills) == (4, 1)
    assert offline.fees == Money(4 * 19_100)
    assert (paper.mode, paper.settled, paper.open_fills) == ("paper", Money(1_580_900), 0)


@pytest.mark.parametrize(
    ("marks", "worth_e6"), [({}, 3_500_000), ({"KXCPI-24NOV-T0.3": 0.2}, 4_000_000)]
)
def test_an_open_fill_is_worth_the_newest_mid(
    tmp_path: Path, marks: dict[str, float], worth_e6: int
) -> None:
    offline = profit_of(_ledger(tmp_path), marks, AT)[0]
    assert offline.marked - offline.settled == Money(worth_e6 - 3_400_000 - 19_100)


def test_newest_fills_come_first_and_those_the_journal_tells_are_left_out(tmp_path: Path) -> None:
    sums = _ledger(tmp_path)
    fills = fills_seen(sums, [""])
    assert len(fills) == 5
    assert {each.source for each in fills} == {"ledger offline", "ledger paper"}
    assert fills[0].side is Side.NO
    assert {each.source for each in fills_seen(sums, ["paper"])} == {"ledger offline"}


def test_a_ledger_that_is_torn_is_refused(tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    paths.ledger_all.parent.mkdir(parents=True)
    paths.ledger_all.write_bytes(b"PAR1")
    with pytest.raises(TornFile):
        summed(LedgerStore(paths))
