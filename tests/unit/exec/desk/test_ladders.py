"""Ladders of a scan's document, in the words of YES."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kalshi_alpha.core.errors import TornFile
from kalshi_alpha.core.types import Contracts, Side
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.desk import ladders

AT = datetime(2024, 12, 11, 11, 30, tzinfo=UTC)
TICKER = "KXCPI-24NOV-T0.3"


def document(**changes: Any) -> dict[str, Any]:
    proposed = {
        "market_ticker": TICKER,
        "event_ticker": "KXCPI-24NOV",
        "strike": "> 0.3",
        "side": "no",
        "price": "0.6800",
        "contracts": "110.00",
        "prob_model": 0.75,
        "prob_market": 0.7,
        "prob_pooled": 0.71,
        "prob_honest": 0.705,
        "ev_honest": 0.0095,
    }
    passed = proposed | {
        "market_ticker": "KXCPI-24NOV-T-0.1",
        "strike": "> -0.1",
        "side": None,
        "price": None,
        "prob_model": 0.96,
        "prob_market": None,
        "prob_pooled": None,
        "reason": "one_sided_book",
        "detail": "one side is empty",
    }
    return {
        "schema": 1,
        "generated_at": "2024-12-11T11:30:00Z",
        "mode": "OFFLINE",
        "series": "CPI",
        "proposals": [proposed],
        "not_proposed": [passed],
    } | changes


def found(tree: dict[str, Any], recorded: Any = None) -> Any:
    at = AT + timedelta(minutes=5)
    (ladder,) = ladders.ladders_of(tree, "CPI", at, recorded or {}, Path("x.json"))
    return ladder


def test_a_ladder_stands_in_the_order_of_its_strikes() -> None:
    ladder = found(document())
    assert [rung.strike for rung in ladder.rungs] == ["> -0.1", "> 0.3"]
    assert (ladder.series, ladder.event, ladder.mode) == ("KXCPI", "KXCPI-24NOV", "OFFLINE")
    assert ladder.age_s == 300


def test_probabilities_are_those_of_yes_whatever_is_quoted() -> None:
    rung = found(document()).rungs[1]
    assert rung.prob_model == pytest.approx(0.25)
    assert rung.prob_market == pytest.approx(0.3)
    assert rung.quote.side is Side.NO
    assert rung.quote.price_e4 == 6800
    assert rung.quote.contracts == Contracts.whole(110)
    assert rung.book is None


def test_a_market_that_is_not_traded_says_why() -> None:
    rung = found(document()).rungs[0]
    assert (rung.quote, rung.reason) == (None, "one_sided_book")
    assert rung.prob_model == pytest.approx(0.96)
    assert rung.prob_market is None


def test_books_of_the_scan_are_read_and_give_way_to_newer_ones(tmp_path: Path) -> None:
    levels = {
        "as_of": "2024-12-11T11:29:40Z",
        "yes": [["0.2900", "5.00"], ["0.3000", "12.00"]],
        "no": [["0.6800", "40.00"]],
    }
    probs = {"prob_model": 0.26, "prob_market": 0.31, "prob_pooled": 0.3}
    tree = document(markets=[{"market_ticker": TICKER, "book": levels, **probs}])
    rung = found(tree).rungs[1]
    assert (rung.prob_model, rung.prob_market, rung.prob_pooled) == (0.26, 0.31, 0.3)
    book = rung.book
    assert (book.bid_e4, book.ask_e4, book.source) == (3000, 3200, "scan")
    assert book.yes == ((3000, 1200), (2900, 500))
    paths = Paths(tmp_path)
    write(paths, best_yes_bid="0.3100", best_yes_ask="0.3300", bid_count="7.00", ask_count="9.00")
    recorded = ladders.recorded_book(paths, TICKER, AT + timedelta(minutes=5))
    assert recorded is not None
    newer = found(tree, {TICKER: recorded}).rungs[1].book
    assert (newer.bid_e4, newer.ask_e4, newer.no) == (3100, 3300, ((6700, 900),))


def write(paths: Paths, **fields: Any) -> None:
    path = paths.orderbook_imbalance(TICKER)
    path.parent.mkdir(parents=True, exist_ok=True)
    tree = {"generated_at": "2024-12-11T11:31:00Z", "dirty": None} | fields
    path.write_text(json.dumps(tree))


@pytest.mark.parametrize(
    "fields",
    [
        {"dirty": "seq_gap"},
        {"generated_at": "2024-12-11T11:31:00"},
        {"generated_at": "2024-12-12T00:00:00Z"},
        {"best_yes_bid": "1.7"},
    ],
)
def test_a_recorded_book_that_cannot_be_believed_is_none(
    tmp_path: Path, fields: dict[str, Any]
) -> None:
    paths = Paths(tmp_path)
    write(paths, **fields)
    assert ladders.recorded_book(paths, TICKER, AT + timedelta(minutes=5)) is None
    assert ladders.recorded_book(paths, "KXCPI-24NOV-T0.9", AT) is None


def test_an_entry_that_is_none_is_refused_by_name() -> None:
    tree = document(proposals=[{"side": "yes"}])
    with pytest.raises(TornFile, match=r"x\.json: KeyError.*scan again"):
        found(tree)
    assert ladders.markets_of(tree) == frozenset()


def test_the_newest_proposals_are_those_of_the_latest_clock(tmp_path: Path) -> None:
    for name in ("2024-12-11T113000Z", "2024-12-12T113000Z", "2024-12-10T113000Z"):
        (tmp_path / f"{name}.json").touch()
    newest = ladders.newest_proposals(tmp_path)
    assert newest is not None
    assert newest.stem == "2024-12-12T113000Z"
    assert ladders.newest_proposals(tmp_path / "absent") is None


HOSTILE = ["../../etc/passwd", "KXCPI-24NOV-T0.3/x", "a..b", "", "K\0", "x" * 300, "<script>"]


@pytest.mark.parametrize("ticker", HOSTILE, ids=range(len(HOSTILE)))
def test_a_ladder_with_a_hostile_ticker_is_shown_as_unreadable_and_no_other(
    tmp_path: Path, ticker: str
) -> None:
    tree = document()
    hostile = tree["not_proposed"][0] | {"market_ticker": ticker, "event_ticker": "KXCPIYOY-24NOV"}
    beside = tree["proposals"][0] | {"event_ticker": "KXCPIYOY-24NOV"}
    tree["not_proposed"].append(hostile)
    tree["proposals"].append(beside)
    assert ladders.recorded_book(Paths(tmp_path), ticker, AT) is None
    sound, spoilt = ladders.ladders_of(tree, "CPI", AT, {}, Path("x.json"))
    assert (sound.event, spoilt.event) == ("KXCPI-24NOV", "KXCPIYOY-24NOV")
    assert {rung.reason for rung in sound.rungs} == {"", "one_sided_book"}
    assert len(spoilt.rungs) == 2
    for rung in spoilt.rungs:
        assert (rung.quote, rung.book, rung.prob_model) == (None, None, None)
        assert rung.reason == "unreadable"
        assert rung.detail.endswith("is no ticker; scan again")
        assert ladders.recorded_book(Paths(tmp_path), rung.ticker, AT) is None


def test_a_hostile_event_is_shown_under_a_name_that_can_be_one() -> None:
    tree = document()
    for row in (*tree["proposals"], *tree["not_proposed"]):
        row["event_ticker"] = "../KXCPI"
    ladder = found(tree)
    assert ladder.event == "KXCPI"
    assert {rung.reason for rung in ladder.rungs} == {"unreadable"}
