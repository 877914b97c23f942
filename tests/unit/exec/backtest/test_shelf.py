from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest

from kalshi_alpha.core.errors import MissingData
from kalshi_alpha.exec.backtest.materials import Materials
from kalshi_alpha.exec.backtest.shelf import Wanted, by_day, shelved_events, store_root

SERIES = ("KXHIGHNY", "KXHIGHAUS")


def test_recordings_are_imported_and_tables_are_read_where_they_lie(
    read: Materials, folder: Path, tmp_path: Path
) -> None:
    root = read.days[0][0].root
    found = shelved_events([str(folder), root], tmp_path, Wanted(SERIES)).events
    assert len(found) == 16
    assert {each.root for each in found} == {root}, "the later folder is believed"
    assert list(found) == sorted(found, key=lambda each: (each.day, each.series))


def test_a_span_and_a_series_choose(read: Materials, tmp_path: Path) -> None:
    root = read.days[0][0].root
    day = date(2025, 1, 8)
    found = shelved_events([root], tmp_path, Wanted(("KXHIGHNY",), day, day)).events
    assert [each.event_ticker for each in found] == ["KXHIGHNY-25JAN08"]


def test_events_of_a_day_are_replayed_together(read: Materials) -> None:
    days = by_day([each for day in reversed(read.days) for each in day])
    assert [day[0].day.day for day in days] == list(range(6, 14))
    assert all(len(day) == 2 for day in days)


def test_a_folder_without_recordings_is_no_fault_unless_none_has_any(
    read: Materials, tmp_path: Path
) -> None:
    (tmp_path / "history").mkdir()
    root = read.days[0][0].root
    empty = str(tmp_path / "history")
    assert shelved_events([empty, root], tmp_path, Wanted(SERIES)).events
    with pytest.raises(MissingData, match="nothing is recorded"):
        shelved_events([empty], tmp_path, Wanted(SERIES))


def test_a_url_is_kept_as_it_is() -> None:
    assert store_root("s3://bucket/market") == "s3://bucket/market"
    assert store_root("data/market") == Path("data/market")


def test_several_import_the_same_tables_as_one(
    read: Materials, folder: Path, tmp_path: Path
) -> None:
    with ThreadPoolExecutor(2) as pool:
        found = shelved_events([str(folder)], tmp_path, Wanted(SERIES), pool).events
    mine, theirs = (
        {p.relative_to(r): p.read_bytes() for p in Path(r).rglob("*.parquet")}
        for r in (found[0].root, read.days[0][0].root)
    )
    assert mine == theirs


def test_only_what_is_wanted_is_imported(folder: Path, tmp_path: Path) -> None:
    wanted = Wanted(("KXHIGHNY",), date(2025, 1, 8), date(2025, 1, 9))
    found = shelved_events([str(folder)], tmp_path, wanted).events
    kept = {p.parent.name for p in Path(found[0].root).rglob("manifest.json")}
    assert kept == {"date=2025-01-08", "date=2025-01-09"}
    assert {p.name for p in Path(found[0].root).iterdir()} == {"series=KXHIGHNY"}


def test_an_event_that_lacks_what_a_tape_needs_is_told_and_not_passed_by(
    read: Materials, tmp_path: Path
) -> None:
    copied = tmp_path / "tables"
    shutil.copytree(read.days[0][0].root, copied)
    manifest = copied / "series=KXHIGHNY/date=2025-01-08/manifest.json"
    document = json.loads(manifest.read_text())
    document["events"][0]["lacks"] = ["strike"]
    manifest.write_text(json.dumps(document))
    shelf = shelved_events([str(copied)], tmp_path, Wanted(SERIES))
    assert len(shelf.events) == 15
    assert shelf.unusable == {"KXHIGHNY-25JAN08": "no source says strike of all its markets"}
