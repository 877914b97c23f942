from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from desk import Morning
from kalshi_alpha.core.proposals.not_proposed import NotProposed
from kalshi_alpha.core.proposals.proposal import Passed
from kalshi_alpha.exec.explain.markets import market_documents
from kalshi_alpha.exec.plain import plain
from kalshi_alpha.exec.scanning import Scanned


def documents(scanned: Scanned) -> dict[str, dict[str, Any]]:
    found = market_documents(scanned)
    assert max(Counter(each["market_ticker"] for each in found).values()) == 1
    return {each["market_ticker"]: each for each in found}


def test_every_number_of_a_proposal_is_the_explanations_to_the_last_digit(
    morning: Morning,
) -> None:
    told = documents(morning.scanned)
    assert len(morning.scanned.proposals) == 7
    for proposal in morning.scanned.proposals:
        document, expected = told[proposal.market_ticker], plain(proposal)
        quote, order, size = document["quote"], document["order"], document["size"]
        in_quote = ("side", "placement", "price", "prob_model", "prob_market", "prob_pooled")
        for name in (*in_quote, "prob_honest", "fill_ratio"):
            assert quote[name] == expected[name]
        for name in ("contracts", "fee", "max_loss", "ev_raw", "ev_honest", "ev_order"):
            assert order[name] == expected[name]
        assert size["kelly_fraction"] == expected["kelly_fraction"]
        rooms = [each["room"] for each in document["caps"] if each["cap"] in ("strike", "ladder")]
        assert min(rooms) == float(expected["pal_room"])
        assert document["stopped"] is None
        assert document["why"].startswith(f"{proposal.contracts} {proposal.side.value.upper()}")


def test_every_market_that_is_passed_has_its_numbers_and_one_reason(morning: Morning) -> None:
    told = documents(morning.scanned)
    for passed in morning.scanned.passed:
        document = told[passed.market_ticker]
        assert (document["stopped"], document["why"]) == (passed.reason.value, passed.detail)
        assert document["order"] is None
        if passed.side is None:
            continue
        expected = plain(passed)
        for name in ("side", "price", "prob_model", "prob_market", "prob_pooled", "ev_honest"):
            assert document["quote"][name] == expected[name]
    assert len(told) == len(morning.scanned.proposals) + len(morning.scanned.passed) == 25


def test_honest_edge_follows_from_the_numbers_that_are_shown(morning: Morning) -> None:
    for document in documents(morning.scanned).values():
        if (quote := document["quote"]) is None:
            continue
        gross = quote["prob_pooled"] - float(quote["price"])
        honest = quote["shrink"] * quote["weight"] * gross
        honest -= quote["fee"] + quote["adverse_selection"]
        assert quote["ev_honest"] == pytest.approx(honest, abs=1e-9)


def test_a_withheld_order_is_shown_beside_the_gate_that_held_it(morning: Morning) -> None:
    proposal = morning.scanned.proposals[0]
    held = Passed(
        market_ticker=proposal.market_ticker,
        event_ticker=proposal.event_ticker,
        strike=proposal.strike,
        reason=NotProposed.GATE_CLOSED,
        detail="the gate is closed: kill_switch",
    )
    found = documents(replace(morning.scanned, passed=(*morning.scanned.passed, held)))
    document = found[proposal.market_ticker]
    assert (document["stopped"], document["why"]) == ("gate_closed", held.detail)
    assert document["order"]["contracts"] == str(proposal.contracts)


def test_a_market_that_cannot_be_read_is_there_with_its_reason(morning: Morning) -> None:
    unread = Passed(
        market_ticker="KXCPI-24NOV-X",
        event_ticker="KXCPI-24NOV",
        strike="",
        reason=NotProposed.BAD_MARKET,
        detail="strike type structured is not of KXCPI",
    )
    lost = replace(unread, market_ticker="KXLOST-24NOV-T1", event_ticker="KXLOST-24NOV")
    found = documents(replace(morning.scanned, passed=(*morning.scanned.passed, unread, lost)))
    whole = found[morning.scanned.proposals[0].market_ticker]
    for each, series in ((unread, "KXCPI"), (lost, None)):
        document = found[each.market_ticker]
        assert (document["stopped"], document["why"]) == ("bad_market", each.detail)
        assert document["series_ticker"] == series
        assert set(document) == set(whole)


def test_without_any_ladder_only_what_could_not_be_read_is_told(morning: Morning) -> None:
    empty = replace(morning.scanned, trace=None, snapshots=(), passed=())
    assert market_documents(empty) == []


def test_a_book_is_told_by_its_best_levels(morning: Morning) -> None:
    for document in documents(morning.scanned).values():
        if (book := document["book"]) is None:
            continue
        for side in ("yes", "no"):
            prices = [float(price) for price, _ in book[side]]
            assert prices == sorted(prices, reverse=True)
            assert len(prices) <= 5
        if book["no"]:
            assert float(document["yes_ask"]) == pytest.approx(1 - float(book["no"][0][0]))
            assert document["ask_size"] == book["no"][0][1]
