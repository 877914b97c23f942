from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from desk import AT, ledger_row, wired
from kalshi_alpha.config.ramp import BASELINE
from kalshi_alpha.core.gates import Action, Fault, ReadingName, Reason
from kalshi_alpha.datastore.atomic import write_json
from kalshi_alpha.datastore.ledger import LedgerStore
from kalshi_alpha.exec.ramp.under_way import Mark
from kalshi_alpha.exec.session.readiness import PilotTerms, ReadinessFiles, pilot_terms
from kalshi_alpha.exec.wiring import Run
from readiness_cases import readiness, series


@pytest.fixture
def run(tmp_path: Path) -> Run:
    found = replace(wired(tmp_path / "root"), action=Action.LIVE)
    LedgerStore(found.paths).upsert([ledger_row()], AT)
    write_json(found.paths.pilot_ready, readiness())
    return found


def test_the_terms_are_the_decisions(run: Run) -> None:
    terms = pilot_terms(run)
    assert (terms.size, terms.fill_realism_gap) == (0.25, None)
    assert terms.bins is not None
    # YES at 30 to 70 cents within two hours of the close, the one bin that was filled in.
    assert terms.bins.weight[0, 0, 2] == 0.75
    assert terms.cusum_state is not None


def test_without_a_decision_that_can_be_relied_on_nothing_is_allowed(run: Run) -> None:
    for at in (timedelta(hours=2, seconds=1), timedelta(hours=-1)):
        moved = replace(run, clock=replace(run.clock, at=AT + at))
        assert pilot_terms(moved).size == 0.0
    run.paths.pilot_ready.write_text("{")
    assert pilot_terms(run).size == 0.0
    run.paths.pilot_ready.unlink()
    assert pilot_terms(run).size == 0.0
    write_json(run.paths.pilot_ready, readiness(series(series="CLAIMS")))
    assert pilot_terms(run).size == 0.0
    assert pilot_terms(replace(run, action=Action.SIM)) == PilotTerms()


def test_both_must_be_fresh_at_the_start_and_may_grow_old_under_a_session(run: Run) -> None:
    files = ReadinessFiles(run, BASELINE)
    ledger, ramp = files.readings(AT + timedelta(minutes=119))
    assert (ledger.name, ramp.name) == (ReadingName.LEDGER, ReadingName.RAMP)
    assert ledger.ok(AT)
    assert ramp.ok(AT)
    later = AT + timedelta(hours=9)
    assert all(each.ok(later) for each in files.readings(later))
    stale = ReadinessFiles(run, BASELINE).readings(later)
    assert [each.fault_at(later) for each in stale] == [Fault.EXPIRED, Fault.EXPIRED]


def test_a_decision_that_is_replaced_counts_from_then_on(run: Run) -> None:
    files = ReadinessFiles(run, BASELINE)
    assert all(each.ok(AT) for each in files.readings(AT))
    no_go = replace_decision()
    write_json(run.paths.pilot_ready, no_go)
    os.utime(run.paths.pilot_ready, ns=(1, 1))
    assert not all(each.ok(AT) for each in files.readings(AT))


def test_a_session_waits_while_its_operator_decides_anew(run: Run) -> None:
    """The NO-GO that stands meanwhile does not end it; one that was left by a killed run does."""
    files = ReadinessFiles(run, BASELINE)
    assert all(each.ok(AT) for each in files.readings(AT))
    mark = Mark.begin(run.paths.pilot_ready)
    write_json(run.paths.pilot_ready, replace_decision())
    os.utime(run.paths.pilot_ready, ns=(1, 1))
    assert all(each.ok(AT) for each in files.readings(AT))
    os.close(mark.descriptor)  # as the kernel does when a process dies
    assert not all(each.ok(AT) for each in files.readings(AT))


def test_a_decision_that_allows_less_than_a_session_began_with_ends_it(run: Run) -> None:
    began = replace(pilot_terms(run), size=0.5)
    assert all(each.ok(AT) for each in ReadinessFiles(run, BASELINE, pilot_terms(run)).readings(AT))
    ledger, ramp = ReadinessFiles(run, BASELINE, began).readings(AT)
    assert ledger.ok(AT)
    (finding,) = ramp.findings
    assert finding.reason is Reason.RAMP_STALE
    assert finding.detail == (
        "the session began with 0.5 of the caps, and 0.25 is allowed now; hold another one"
    )


@pytest.mark.parametrize("part", ["weight", "cap", "lots_e2"])
def test_a_bin_that_allows_less_than_a_session_began_with_ends_it(run: Run, part: str) -> None:
    terms = pilot_terms(run)
    bins = terms.bins
    assert bins is not None
    less, more = getattr(bins, part).copy(), getattr(bins, part).copy()
    less[0, 0, 0] -= 1
    more[0, 0, 0] += 1

    def found(values: object) -> list[str]:
        changes: dict[str, Any] = {part: values}
        began = replace(terms, bins=replace(bins, **changes))
        _, ramp = ReadinessFiles(run, BASELINE, began).readings(AT)
        return [f"{each.reason} {each.detail}" for each in ramp.findings]

    said = "honesty bins that allow less than the session began with: 1; hold another one"
    assert found(less) == []
    assert found(more) == [f"{Reason.RAMP_STALE} {said}"]


def test_a_ledger_that_is_refreshed_makes_the_decision_no_older(run: Run) -> None:
    files = ReadinessFiles(run, BASELINE, pilot_terms(run))
    assert all(each.ok(AT) for each in files.readings(AT))
    later = AT + timedelta(hours=3)
    LedgerStore(run.paths).upsert([ledger_row(as_of=AT)], later)
    assert all(each.ok(later) for each in files.readings(later))


def replace_decision() -> object:
    return readiness(series(decision="NO-GO", go=False, size_multiplier=0.0))


def test_a_rehearsal_reads_neither(run: Run) -> None:
    assert ReadinessFiles(replace(run, action=Action.SIM), BASELINE).readings(AT) == ()
