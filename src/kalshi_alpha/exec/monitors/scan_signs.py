"""What the latest scan of each family found, from ``go_no_go.json``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from kalshi_alpha.core.errors import MissingData, TornFile
from kalshi_alpha.core.gates import ReadingName
from kalshi_alpha.core.monitors.latest_scan import ScanFound
from kalshi_alpha.core.monitors.texts import TEXTS, Monitor
from kalshi_alpha.datastore.artifacts import END_OF_TIME, read_json
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.artifacts import SCHEMA

_COUNT = re.compile(r"[a-z_]+: ([0-9]+), tolerated are [0-9]+")
JUDGED = (Monitor.MODEL_DRIFT, Monitor.NON_MONOTONE_LADDERS, Monitor.NEGATIVE_EV_AFTER_FEES)


def read_scans(paths: Paths) -> dict[str, dict[str, Any]]:
    """Return the latest verdict of each family, whatever its clock; none if nothing was scanned.

    Raises
    ------
    TornFile, NewerSchema
        If the file cannot be read, or a later version wrote it.
    """
    path = paths.go_no_go
    try:
        document = read_json(path, SCHEMA, END_OF_TIME)
    except MissingData:
        return {}
    series = document.get("series")
    if not isinstance(series, dict) or not all(isinstance(e, dict) for e in series.values()):
        raise TornFile(f"{path}: series is no table of verdicts; scan again")
    return series


def scans_found(scans: Mapping[str, Mapping[str, Any]], monitor: Monitor) -> dict[str, ScanFound]:
    """Return what each family's scan found of one fault.

    A scan that never came to its quality gates found nothing and cleared nothing.

    Raises
    ------
    TornFile
        If an entry is not one.
    """
    return {family: _found(family, entry, monitor) for family, entry in scans.items()}


def _found(family: str, entry: Mapping[str, Any], monitor: Monitor) -> ScanFound:
    try:
        at = datetime.fromisoformat(entry["generated_at"]).astimezone(UTC)
        judged = any(r["name"] == ReadingName.QUALITY for r in entry["readings"])
        # What a memo lifts was found all the same.
        said = [*entry["reasons"], *entry.get("lifted", ())]
        details = [r["detail"] for r in said if r["reason"] == TEXTS[monitor].reason]
    except (KeyError, TypeError, ValueError) as error:
        raise TornFile(f"go_no_go.json: {family}: {error}; scan again") from error
    if not details:
        return ScanFound(at, 0 if judged else None)
    return ScanFound(at, max(_counts(details)), "; ".join(details))


def _counts(details: list[str]) -> Iterator[int]:
    for detail in details:
        match = _COUNT.fullmatch(detail)
        yield int(match[1]) if match else 1
