"""Latent distributions, the PMF of the printed value, and dated forecasts."""

from kalshi_alpha.core.forecast.distributions import Distribution, Normal, StudentT
from kalshi_alpha.core.forecast.forecast import Forecast, InputUsed
from kalshi_alpha.core.forecast.mixture import Mixture, plus_normal_error
from kalshi_alpha.core.forecast.pmf import GridPmf
from kalshi_alpha.core.forecast.rounding import grid_support, on_grid
from kalshi_alpha.core.forecast.transform import on_grid_through
from kalshi_alpha.core.forecast.truncate import with_floor

__all__ = [
    "Distribution",
    "Forecast",
    "GridPmf",
    "InputUsed",
    "Mixture",
    "Normal",
    "StudentT",
    "grid_support",
    "on_grid",
    "on_grid_through",
    "plus_normal_error",
    "with_floor",
]
