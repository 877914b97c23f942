from __future__ import annotations

from dataclasses import replace

import pytest

from kalshi_alpha.core.worlds.guard_runs import PRICES, RunLength
from kalshi_alpha.core.worlds.verdicts import Mean, Share, WorldVerdict
from kalshi_alpha.core.worlds.world import WORLDS
from kalshi_alpha.exec.worlds.page import Lived, Measured, claims, terminal_lines, worlds_page

NONE, ALL, MOST = Share.of(0, 100), Share.of(100, 100), Share.of(90, 100)
GOOD = WorldVerdict(
    n_seeds=100,
    orders=900.0,
    fills=400.0,
    units=80.0,
    net_bps=Mean(200.0, 10.0),
    expected_bps=150.0,
    delta_bps=Mean(50.0, 10.0),
    closing_bps=Mean(60.0, 5.0),
    closing_sd_bps=280.0,
    go_ever=ALL,
    go_last=ALL,
    go_ever_bar_bins=ALL,
    go_last_bar_bins=ALL,
    go_ever_own_spread=ALL,
    go_ever_by_closing=ALL,
    go_ever_e_value=NONE,
    first_go=70.0,
    slope_true=1.0,
    slope=Mean(1.05, 0.1),
    slope_cover=MOST,
    guard_alert=NONE,
    guard_week=None,
    caps_broken=0,
    ruined=0,
    lowest=-900.0,
    final=500.0,
    live_pnl=100.0,
)
STILL = replace(GOOD, go_ever=NONE, go_last=NONE)


def measured(edge: WorldVerdict = GOOD, noise: WorldVerdict = STILL) -> Measured:
    row = {"honest": RunLength(250.0, 5.0, 200, 0), "dead": RunLength(60.0, 2.0, 200, 1)}
    return Measured(
        100,
        2,
        (Lived(WORLDS["noise"], noise, 10.0, 20.0), Lived(WORLDS["edge"], edge, 12.0, 24.0)),
        {(PRICES, 250.0): row, ((0.05,), 250.0): row},
    )


def test_a_run_that_reaches_everything_holds_everywhere() -> None:
    assert all(claim.holds for claim in claims(measured()))


@pytest.mark.parametrize(
    ("edge", "noise", "what"),
    [
        (GOOD, replace(STILL, go_ever=Share.of(6, 100)), "noise: GO at any weekly look"),
        (replace(GOOD, go_ever=Share.of(59, 100)), STILL, "edge: GO by the end"),
        (replace(GOOD, caps_broken=1), STILL, "no cap broken"),
        (replace(GOOD, ruined=1), STILL, "nobody ruined"),
        (replace(GOOD, slope=Mean(1.2, 0.1)), STILL, "edge: honesty slope"),
        (replace(GOOD, slope_cover=ALL), STILL, "edge: its 90 % interval"),
    ],
)
def test_what_is_not_reached_is_said_and_nothing_else(
    edge: WorldVerdict, noise: WorldVerdict, what: str
) -> None:
    (failed,) = [claim for claim in claims(measured(edge, noise)) if not claim.holds]
    assert failed.what.startswith(what)


def test_a_guard_that_alarms_too_soon_or_too_late_is_said() -> None:
    soon = {"honest": RunLength(150.0, 5.0, 200, 0), "dead": RunLength(99.0, 2.0, 200, 0)}
    found = claims(replace(measured(), guard={(PRICES, 250.0): soon, ((0.9,), 250.0): soon}))
    assert [claim.holds for claim in found[-3:]] == [False, False, False]


def test_a_dying_edge_is_judged_at_the_last_look() -> None:
    dying = Lived(WORLDS["dying"], GOOD, 1.0, 1.0)
    found = [c for c in claims(replace(measured(), lived=(dying,))) if "last look" in c.what]
    assert [claim.holds for claim in found] == [False]


def test_the_page_has_seeds_span_seconds_and_a_row_a_world() -> None:
    page = worlds_page(measured())
    assert "seeds 0 to 99 of each world, 2 years of 52 weekly prints" in page
    assert "slowest world took 12 s" in page
    assert "| noise |" in page
    assert "| 250 | mixed | 250 ±10 | 60 ±4, 1 cut short | 200 |" in page
    assert page == worlds_page(measured())


def test_the_odds_of_an_honest_alert_stand_beside_the_alerts() -> None:
    """Eighty units of a run length of 104: 1 - e^(-80/104) is 53.7 %."""
    head, row = (
        [cell.strip() for cell in line.split("|")]
        for line in worlds_page(measured()).splitlines()
        if line.startswith(("| world |", "| noise |"))
    )
    assert row[head.index("by run length")] == "53.7%"
    assert head.index("by run length") == head.index("guard alert") + 1


def test_the_page_without_a_guard_has_no_table_of_it() -> None:
    assert "## The guard" not in worlds_page(replace(measured(), guard={}))


def test_the_terminal_says_no_in_capitals() -> None:
    lines = terminal_lines(measured(replace(GOOD, caps_broken=1)))
    assert any(line.startswith("NO  no cap broken") for line in lines)
