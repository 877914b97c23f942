from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from kalshi_alpha.core.worlds.draws import N_STAGES, N_STEPS, Draws, Tape, draw
from kalshi_alpha.core.worlds.world import WORLDS, Venue, World

VENUE = Venue()
N = 400


def drawn(world: World, n_units: int = N, seed: int = 5) -> Draws:
    return draw(world, VENUE, n_units, np.random.default_rng(seed))


def test_the_same_seed_draws_the_same_span() -> None:
    one, other = drawn(WORLDS["edge"], 9), drawn(WORLDS["edge"], 9)
    for each in fields(Draws):
        if each.name != "tape":
            np.testing.assert_array_equal(getattr(one, each.name), getattr(other, each.name))
    for each in fields(Tape):
        np.testing.assert_array_equal(getattr(one.tape, each.name), getattr(other.tape, each.name))


def test_worlds_of_one_seed_share_their_prints() -> None:
    np.testing.assert_array_equal(drawn(WORLDS["edge"]).printed, drawn(WORLDS["noise"]).printed)


def test_every_market_has_its_prints_at_every_step() -> None:
    tape = drawn(WORLDS["edge"], 7).tape
    assert tape.first.size == 7 * N_STAGES * N_STEPS * VENUE.n_strikes + 1
    assert tape.first[-1] == tape.contracts.size == tape.informed.size == tape.buys.size
    assert (np.diff(tape.first) >= 0).all()
    assert tape.contracts.min() >= 1


def test_takers_know_the_outcome_as_often_as_the_world_says() -> None:
    tape = drawn(replace(WORLDS["edge"], informed=0.25), 60).tape
    assert tape.informed.mean() == pytest.approx(0.25, abs=0.02)
    assert tape.buys.mean() == pytest.approx(0.5, abs=0.02)


def test_quotes_never_cross_and_fall_with_the_strike() -> None:
    found = drawn(WORLDS["edge"])
    assert (found.yes_bid + found.no_bid < 100).all()
    assert (np.diff(found.yes_bid, axis=-1) <= 0).all()
    assert (np.diff(found.no_bid, axis=-1) >= 0).all()


def test_closing_mids_are_calibrated() -> None:
    found = drawn(WORLDS["edge"], 3000)
    strikes = found.lowest_strike[:, None] + VENUE.strike_step * np.arange(VENUE.n_strikes)
    paid = found.printed[:, None] >= strikes
    mids = (found.closing_yes_bid + 100 - found.closing_no_bid) / 200
    inside = (mids > 0.3) & (mids < 0.7)
    assert (paid[inside] - mids[inside]).mean() == pytest.approx(0.0, abs=0.02)


def test_the_model_sees_the_error_of_the_market_only_while_the_edge_lives() -> None:
    found = drawn(WORLDS["dying"], 2000)
    strikes = found.lowest_strike[:, None] + VENUE.strike_step * np.arange(VENUE.n_strikes)
    implied = (found.yes_bid[:, 0, 0] + 100 - found.no_bid[:, 0, 0]) / 200
    # A market below the model's mean has its quotes too low, and the print shows who was right.
    leaning = found.model_mean[:, 0, None] - strikes
    gain = ((found.printed[:, None] >= strikes) - implied) * np.sign(
        leaning - (implied - 0.5) * 2.5 * VENUE.sigma
    )
    middle = (implied > 0.35) & (implied < 0.65)
    alive, dead = gain[:1000][middle[:1000]].mean(), gain[1000:][middle[1000:]].mean()
    assert alive > dead + 0.01


def test_an_overconfident_model_understates_its_spread_by_three_tenths() -> None:
    right, narrow = drawn(WORLDS["efficient"]), drawn(WORLDS["overconfident"])
    np.testing.assert_allclose(narrow.model_sd, 0.7 * right.model_sd)
    np.testing.assert_array_equal(narrow.yes_bid, right.yes_bid)
