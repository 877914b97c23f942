"""The files an operator looks at: the newest curve, and one file a day."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.datastore.atomic import write_atomic
from kalshi_alpha.datastore.columns import Column, frame_of
from kalshi_alpha.datastore.paths import Paths

COLUMNS: tuple[Column, ...] = (
    ("curve_on", "date"),
    ("tenor", "text"),
    ("series_id", "text"),
    ("yield_pct", "float"),
    ("yield_bp", "int"),
    ("origin", "text"),
    ("available_at", "time"),
)
"""Columns of both kinds of file; ``available_at`` is when this desk first had the number."""

Row = Mapping[str, object]


def write_published(rows: Sequence[Row], paths: Paths, as_of: datetime) -> tuple[Path, ...]:
    """Write ``daily/DATE.parquet`` of each curve and ``latest.parquet`` of the newest.

    Only what was really published is written: no day is filled in, carried over or dated ahead.
    A file that holds the same already is left alone.

    Parameters
    ----------
    rows
        Rows of the table ``treasury_yields``.
    paths
        The file tree.
    as_of
        The clock; rows available later are left out.

    Returns
    -------
    tuple of Path
        The files that were written.

    Raises
    ------
    BadParameter
        If a row lacks its day or its instant.
    """
    curves: dict[date, list[Row]] = {}
    for row in rows:
        day, available_at = row["curve_on"], row["available_at"]
        if not (isinstance(day, date) and isinstance(available_at, datetime)):
            raise BadParameter(f"a yield without day or instant: {row}")
        if available_at <= as_of:
            curves.setdefault(day, []).append(row)
    files = {paths.treasury_daily / f"{day}.parquet": each for day, each in sorted(curves.items())}
    if curves:
        files[paths.treasury_latest] = curves[max(curves)]
    return tuple(path for path, curve in files.items() if _replaced(path, _encoded(curve)))


def _encoded(curve: Sequence[Row]) -> bytes:
    ordered = sorted(curve, key=lambda row: str(row["series_id"]))
    records = [
        {
            **{name: row[name] for name, _ in COLUMNS if name != "yield_pct"},
            "yield_pct": int(str(row["yield_bp"])) / 100,
        }
        for row in ordered
    ]
    buffer = io.BytesIO()
    frame_of(COLUMNS, records).write_parquet(buffer, compression="zstd")
    return buffer.getvalue()


def _replaced(path: Path, body: bytes) -> bool:
    if path.exists() and path.read_bytes() == body:
        return False
    write_atomic(path, body)
    return True
