from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import msgspec

from kalshi_alpha.core.ledger.entry import LedgerEntry
from kalshi_alpha.core.ramp.figures import figures
from kalshi_alpha.exec.ramp.readiness import DeclarationRow
from kalshi_alpha.exec.tearsheet.evidence import (
    earned,
    evidence_table,
    on_history,
    own_table,
    said,
    still_missing,
)
from kalshi_alpha.exec.tearsheet.facts import Facts
from readiness_cases import readiness


def test_the_figures_are_the_ramp_s_own(facts: Facts, evidence: tuple[LedgerEntry, ...]) -> None:
    found = earned(replace(facts, entries=evidence), "CPI")
    ramp = facts.ramp
    expected = figures(
        "CPI", evidence, ramp.families["CPI"].declaration(), facts.at, shrink=ramp.shrink
    )
    assert found.figures == expected
    [row] = evidence_table((found,)).rows
    assert row[:5] == ("CPI", f"{expected.fills:,}", "300", f"{expected.units:,}", "12")
    whole = own_table(found)
    assert whole is not None
    assert ("settled fills", f"{expected.fills:,}", "at least 300") in whole.rows


def test_orders_count_from_what_the_ramp_accepted_and_not_from_what_the_file_says_today(
    facts: Facts, evidence: tuple[LedgerEntry, ...]
) -> None:
    placed = sorted(row.placed_at for row in evidence)
    accepted, middle = placed[0], placed[len(placed) // 2]
    row = DeclarationRow(
        series="CPI", statistic="closing_line", declared_at=accepted, counts_from=accepted
    )
    decided = readiness(generated_at=placed[-1], declarations=(row,))
    shown = replace(facts, entries=evidence, readiness=decided)

    def fills(declared_at: datetime) -> int:
        own = msgspec.structs.replace(facts.ramp.families["CPI"], declared_at=declared_at)
        ramp = msgspec.structs.replace(facts.ramp, families={"CPI": own})
        found = earned(replace(shown, ramp=ramp), "CPI").figures
        assert found is not None
        return found.fills

    assert fills(accepted) == len(evidence)
    assert fills(middle) == len(evidence)
    # One that lies ahead of the decision begins anew, and nothing was placed since.
    assert fills(placed[-1] + timedelta(seconds=1)) == 0


def test_a_new_desk_has_earned_nothing_and_no_date_is_made_up(facts: Facts) -> None:
    found = earned(replace(facts, entries=()), "CPI")
    assert said(found) == "Nothing with orders yet: no settled fill counts as evidence."
    assert still_missing(found).endswith(
        "No date can be given: nothing settled in the last 28 days."
    )


def test_what_is_missing_is_counted_in_days_at_the_present_rate(
    facts: Facts, evidence: tuple[LedgerEntry, ...]
) -> None:
    some = evidence[-60:]
    recent = [row for row in some if row.settled_at is not None]
    newest = max(row.settled_at for row in recent if row.settled_at is not None)
    at = replace(facts.desk, at=newest)
    found = earned(replace(facts, desk=at, entries=some), "CPI")
    assert "days more at the present rate" in still_missing(found)
    assert f"{len(some)} settled fills on" in said(found)


def test_all_that_is_asked_is_said_to_be_all(
    facts: Facts, evidence: tuple[LedgerEntry, ...]
) -> None:
    found = replace(earned(replace(facts, entries=evidence), "CPI"), lacks=())
    assert still_missing(found) == "That is all that the ramp asks of the evidence."
    practice = replace(found, practice=True)
    assert "practice allows no money" in still_missing(practice)
    assert "All of it is practice." in said(practice)


def test_a_family_that_the_ramp_does_not_know_shows_dashes(facts: Facts) -> None:
    found = earned(facts, "GAS")
    assert "the ramp policy does not name GAS" in said(found)
    assert evidence_table((found,)).rows[0][1:] == ("-",) * 11
    assert (own_table(found), still_missing(found)) == (None, "")


def test_history_is_told_as_the_scan_judged_it() -> None:
    quality = {"crps_advantage": 0.38, "baseline": "12-month mean", "months": 23, "detail": "d"}
    assert "38 % better (CRPS) than the best baseline, 12-month mean, over 23" in on_history(
        quality
    )
    assert "5 % worse" in on_history({**quality, "crps_advantage": -0.05})
    assert on_history({"crps_advantage": None, "detail": "too short"}).endswith("too short.")
