"""What was reported: final maxima, by station and climate day."""

from __future__ import annotations

from datetime import date, datetime

from kalshi_alpha.strategies.strategy import Outcome, TableReader
from kalshi_alpha.strategies.weather.reports import first_finals
from kalshi_alpha.strategies.weather.rows import CLIMATE, ClimateRow, known_rows
from kalshi_alpha.strategies.weather.stations import BY_CODE


def outcomes(read: TableReader, as_of: datetime) -> dict[tuple[str, date], Outcome]:
    """Return the final maxima known at ``as_of``, by quantity and climate day.

    Interim reports settle nothing: their maxima are those of a running day.

    Raises
    ------
    ParseRefused
        If the table holds something impossible.
    """
    finals = first_finals(known_rows(read, CLIMATE, ClimateRow, as_of))
    return {
        (BY_CODE[code].quantity, day): Outcome(row.value_f, row.available_at)
        for (code, day), row in finals.items()
        if code in BY_CODE and row.value_f is not None
    }
