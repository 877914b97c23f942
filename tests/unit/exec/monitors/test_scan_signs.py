from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from kalshi_alpha.core.errors import NewerSchema, TornFile
from kalshi_alpha.core.monitors.latest_scan import ScanFound
from kalshi_alpha.core.monitors.texts import Monitor
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.monitors.scan_signs import read_scans, scans_found

STAMP = "2025-06-11T10:30:00Z"
AT = datetime(2025, 6, 11, 10, 30, tzinfo=UTC)
QUALITY = {"name": "quality_gates", "ok": True}


def entry(**changes: Any) -> dict[str, Any]:
    return {"generated_at": STAMP, "reasons": [], "readings": [QUALITY], "lifted": []} | changes


def reason(word: str, detail: str) -> dict[str, str]:
    return {"reason": word, "detail": detail}


def write(paths: Paths, document: object) -> None:
    paths.go_no_go.parent.mkdir(parents=True, exist_ok=True)
    paths.go_no_go.write_text(json.dumps(document))


def test_no_file_is_no_scan(tmp_path: Path) -> None:
    assert read_scans(Paths(tmp_path)) == {}


def test_every_family_is_read_whatever_its_clock(tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    write(paths, {"schema": 1, "generated_at": "2099-01-01T00:00:00Z", "series": {"CPI": entry()}})
    assert set(read_scans(paths)) == {"CPI"}


@pytest.mark.parametrize(
    ("document", "error"),
    [
        ({"schema": 1, "generated_at": STAMP, "series": [1]}, TornFile),
        ({"schema": 1, "generated_at": STAMP}, TornFile),
        ({"schema": 2, "generated_at": STAMP}, NewerSchema),
        ([], TornFile),
    ],
)
def test_a_file_that_cannot_be_trusted_is_refused(
    tmp_path: Path, document: object, error: type[Exception]
) -> None:
    write(Paths(tmp_path), document)
    with pytest.raises(error):
        read_scans(Paths(tmp_path))


def test_a_count_is_read_from_the_gates_own_sentence() -> None:
    said = "non_monotone_ladders: 2, tolerated are 0"
    scans = {"CPI": entry(reasons=[reason("non_monotone_ladders", said)])}
    found = scans_found(scans, Monitor.NON_MONOTONE_LADDERS)
    assert found == {"CPI": ScanFound(AT, 2, said)}
    assert scans_found(scans, Monitor.MODEL_DRIFT) == {"CPI": ScanFound(AT, 0)}


def test_drift_counts_once() -> None:
    scans = {"CPI": entry(reasons=[reason("model_drift", "CPI: recent scores worsened")])}
    assert scans_found(scans, Monitor.MODEL_DRIFT)["CPI"].count == 1


def test_a_scan_that_never_came_to_its_gates_cleared_nothing() -> None:
    scans = {"CPI": entry(readings=[], reasons=[reason("reading_missing", "no feed")])}
    assert scans_found(scans, Monitor.MODEL_DRIFT) == {"CPI": ScanFound(AT, None)}


@pytest.mark.parametrize(
    "broken", [{}, entry(generated_at="noon"), entry(readings=None), entry(reasons=[1])]
)
def test_an_entry_that_is_none_is_refused(broken: dict[str, Any]) -> None:
    with pytest.raises(TornFile, match="CPI"):
        scans_found({"CPI": broken}, Monitor.MODEL_DRIFT)
