from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from kalshi_alpha.config.monitors import BASELINE
from kalshi_alpha.core.ledger.entry import LedgerEntry
from kalshi_alpha.exec.tearsheet.canvas import Canvas
from kalshi_alpha.exec.tearsheet.desk_sheet import desk_sheet
from kalshi_alpha.exec.tearsheet.facts import Facts
from kalshi_alpha.exec.tearsheet.scans import Scan
from kalshi_alpha.exec.tearsheet.series_sheet import live
from kalshi_alpha.exec.tearsheet.sheet import Link, Sheet, Tone


@pytest.fixture(scope="module")
def sheet(facts: Facts, canvas: Canvas) -> Sheet:
    return desk_sheet(
        facts, (Link("CPI", "../../CPI/2024-12-11/tearsheet.html"),), BASELINE, canvas
    )


def test_the_desk_s_verdict_is_the_gate_s_and_its_reasons_stand_in_the_head(
    facts: Facts, sheet: Sheet
) -> None:
    assert (sheet.verdict, sheet.tone, sheet.mode) == ("NO-GO", Tone.BAD, "OFFLINE")
    assert sheet.verdict_means.startswith("no session may send orders now")
    assert len(sheet.reasons) == len(facts.desk.verdict.reasons)
    assert any(reason.startswith("ramp_missing: ") for reason in sheet.reasons)


def test_a_reason_stands_whole(facts: Facts, sheet: Sheet) -> None:
    longest = max(facts.desk.verdict.reasons, key=lambda each: len(each.detail))
    assert len(longest.detail) > 150
    assert any(reason.endswith(longest.detail) for reason in sheet.reasons)


def test_the_four_questions_are_answered(sheet: Sheet) -> None:
    traded, why, sure, stop = sheet.cards
    assert traded.answer == "7 post-only orders; at most $350.91 at risk."
    assert traded.lines == ("CPI: 7 orders",)
    assert why.answer == "The scan of CPI is GO: safety, feeds and model quality passed."
    assert any("money waits for its decision" in line for line in why.lines)
    assert sure.answer == "Nothing yet: no settled fill counts as evidence."
    assert any(
        line.startswith("TNEY, WEATHER: Money asks for 300 fills on 30") for line in sure.lines
    )
    assert stop.answer.startswith("The end of its window")


def test_what_may_no_longer_rest_is_not_to_be_traded(facts: Facts, scan: Scan) -> None:
    assert len(live(scan, facts.desk)) == 7
    late = replace(facts.desk, at=facts.at + timedelta(days=1))
    assert live(scan, late) == []
    frozen = tuple(replace(each, state="frozen") for each in facts.desk.releases)
    assert live(scan, replace(facts.desk, releases=frozen)) == []
    closed = replace(scan, said={**scan.said, "verdict": {"go": False}})
    assert live(closed, facts.desk) == []


def test_families_that_wait_for_the_same_share_one_card(sheet: Sheet) -> None:
    pictures = {each.key: each for gallery in sheet.galleries for each in gallery.pictures}
    assert {"profit", "honesty", "market-scores", "feeds", "fills-waits", "guards-waits"} <= set(
        pictures
    )
    waits = pictures["guards-waits"].waits
    assert waits.startswith("Needs one wholly settled piece of news")
    assert "Not yet: CPI, CLAIMS, TNEY, WEATHER." in waits


def test_money_and_guards_of_all_families_are_drawn(
    facts: Facts, evidence: tuple[LedgerEntry, ...], canvas: Canvas
) -> None:
    found = desk_sheet(replace(facts, entries=evidence), (), BASELINE, canvas)
    pictures = {each.key: each for gallery in found.galleries for each in gallery.pictures}
    assert pictures["profit"].n == "345 settled orders, 0 open"
    assert pictures["honesty"].svg
    assert found.cards[2].answer == "345 settled fills on 23 pieces of news count."


def test_an_empty_root_says_what_to_run(facts: Facts, canvas: Canvas) -> None:
    found = desk_sheet(replace(facts, scans={}), (), BASELINE, canvas)
    assert found.cards[0].answer == "Nothing: no scan was ever kept here."
    assert found.cards[0].lines == ("make demo scans four families from fixtures.",)
    assert found.cards[1].answer == "No scan is GO."


def test_a_ledger_that_cannot_be_read_is_no_empty_one(facts: Facts, canvas: Canvas) -> None:
    torn = replace(facts, ledger_fault="ledger_all.parquet: no end", entries=())
    found = desk_sheet(torn, (), BASELINE, canvas)
    pictures = {each.key: each for gallery in found.galleries for each in gallery.pictures}
    assert not {"profit", "honesty", "market-scores", "fills-waits"} & set(pictures)
    said = "The ledger cannot be read: ledger_all.parquet: no end. Nothing can be told "
    assert pictures["orders"].waits.startswith(said)
    assert pictures["orders"].n == "unknown"
    assert "an unknown number of pieces of news" in pictures["guards-waits"].n
    assert found.cards[2].answer == "Unknown: the ledger cannot be read."
    caps = next(each for each in found.sections if each.title.startswith("Caps"))
    assert caps.intro.endswith("What the ledger's orders take is unknown and not counted.")
