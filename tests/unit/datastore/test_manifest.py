from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from kalshi_alpha.core.errors import (
    BadParameter,
    KalshiAlphaError,
    MissingData,
    NewerSchema,
    TornFile,
)
from kalshi_alpha.datastore.manifest import Manifest

CLOCK = datetime(2025, 6, 11, 10, 30, tzinfo=UTC)


def write(folder: Path, **change: Any) -> Path:
    payloads = [
        {"source": "feed", "path": "feed/late.json", "retrieved_at": "2025-06-11T10:30:01Z"},
        {"source": "feed", "path": "feed/now.json", "retrieved_at": "2025-06-11T06:30:00-04:00"},
        {"source": "feed", "path": "feed/early.json", "retrieved_at": "2025-06-01T00:00:00Z"},
    ]
    clocks = {"default": "2025-06-11T10:30:00Z", "pre_cpi": "2025-06-11T10:30:00Z"}
    file = {"schema": 1, "clocks": clocks, "payloads": payloads, **change}
    (folder / "feed").mkdir()
    for name in ("early", "now", "late"):
        (folder / f"feed/{name}.json").write_text(name)
    (folder / "manifest.json").write_text(json.dumps(file))
    return folder


def test_only_what_was_received_by_the_clock_is_loaded_in_order(tmp_path: Path) -> None:
    manifest = Manifest(write(tmp_path))
    assert [p.body for p in manifest.payloads(CLOCK)] == [b"early", b"now"]
    assert [p.name for p in manifest.payloads(CLOCK)] == ["feed/early.json", "feed/now.json"]


def test_each_mode_has_its_clock(tmp_path: Path) -> None:
    manifest = Manifest(write(tmp_path))
    assert manifest.clock() == manifest.clock("pre_cpi") == CLOCK
    assert manifest.modes == ("default", "pre_cpi")
    with pytest.raises(MissingData, match="teny_close"):
        manifest.clock("teny_close")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    manifest = Manifest(write(tmp_path))
    (tmp_path / "feed/now.json").unlink()
    with pytest.raises(MissingData, match=r"feed/now\.json"):
        manifest.payloads(CLOCK)


@pytest.mark.parametrize("folder", ["missing", "feed/now.json"])
def test_a_folder_without_a_manifest_is_refused(tmp_path: Path, folder: str) -> None:
    write(tmp_path)
    with pytest.raises(MissingData, match="no fixtures"):
        Manifest(tmp_path / folder)


def entry(**change: str) -> list[dict[str, str]]:
    whole = {"source": "feed", "path": "feed/now.json", "retrieved_at": "2025-06-01T00:00:00Z"}
    return [{**whole, **change}]


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"schema": 2}, NewerSchema),
        ({"more": 1}, TornFile),
        ({"payloads": entry(note="x")}, TornFile),
        ({"payloads": entry(path="../outside.json")}, BadParameter),
        ({"payloads": entry(path="/etc/passwd")}, BadParameter),
        ({"payloads": entry(retrieved_at="2025-06-01T00:00:00")}, BadParameter),
        ({"clocks": {"default": "2025-06-11T10:30:00"}}, BadParameter),
    ],
    ids=["newer", "extra", "extra in entry", "outside", "absolute", "no zone", "clock no zone"],
)
def test_a_manifest_that_cannot_be_trusted_is_refused(
    tmp_path: Path, change: dict[str, Any], refusal: type[KalshiAlphaError]
) -> None:
    with pytest.raises(refusal):
        Manifest(write(tmp_path, **change))
