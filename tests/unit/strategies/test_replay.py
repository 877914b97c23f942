from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import numpy as np
import pytest

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.forecast import GridPmf
from kalshi_alpha.core.types import SettlementGrid
from kalshi_alpha.strategies.replay import Awaited, Replay

REPLAY = Replay(
    key="cpi_mom",
    days=(date(2025, 4, 1), date(2025, 5, 1)),
    known_at=(datetime(2025, 5, 13, 12, tzinfo=UTC), datetime(2025, 6, 11, 12, tzinfo=UTC)),
    grid=SettlementGrid(Decimal("0.1"), "pp"),
    lo=-1,
    pmfs=np.full((2, 4), 0.25),
    means=np.array([0.1, 0.2]),
    outcomes=np.array([2, 1], dtype=np.int64),
    baselines={"random walk": np.full((2, 4), 0.25)},
    units=("CPI:2025-05-13", "CPI:2025-06-11"),
)


def test_a_replay_keeps_its_rows_together() -> None:
    assert REPLAY.pmfs.shape == (2, 4)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"days": (date(2025, 4, 1),)}, "length"),
        ({"baselines": {"b": np.full((2, 3), 1 / 3)}}, "other bins"),
        ({"outcomes": np.array([3, 1], dtype=np.int64)}, "2025-04-01"),
        ({"outcomes": np.array([2, -2], dtype=np.int64)}, "2025-05-01"),
        ({"weights": (0.2,)}, "1 weights for 2 rows"),
        ({"known_at": (datetime(2025, 5, 13), datetime(2025, 6, 11))}, "zone"),  # noqa: DTZ001
    ],
)
def test_columns_that_do_not_fit_are_refused(change: dict[str, object], why: str) -> None:
    with pytest.raises(BadParameter, match=why):
        replace(REPLAY, **change)  # type: ignore[arg-type]


def test_every_forecast_is_told_whether_a_print_came_or_not() -> None:
    at = datetime(2025, 7, 11, 12, tzinfo=UTC)
    awaited = Awaited(date(2025, 6, 1), at, GridPmf(REPLAY.grid, 0, np.array([1.0])))
    made = list(replace(REPLAY, awaited=(awaited,)).forecasts())
    assert [each.day.month for each in made] == [4, 5, 6]
    assert [each.known_at for each in made] == [*REPLAY.known_at, at]
    assert made[0].pmf == GridPmf(REPLAY.grid, REPLAY.lo, REPLAY.pmfs[0])
    with pytest.raises(BadParameter, match="2025-06-01: a clock carries no zone"):
        replace(awaited, known_at=at.replace(tzinfo=None))
