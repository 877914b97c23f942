from __future__ import annotations

from dataclasses import replace

import pytest

from kalshi_alpha.core.proposals.policy import Pooling
from kalshi_alpha.core.replay.engine import replay_day
from kalshi_alpha.core.replay.losses import event_losses, known_probabilities
from replay_cases import CHAIN, event

KNOWN = known_probabilities(replay_day([event()], CHAIN))
MODEL, MARKET = 0.04 + 0.25 + 0.09, 0.04 + 0.58**2 + 0.16


def test_what_was_known_holds_every_market_with_a_touch_and_a_forecast() -> None:
    assert KNOWN.event.tolist() == [0, 0, 0]
    assert KNOWN.model.tolist() == pytest.approx([0.2, 0.5, 0.3])
    assert KNOWN.market.tolist() == pytest.approx([0.2, 0.42, 0.4])
    assert KNOWN.paid.tolist() == [0.0, 1.0, 0.0]
    assert KNOWN.lead_hours.tolist() == pytest.approx([35 - 1 / 60] * 3)


def test_squared_errors_are_summed_up_by_event() -> None:
    (found,) = event_losses(KNOWN, 1, "WEATHER", None, None)
    assert found.looks == 3
    assert [found.model, found.market] == pytest.approx([MODEL, MARKET])
    assert found.pooled == found.model, "without pooling the model is taken at its word"
    later = replace(KNOWN, event=KNOWN.event + 1)
    nothing, all_of_it = event_losses(later, 2, "WEATHER", None, None)
    assert (nothing.looks, nothing.model) == (0, 0.0)
    assert all_of_it == found


def test_a_pool_without_weight_is_the_market_and_with_all_of_it_near_the_model() -> None:
    (market,) = event_losses(KNOWN, 1, "WEATHER", Pooling(weights={}), 0.0)
    (model,) = event_losses(KNOWN, 1, "WEATHER", Pooling(weights={}), 1.0)
    (prior,) = event_losses(KNOWN, 1, "WEATHER", Pooling(weights={}), None)
    assert market.pooled == pytest.approx(MARKET)
    assert model.pooled == pytest.approx(MODEL)
    assert min(MODEL, MARKET) <= prior.pooled <= max(MODEL, MARKET)
