"""Getting the record: from a file that a desk keeps fresh, or from an installed plug-in."""

from __future__ import annotations

from importlib.metadata import entry_points
from pathlib import Path

from kalshi_alpha.core.errors import FetchFailed, MissingData

GROUP = "kalshi_alpha.ten_year_quote"
"""Entry-point group of plug-ins: each a function without arguments that returns the record."""

BODY_CAP = 64 << 10


def from_file(path: Path) -> bytes:
    """Read the record from a file.

    Raises
    ------
    MissingData
        If there is none.
    FetchFailed
        If it is larger than any record, or cannot be read.
    """
    try:
        with path.open("rb") as file:
            body = file.read(BODY_CAP + 1)
    except FileNotFoundError as error:
        raise MissingData(f"ten_year_quote: {path} is not there") from error
    except OSError as error:
        raise FetchFailed(f"ten_year_quote: {path}: {error}") from error
    if len(body) > BODY_CAP:
        raise FetchFailed(f"ten_year_quote: {path} is larger than {BODY_CAP} bytes")
    return body


def fetch() -> bytes:
    """Ask the one installed plug-in.

    Raises
    ------
    MissingData
        If none is installed: the ten-year family then runs dry only.
    FetchFailed
        If several are, or it returns something that is no record.
    """
    points = tuple(entry_points(group=GROUP))
    if not points:
        raise MissingData(f"ten_year_quote: no plug-in is installed under {GROUP}")
    if len(points) > 1:
        names = ", ".join(sorted(point.name for point in points))
        raise FetchFailed(f"ten_year_quote: several plug-ins are installed: {names}")
    body = points[0].load()()
    if not (isinstance(body, bytes) and len(body) <= BODY_CAP):
        raise FetchFailed(f"ten_year_quote: the plug-in {points[0].name} returned no record")
    return body
