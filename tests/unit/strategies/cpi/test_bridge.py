from __future__ import annotations

import pytest

from kalshi_alpha.strategies.cpi.bridge import bridge_pct, combined_pct


def test_without_gasoline_and_season_all_items_follow_the_core() -> None:
    assert bridge_pct(0.3, 0.0, 0.0, 0.0, 0.035) == pytest.approx(0.965 * 0.3)


def test_gasoline_passes_through_less_what_the_season_does_to_it() -> None:
    # Worked by hand: .965 * .3 + .035 * 10 - (.25 - .79 * .05).
    assert bridge_pct(0.3, 10.0, 0.25, 0.05, 0.035) == pytest.approx(0.429)


def test_nowcast_and_bridge_weigh_the_same() -> None:
    assert combined_pct(0.2, 0.3) == pytest.approx(0.25)


def test_without_a_bridge_the_nowcast_stands_alone() -> None:
    assert combined_pct(0.2, None) == 0.2
