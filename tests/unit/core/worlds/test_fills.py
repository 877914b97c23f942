from __future__ import annotations

from dataclasses import replace

import numpy as np

from kalshi_alpha.core.ledger.entry import LedgerEntry
from kalshi_alpha.core.ledger.evidence import evidence_rows
from kalshi_alpha.core.proposals.holdings import Holdings
from kalshi_alpha.core.proposals.policy import ScanPolicy
from kalshi_alpha.core.proposals.proposal import Proposal
from kalshi_alpha.core.proposals.scan import scan
from kalshi_alpha.core.proposals.snapshot import LadderSnapshot
from kalshi_alpha.core.types import Side
from kalshi_alpha.core.worlds.draws import Draws, draw
from kalshi_alpha.core.worlds.fills import Placed, closing_mid, prints, rest
from kalshi_alpha.core.worlds.ladders import (
    RESTS,
    forecast_of,
    ladder_of,
    period_of,
    scan_at,
    snapshot_of,
)
from kalshi_alpha.core.worlds.terms import QUANTITY
from kalshi_alpha.core.worlds.world import WORLDS, Venue
from world_cases import terms

VENUE = Venue()


def scene(
    informed: float = 0.0, unit: int = 0
) -> tuple[Draws, LadderSnapshot, list[tuple[Proposal, Placed]]]:
    """A scanned unit: its draws, its books, and each proposal with its place."""
    world = replace(WORLDS["edge"], informed=informed, market_error_sd=3.0)
    draws = draw(world, VENUE, unit + 1, np.random.default_rng(11))
    ladder = ladder_of(draws, VENUE, unit)
    snapshot = snapshot_of(draws, ladder, terms().fees, unit, 0)
    at = scan_at(unit, 0)
    found = scan(
        (snapshot,),
        {(QUANTITY, period_of(unit)): forecast_of(draws, unit, 0)},
        Holdings({}, {ladder.event_ticker: terms().limits}),
        ScanPolicy(at=at, sizing=terms().sizing),
        terms().risk,
    )
    places = {market.ticker: place for place, market in enumerate(ladder.markets)}
    strikes = draws.lowest_strike[unit] + VENUE.strike_step * np.arange(VENUE.n_strikes)
    pays = draws.printed[unit] >= strikes
    return (
        draws,
        snapshot,
        [
            (
                each,
                Placed(
                    unit,
                    0,
                    places[each.market_ticker],
                    at,
                    "0" * 64,
                    bool(pays[places[each.market_ticker]]),
                ),
            )
            for each in found.proposals
        ],
    )


def rested(informed: float = 0.0) -> list[LedgerEntry]:
    draws, snapshot, wanted = scene(informed)
    assert wanted
    return [rest(each, snapshot, draws, place, terms()) for each, place in wanted]


def test_prints_come_in_order_while_the_order_rests_and_only_from_the_other_side() -> None:
    draws, _, wanted = scene()
    for proposal, place in wanted:
        tape = list(prints(draws, proposal, place))
        times = [trade.at for trade in tape]
        assert times == sorted(times)
        assert all(place.at < at < place.at + RESTS for at in times)
        assert {trade.taker_side for trade in tape} <= {proposal.side.other}


def test_takers_who_all_know_the_outcome_never_sell_what_will_pay() -> None:
    draws, _, wanted = scene(informed=1.0)
    for proposal, place in wanted:
        pays = place.yes_pays == (proposal.side is Side.YES)
        assert not (pays and list(prints(draws, proposal, place)))


def test_a_rested_order_is_evidence_once_it_is_filled() -> None:
    rows = rested()
    filled = [row for row in rows if row.filled_e2]
    assert filled
    assert evidence_rows(rows) == filled
    assert all(row.filled_e2 <= row.posted_e2 for row in rows)
    assert all(row.fee_e6 > 0 for row in filled)


def test_an_order_that_nobody_met_costs_nothing() -> None:
    draws, snapshot, wanted = scene()
    silent = replace(draws, tape=replace(draws.tape, first=np.zeros_like(draws.tape.first)))
    for proposal, place in wanted:
        row = rest(proposal, snapshot, silent, place, terms())
        assert (row.filled_e2, row.fee_e6, row.filled_at) == (0, 0, None)


def test_the_closing_mids_of_both_sides_add_to_a_dollar() -> None:
    draws, _, _ = scene()
    for market in range(VENUE.n_strikes):
        yes, no = (closing_mid(draws, 0, market, side) for side in Side)
        assert (yes is None) == (no is None)
        assert yes is None or no is None or abs(yes + no - 1.0) < 1e-12


def test_an_empty_side_has_no_closing_mid() -> None:
    draws, _, _ = scene()
    gone = replace(draws, closing_no_bid=np.zeros_like(draws.closing_no_bid))
    assert closing_mid(gone, 0, 0, Side.YES) is None
