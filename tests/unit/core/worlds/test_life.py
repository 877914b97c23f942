from __future__ import annotations

from kalshi_alpha.core.worlds.life import calibrated_guard, live
from kalshi_alpha.core.worlds.verdicts import WorldVerdict, verdict_of
from kalshi_alpha.core.worlds.world import WORLDS, Venue
from world_cases import GUARD, SHORT, terms

WEEKS, SEEDS = 16, 25


def short_lives(name: str) -> WorldVerdict:
    rules = (SHORT, GUARD)
    lives = [live(WORLDS[name], Venue(), terms(), rules, n, WEEKS) for n in range(SEEDS)]
    return verdict_of(lives, terms().sizing.bankroll.dollars)


# All that is asserted of a world stands in one test, because its lives cost seconds and workers
# that run the tests side by side would each live through them.
def test_a_model_of_noise_earns_less_than_it_promises_and_is_hardly_ever_go() -> None:
    noise = short_lives("noise")
    assert noise.fills > 40
    assert noise.closing_bps.mean + 4.0 * noise.closing_bps.se < 0.0
    assert noise.go_ever_bar_bins.share <= 0.05
    assert (noise.caps_broken, noise.ruined) == (0, 0)
    assert noise.slope_cover.share >= 0.6


def test_an_edge_earns_more_than_it_promises_and_is_go_in_some_lives() -> None:
    edge = short_lives("edge")
    assert edge.expected_bps > 100.0
    assert edge.closing_bps.mean > 2.0 * edge.closing_bps.se
    assert edge.go_ever_bar_bins.share >= 0.08
    assert (edge.caps_broken, edge.ruined) == (0, 0)
    assert edge.slope_cover.share >= 0.6


def test_a_life_is_the_same_each_time_it_is_lived() -> None:
    one, other = (live(WORLDS["edge"], Venue(), terms(), (SHORT, GUARD), 7, 3) for _ in range(2))
    assert one == other


def test_the_guard_of_a_world_is_calibrated_on_its_units() -> None:
    found = calibrated_guard(WORLDS["edge"], Venue(), terms(), 10**9, 12, 20.0)
    assert 0.5 < found.h < 10.0
    assert found.threshold == 40.0
