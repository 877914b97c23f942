"""Guidance as the archive at the Iowa Environmental Mesonet serves it, one line an hour."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

from kalshi_alpha.drivers.weather_guidance.errors import BadBulletin, WrongBody
from kalshi_alpha.drivers.weather_guidance.maxima import (
    climate_day,
    in_the_states,
    spread,
    temperature,
)
from kalshi_alpha.drivers.weather_guidance.schema import Guidance
from kalshi_alpha.drivers.wire import decode_csv

_NEEDED = {"runtime", "ftime", "model", "station"}
_EXTREMES = ("txn", "n_x", "x_n")
_MODELS = {
    "AVN": "MAV",
    "GFS": "MAV",
    "ETA": "MET",
    "NAM": "MET",
    "MEX": "MEX",
    "LAV": "LAV",
    "NBS": "NBS",
    "NBE": "NBE",
}
_YEARS = range(1990, 2101)


def read_archive(text: str, skipped: Counter[str]) -> list[Guidance]:
    """Read an answer of the archive; ``skipped`` counts what is left out.

    Raises
    ------
    GuidanceRefused
        If columns are missing, or a line is malformed.
    """
    lines = decode_csv(text, WrongBody)
    names = lines[0]
    extremes = [name for name in _EXTREMES if name in names]
    if not set(names) >= _NEEDED or not extremes:
        raise WrongBody(f"columns {names[:5]} are not the archive's")
    rows = []
    for line in lines[1:]:
        if len(line) != len(names):
            raise BadBulletin(f"a line of {len(line)} cells under {len(names)} columns")
        row = _row(dict(zip(names, line, strict=True)), extremes, skipped)
        rows += [row] if row is not None else []
    return rows


def is_archive(text: str) -> bool:
    """Tell the archive's table from a bulletin by its first line."""
    first = text.split("\n", 1)[0].split(",")
    return "runtime" in first and "ftime" in first


def _row(cells: dict[str, str], extremes: list[str], skipped: Counter[str]) -> Guidance | None:
    model = _MODELS.get(cells["model"])
    if model is None or not in_the_states(cells["station"]):
        skipped["another model or region"] += 1
        return None
    issued_at, valid_at = _instant(cells["runtime"]), _instant(cells["ftime"])
    if not valid_at > issued_at:
        raise BadBulletin(f"{cells['station']}: for {valid_at}, issued {issued_at}")
    said = [cells[name] for name in extremes if cells[name]]
    if valid_at.hour != 0 or not said:
        return None
    if len(said) > 1:
        raise BadBulletin(f"{cells['station']} {valid_at}: two extremes {said}")
    tmax = temperature(said[0])
    if tmax is None:
        skipped["missing maximum"] += 1
        return None
    day = climate_day(valid_at.date())
    return Guidance(cells["station"], model, issued_at, day, tmax, spread(cells.get("xnd", "")))


def _instant(text: str) -> datetime:
    """Read a time that is UTC whether it says so or not."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadBulletin(f"{text!r} is no time") from error
    # A bare date would pass for 00Z, the very hour of the maximum.
    if at.year not in _YEARS or len(text) < len("2021-06-15 01:00"):
        raise BadBulletin(f"{text!r} is no time")
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
