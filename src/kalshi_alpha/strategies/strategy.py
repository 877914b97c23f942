"""What a family offers to the rest of the program, a user's own family included."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from kalshi_alpha.core.forecast import Forecast

Row = Mapping[str, object]
TableReader = Callable[[str], Sequence[Row]]
"""Rows of a feed's table by the feed's name, as they were known at the decision clock."""


@dataclass(frozen=True, slots=True)
class ForecastSet:
    """What a family could forecast, what it refused and why, and facts for the report.

    Parameters
    ----------
    forecasts
        One per quantity and period.
    refused
        By quantity: why there is no forecast.
    metadata
        Facts that an operator wants to see beside the forecasts, in reading order.
    """

    forecasts: tuple[Forecast, ...]
    refused: Mapping[str, str] = field(default_factory=dict)
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Strategy:
    """One family.

    Parameters
    ----------
    family
        Its name, such as ``CPI``.
    history
        Where its calibration history lies below a folder of feed fixtures.
    calibrate
        ``(history rows, as_of, artifact path) -> calibration``: fits on what was known at
        ``as_of`` and writes the artifact.
    load
        Reads a calibration back from its artifact.
    forecast
        ``(reader, calibration, as_of) -> ForecastSet``; pure.
    """

    family: str
    history: str
    calibrate: Callable[[Sequence[Row], datetime, Path], Any]
    load: Callable[[Path], Any]
    forecast: Callable[[TableReader, Any, datetime], ForecastSet]
