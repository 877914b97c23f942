from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from kalshi_alpha.brokers.live_options import LiveOptions
from kalshi_alpha.core.errors import BadParameter


def test_orders_belong_to_a_group_unless_somebody_says_otherwise() -> None:
    assert LiveOptions().group_required


def test_how_many_orders_a_request_holds_is_the_venues_budget_alone() -> None:
    assert LiveOptions().batch_max is None


@pytest.mark.parametrize(
    "change",
    [
        {"batch_max": 0},
        {"intent_age_max": timedelta(0)},
        {"reconcile_patience": timedelta(seconds=-1)},
        {"reconcile_every": timedelta(0)},
    ],
)
def test_impossible_times_and_sizes_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(BadParameter):
        LiveOptions(**change)
