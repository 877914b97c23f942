from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.gates import Reason
from kalshi_alpha.core.gates.evidence import EvidenceLimits, ramp_reading
from kalshi_alpha.core.ledger.entry import ClockSource, EntryKind, LedgerEntry, LedgerMode
from kalshi_alpha.core.ledger.honesty_bins import empty_bin
from kalshi_alpha.core.ramp.figures import EvidenceRule, figures, remembered
from kalshi_alpha.core.ramp.statistic import Declaration, Statistic
from kalshi_alpha.core.types import Side

Row = Callable[..., LedgerEntry]
DECLARED = Declaration(Statistic.SETTLED, datetime(2025, 1, 1, tzinfo=UTC))
AT = datetime(2025, 3, 1, tzinfo=UTC)
SIM = EvidenceRule(frozenset({LedgerMode.SIM}), practice=True)


def test_practice_and_evidence_are_never_added_up(row: Row) -> None:
    paper, live = row(1), row(2, mode=LedgerMode.LIVE)
    sim = row(3, mode=LedgerMode.SIM, environment="sim", clock_source=ClockSource.SET)
    offline = row(4, mode=LedgerMode.OFFLINE, environment="offline")
    told = row(5, clock_source=ClockSource.SET)
    elsewhere = row(6, environment="demo")
    everything = [paper, live, sim, offline, told, elsewhere]
    assert EvidenceRule().rows(everything, "CPI") == [paper, live]
    assert SIM.rows(everything, "CPI") == [sim]
    assert EvidenceRule().rows(everything, "CLAIMS") == []


def test_practice_counts_fills_only(row: Row) -> None:
    sim = row(3, mode=LedgerMode.SIM)
    unfilled = replace(sim, filled_e2=0, payout_e6=None, settled_at=None, outcome=None)
    expected = replace(unfilled, kind=EntryKind.EXPECTED, expected_e2=100, expected_hi_e2=200)
    assert SIM.rows([sim, unfilled, expected], "CPI") == [sim]


@pytest.mark.parametrize(
    ("modes", "practice"),
    [
        ({LedgerMode.SIM, LedgerMode.PAPER}, True),
        ({LedgerMode.SIM}, False),
        ({LedgerMode.SIM, LedgerMode.LIVE}, False),
        ({LedgerMode.PAPER}, True),
        (set(), False),
    ],
)
def test_an_impossible_rule_is_refused(modes: set[LedgerMode], practice: bool) -> None:
    with pytest.raises(BadParameter):
        EvidenceRule(frozenset(modes), practice=practice)


def test_the_figures_of_a_ledger(row: Row) -> None:
    rows = [row(number, paid=number % 2) for number in range(40)]
    still_open = replace(rows[39], settled_at=None, payout_e6=None, outcome=None)
    found = figures("CPI", [*rows[:39], still_open], DECLARED, AT, shrink=0.9, breaches=("one",))
    assert (found.fills, found.open_fills, found.units) == (39, 1, 39)
    assert found.largest_unit_share == pytest.approx(1 / 39)
    assert found.newest_at == rows[38].settled_at
    # 19 of 39 paid one dollar at 45 cents, with 3.6 cents expected.
    assert found.delta_used_bps == pytest.approx(1e4 * (19 / 39 - 0.45 - 0.036))
    assert found.evidence().guardrail_breaches == 1
    assert not found.evidence().by_closing_line
    recent = [
        each for each in rows[:39] if each.settled_at and each.settled_at > AT - timedelta(28)
    ]
    assert found.fills_per_day == found.units_per_day == len(recent) / 28


def test_what_the_clock_does_not_know_is_not_settled(row: Row) -> None:
    rows = [row(number) for number in range(10)]
    early = rows[4].placed_at + timedelta(hours=1)
    found = figures("CPI", rows, DECLARED, early, shrink=0.9)
    assert (found.fills, found.open_fills) == (4, 1)


def test_the_e_value_is_the_wealth_of_a_bettor_on_the_units(row: Row) -> None:
    won = figures("CPI", [row(n) for n in range(30)], DECLARED, AT, shrink=0.9)
    lost = figures("CPI", [row(n, paid=0) for n in range(30)], DECLARED, AT, shrink=0.9)
    assert won.e_value > 1000.0
    assert lost.e_value < 1.0


def test_rows_that_contradict_each_other_are_named_with_the_remedy(row: Row) -> None:
    """YES and NO of one market cannot both have paid nothing."""
    yes = row(1, paid=0, p=0.6, side=Side.YES)
    no = row(1, paid=0, p=0.6, side=Side.NO)
    found = figures("CPI", [yes, no, row(2)], DECLARED, AT, shrink=0.9)
    (line,) = found.contradictions
    assert re.search(r"rows of CPI:1 contradict .* restore .*ledger_all", line)
    alone = figures("CPI", [row(2)], DECLARED, AT, shrink=0.9)
    assert (found.e_value, alone.contradictions) == (alone.e_value, ())
    # Nor can both have been paid.
    both = [replace(each, outcome=1, payout_e6=each.filled_e2 * 10_000) for each in (yes, no)]
    assert len(figures("CPI", both, DECLARED, AT, shrink=0.9).contradictions) == 1


def test_a_bin_far_below_expectation_is_dishonest(row: Row) -> None:
    rows = [row(number, paid=int(number % 10 == 0)) for number in range(40)]
    found = figures("CPI", rows, DECLARED, AT, shrink=0.9)
    assert len(found.dishonest) == 1
    assert not found.evidence().honest
    said = ramp_reading(found.evidence(), EvidenceLimits(min_fills=1), made_at=AT)
    assert Reason.EV_HONESTY in {each.reason for each in said.findings}
    few = figures("CPI", rows[:9], DECLARED, AT, shrink=0.9)
    assert few.dishonest == ()


def test_nothing_is_nothing() -> None:
    found = figures("CPI", [], DECLARED, AT, shrink=0.9)
    assert (found.fills, found.units, found.delta_used_bps, found.t_used) == (0, 0, None, None)
    assert (found.e_value, found.largest_unit_share, dict(found.bins)) == (1.0, None, {})


def test_weights_rise_by_a_tenth_and_fall_at_once(row: Row) -> None:
    rows = [row(number, paid=number % 2) for number in range(40)]
    bins = figures("CPI", rows, DECLARED, AT, shrink=0.9).bins
    (key,) = bins
    earned = bins[key].weight
    assert remembered(bins, {key: 0.2})[key].weight == pytest.approx(min(0.3, earned))
    assert remembered(bins, {key: 1.0})[key].weight == earned
    assert remembered(bins, {key: 0.2}, rise=0.0)[key].weight == 0.2
    assert remembered({}, {key: 0.25}) == {key: replace(empty_bin(key), weight=0.35)}
