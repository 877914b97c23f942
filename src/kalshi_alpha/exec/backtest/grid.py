"""A grid of variants, counted: the best is shown with what the search itself is worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.replay.bootstrap import DateBootstrap, best_of_many_p_value
from kalshi_alpha.core.replay.figures import Figures
from kalshi_alpha.exec.backtest.variant import Variant

MANY = 20
_LIMIT, _LIMIT_OF_MANY = 0.05, 0.005


@dataclass(frozen=True, slots=True, eq=False)
class GridCell:
    """One variant of a grid: its settings, its figures, and its profit by date in dollars."""

    name: str
    variant: Variant
    figures: Figures
    profit_by_day: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class GridResult:
    """All variants, and what the best one proves.

    Attributes
    ----------
    cells
        In the order of the grid.
    tried
        How many variants were looked at, the run's own settings included; those that came to the
        same profits by other settings are several.
    best
        The most profitable cell.
    p_value
        Chance that the best of so many variants without any edge earns that much (White 2000).
    p_value_alone
        What it would be, had the best been the only one tried: the flattering figure.
    limit
        What the p-value must stay below: .05, and .005 once twenty variants are tried.
    """

    cells: tuple[GridCell, ...]
    tried: int
    best: GridCell
    p_value: float
    p_value_alone: float
    limit: float

    @property
    def proves(self) -> bool:
        """Whether the best cell's profit is more than a search would have found by luck."""
        return self.p_value < self.limit


def grid_result(cells: Sequence[GridCell], own: GridCell, bootstrap: DateBootstrap) -> GridResult:
    """Judge a grid; the run's own settings count as a variant unless a cell has the same.

    Parameters
    ----------
    cells
        At least one.
    own
        The run's own settings, and what they came to.
    bootstrap
        Draws over the same dates.
    """
    tried = list({each.variant: each.profit_by_day for each in (*cells, own)}.values())
    best = max(cells, key=lambda cell: cell.figures.net_pnl)
    alone = best.profit_by_day[:, np.newaxis]
    columns = np.stack(tried, axis=1)
    # The best of the grid is judged against the best of all that was tried.
    return GridResult(
        cells=tuple(cells),
        tried=len(tried),
        best=best,
        p_value=best_of_many_p_value(columns, bootstrap, float(best.profit_by_day.sum())),
        p_value_alone=best_of_many_p_value(alone, bootstrap),
        limit=_LIMIT if len(tried) < MANY else _LIMIT_OF_MANY,
    )
