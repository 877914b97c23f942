from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from kalshi_alpha.config.monitors import BASELINE
from kalshi_alpha.exec.tearsheet.canvas import Canvas
from kalshi_alpha.exec.tearsheet.evidence import earned
from kalshi_alpha.exec.tearsheet.facts import Facts
from kalshi_alpha.exec.tearsheet.scans import Scan
from kalshi_alpha.exec.tearsheet.series_sheet import (
    past_pictures,
    series_sheet,
    sure_card,
    traded_card,
    why_card,
)
from kalshi_alpha.exec.tearsheet.sheet import Sheet, Tone
from kalshi_alpha.strategies.replay import Replay


def no_past(family: str) -> tuple[tuple[Replay, ...], str]:
    return (), f"{family} was never calibrated"


@pytest.fixture(scope="module")
def sheet(facts: Facts, scan: Scan, canvas: Canvas) -> Sheet:
    return series_sheet(facts, scan, no_past, BASELINE, canvas)


def test_the_four_questions_are_answered_in_words(sheet: Sheet) -> None:
    traded, why, sure, stop = sheet.cards
    assert traded.answer == "7 post-only orders on 2 events; 18 markets not."
    assert "$22.59 would be expected" in traded.lines[0]
    assert "$350.91 would be lost" in traded.lines[0]
    assert "NO > 2.6 (KXCPIYOY-24NOV): 237 at 22 c, honest edge +1.64 c each." in traded.lines
    assert why.answer == "After fees and doubt each leaves 0.88 to 1.79 c a contract."
    assert "the model weighs 2 %" in why.lines[0]
    assert sure.answer.startswith("Nothing with orders yet")
    assert "38 % better" in sure.lines[0]
    assert stop.answer.startswith("The end of its window, Wed 11 Dec 08:20 ET")


def test_mode_verdict_and_clock_are_on_top(sheet: Sheet) -> None:
    assert (sheet.name, sheet.verdict, sheet.mode, sheet.tone) == (
        "CPI",
        "GO",
        "OFFLINE",
        Tone.GOOD,
    )
    assert sheet.clock.endswith("2024-12-11T11:30:00Z (a set clock)")
    assert sheet.reasons == ()


def test_every_proposal_and_every_first_reason_is_there(sheet: Sheet) -> None:
    sections = {each.title: each for each in sheet.sections}
    proposals, passed = sections["Proposals"].table, sections["Not traded (18)"].table
    assert proposals is not None
    assert passed is not None
    assert ("KXCPI-24NOV-T0.4", "> 0.4", "YES", "3", "744", "+0.88", "$22.70", "11 Dec 08:25") in (
        proposals.rows
    )
    assert len(proposals.rows) == 7
    assert passed.rows[0][:2] == ("one_sided_book", "13")
    assert sum(int(row[1]) for row in passed.rows) == 18
    whole = sections["Every market that is not traded"].table
    assert whole is not None
    assert len(whole.rows) == 18


def test_every_picture_is_drawn_or_says_what_it_waits_for(sheet: Sheet) -> None:
    pictures = [each for gallery in sheet.galleries for each in gallery.pictures]
    assert len({each.key for each in pictures}) == len(pictures)
    for each in pictures:
        assert each.n, each.key
        assert each.span, each.key
        assert each.unit, each.key
    keys = {each.key for each in pictures}
    assert {"profit", "honesty", "market-scores", "fills-cpi", "slippage-cpi"} <= keys
    assert {"feeds", "guard-cpi", "ladder-kxcpi-24nov", "fan-cpi-mom-2024-11"} <= keys


def test_a_closed_gate_trades_nothing_and_says_why(facts: Facts, scan: Scan) -> None:
    reasons = [{"reason": "STALE_FEEDS", "detail": "aaa_gas is late"}]
    closed = replace(
        scan,
        said={
            **scan.said,
            "proposals": [],
            "markets": [{"stopped": "gate_closed"}, {"stopped": "wide_spread"}],
            "verdict": {"go": False, "reasons": reasons},
        },
    )
    card = traded_card(closed, facts.desk)
    assert (card.answer, card.tone) == ("Nothing: the gate is closed.", Tone.BAD)
    assert card.lines[0].startswith("1 quote would be worth it")
    assert why_card(closed).answer.startswith("No market leaves 0.50 c")
    assert sure_card(closed, earned(facts, "CPI")).tone is Tone.PLAIN


def test_the_weight_that_is_told_is_the_one_that_was_applied(scan: Scan) -> None:
    def first_line(*deaf: int) -> str:
        markets: list[dict[str, object]] = [
            {"quote": {}, "prob_heard": None, "pool_weight": 1.0}
            if place in deaf
            else {"quote": {}, "prob_heard": 0.4, "pool_weight": 0.3}
            for place in range(3)
        ]
        # A side is empty: nothing is quoted there, and nothing needs to be told.
        markets.append({"quote": None, "prob_heard": None, "pool_weight": 1.0})
        return why_card(replace(scan, said={**scan.said, "markets": markets})).lines[0]

    whole = "Model and market are pooled; the model weighs 30 %, the market the rest."
    assert first_line() == whole
    assert first_line(1) == (
        f"{whole} At 1 of 3 quoted markets the book is too wide to be heard: there the model "
        "weighs 100 %."
    )
    assert first_line(0, 1, 2) == (
        "No book is narrow enough to be heard: at all quoted markets the model weighs 100 %."
    )
    assert (
        why_card(replace(scan, said={**scan.said, "markets": []}))
        .lines[0]
        .startswith("Model and market are pooled; the model weighs 2 %")
    )


def test_without_a_pool_no_weight_is_told(scan: Scan) -> None:
    alone = {**scan.said, "pool_weights": {}, "markets": [{"quote": {}, "prob_heard": None}]}
    assert why_card(replace(scan, said=alone)).lines[0].startswith("Of the edge that is left")


def test_reasons_stand_in_the_head(facts: Facts, scan: Scan, canvas: Canvas) -> None:
    reasons = [{"reason": "STALE_FEEDS", "detail": "aaa_gas is late"}]
    closed = replace(
        scan,
        said={
            **scan.said,
            "verdict": {"go": False, "reasons": reasons},
            "dry_only": "no live quote",
        },
    )
    later = replace(facts, desk=replace(facts.desk, at=facts.at + timedelta(hours=3)))
    found = series_sheet(later, closed, no_past, BASELINE, canvas)
    assert found.verdict == "NO-GO"
    assert "gate is closed" in found.verdict_means
    assert found.reasons == (
        "STALE_FEEDS: aaa_gas is late",
        "dry only: no live quote",
        "this scan is 3.0 hours old; orders come from a fresh one only",
    )


def test_what_came_too_late_is_not_to_be_traded_any_more(facts: Facts, scan: Scan) -> None:
    later = replace(facts.desk, at=facts.at + timedelta(hours=1, minutes=57))
    card = traded_card(scan, later)
    # At 08:27 the monthly markets have closed, the yearly ones close at 08:29.
    assert card.answer.startswith("3 post-only orders on 1 event;")
    assert card.lines[-1] == "4 orders of the scan came too late by now."
    over = traded_card(scan, replace(facts.desk, at=facts.at + timedelta(hours=9)))
    assert over.answer == "Nothing any more."


def test_nothing_worth_a_quote_is_said_plainly(facts: Facts, scan: Scan) -> None:
    empty = replace(scan, said={**scan.said, "proposals": []})
    assert traded_card(empty, facts.desk).answer == "Nothing: no quote is worth it after fees."


def test_without_a_past_one_card_says_so(canvas: Canvas) -> None:
    [found] = past_pictures("CPI", no_past, canvas)
    assert "CPI was never calibrated" in found.waits


def test_a_ledger_that_cannot_be_read_is_no_empty_one(
    facts: Facts, scan: Scan, canvas: Canvas
) -> None:
    torn = replace(facts, ledger_fault="ledger_all.parquet: no end", entries=())
    found = series_sheet(torn, scan, no_past, BASELINE, canvas)
    pictures = {each.key: each for gallery in found.galleries for each in gallery.pictures}
    assert not {"profit", "honesty", "market-scores", "fills-cpi", "slippage-cpi"} & set(pictures)
    said = "The ledger cannot be read: ledger_all.parquet: no end. Nothing can be told "
    assert pictures["orders"].waits.startswith(said)
    assert "an unknown number of pieces of news" in pictures["guard-cpi"].waits
    assert found.cards[2].answer == (
        "No evidence can be counted: the ledger cannot be read: ledger_all.parquet: no end."
    )
    caps = next(each for each in found.sections if each.title.startswith("Caps"))
    assert caps.intro.endswith("What the ledger's orders take is unknown and not counted.")
