from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from kalshi_alpha.core.errors import MissingData, TornFile, UsageError
from kalshi_alpha.core.ledger.entry import ClockSource
from kalshi_alpha.datastore.atomic import write_json
from kalshi_alpha.datastore.paths import DESK, Paths
from kalshi_alpha.exec.clock import RunClock
from kalshi_alpha.exec.tearsheet import writing
from kalshi_alpha.exec.tearsheet.writing import (
    Wanted,
    Written,
    asked_day,
    summary,
    write_sheets,
)

AT = datetime(2024, 12, 11, 11, 30, tzinfo=UTC)
NOW = RunClock(datetime(2026, 1, 2, tzinfo=UTC), ClockSource.SYSTEM)
HOSTILE = '"><script>alert(1)</script>'


def test_one_file_a_series_and_one_for_the_desk_alike_at_every_run(
    paths: Paths, parsed: Callable[[str], Any]
) -> None:
    found = write_sheets(paths, NOW, Wanted()).files
    day = date(2024, 12, 11)
    assert [each.path for each in found] == [
        paths.tearsheet("CPI", day),
        paths.tearsheet(DESK, day),
    ]
    first = [each.path.read_bytes() for each in found]
    [link] = re.findall(r'<nav[^>]*><a href="([^"]*)"', first[1].decode())
    assert (found[1].path.parent / link).resolve() == found[0].path.resolve()
    write_sheets(paths, NOW, Wanted())
    assert [each.path.read_bytes() for each in found] == first
    for each, text in zip(found, first, strict=True):
        assert each.size == len(text) <= 2_000_000
        whole = text.decode()
        assert "http:" not in whole
        assert "https:" not in whole
        shown = parsed(whole)
        assert "script" not in {tag for tag, _ in shown.tags}
        for _, attributes in shown.tags:
            assert "src" not in attributes
            assert not attributes.get("style", "").count("url(")
        ids = [a["id"] for _, a in shown.tags if "id" in a]
        assert len(ids) == len(set(ids))
        _check_figures(shown)


def _check_figures(shown: Any) -> None:
    assert shown.figures
    for figure in shown.figures:
        assert figure["dt"][:3] == ["n", "span", "unit"]
        assert all(text.strip() for text in figure["dd"])
        drawn = any(text.startswith("The numbers (") for text in figure.get("summary", []))
        assert drawn or any("Needs " in text for text in figure["p"])
        if drawn:
            assert figure["td"]


def test_hostile_texts_are_shown_and_never_run(paths: Paths, thin: dict[str, Any]) -> None:
    hostile = json.dumps(HOSTILE)[1:-1]
    text = json.dumps(thin)
    for word in ("> 0.4", "cpi_mom", "one side is empty"):
        text = text.replace(f'"{word}', f'"{hostile}')
    write_json(paths.proposals / "CPI" / "2024-12-11T113000Z.json", json.loads(text))
    for each in write_sheets(paths, NOW, Wanted()).files:
        found = each.path.read_text()
        assert "<script" not in found
        assert "&lt;script&gt;" in found


def test_an_empty_root_has_the_desk_s_sheet_and_says_what_to_do(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KALSHI_ENV", raising=False)
    empty = Paths(tmp_path)
    found = write_sheets(empty, NOW, Wanted()).files
    assert [each.series for each in found] == [DESK]
    assert "no scan was ever kept here" in found[0].path.read_text()
    assert "make demo makes four" in summary(empty, found)


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Pages that are not drawn: each scan of which one was to be made."""
    asked: list[Any] = []

    def series(facts: Any, scan: Any, *_: Any) -> None:
        asked.append((scan.series, scan.at, [each.at for each in facts.scans[scan.series]]))

    monkeypatch.setattr(writing, "series_sheet", series)
    monkeypatch.setattr(writing, "desk_sheet", lambda *_: None)
    monkeypatch.setattr(writing, "page", lambda _: b"page")
    return asked


def test_only_what_is_asked_for_is_written(paths: Paths, undrawn: list[Any]) -> None:
    def series(*names: str, day: date | None = None) -> list[str]:
        return [each.series for each in write_sheets(paths, NOW, Wanted(names, day)).files]

    assert series("kxcpi") == ["CPI"]
    assert series("desk") == [DESK]
    assert series("CPI", "DESK") == ["CPI", DESK]
    with pytest.raises(MissingData, match="no scan of TNEY was kept; scanned: CPI"):
        series("TNEY")
    with pytest.raises(MissingData, match="no scan of CPI was kept on 2024-12-10"):
        series("CPI", day=date(2024, 12, 10))
    assert [name for name, *_ in undrawn] == ["CPI", "CPI"]


def test_a_day_shows_its_own_newest_scan_and_nothing_said_later(
    paths: Paths, thin: dict[str, Any], undrawn: list[Any]
) -> None:
    later = AT + timedelta(days=1)
    document = {**thin, "generated_at": later.isoformat()}
    write_json(paths.proposals / "CPI" / f"{later:%Y-%m-%dT%H%M%SZ}.json", document)
    [found] = write_sheets(paths, NOW, Wanted(("CPI",), date(2024, 12, 11))).files
    assert found.path == paths.tearsheet("CPI", date(2024, 12, 11))
    [newest] = write_sheets(paths, NOW, Wanted(("CPI",))).files
    assert newest.path == paths.tearsheet("CPI", date(2024, 12, 12))
    assert undrawn == [("CPI", AT, [AT]), ("CPI", later, [AT, later])]


@pytest.fixture
def torn(paths: Paths, thin: dict[str, Any]) -> Paths:
    """A root whose only scan of consumer prices is torn, beside a whole one of claims."""
    [own] = (paths.proposals / "CPI").glob("*.json")
    own.write_text('{"schema": 1,')
    write_json(paths.proposals / "CLAIMS" / own.name, {**thin, "series": "CLAIMS"})
    return paths


def test_a_torn_scan_is_named_and_hinders_no_other_sheet(torn: Paths, undrawn: list[Any]) -> None:
    found = write_sheets(torn, NOW, Wanted())
    assert [each.series for each in found.files] == ["CLAIMS", DESK]
    assert list(found.unread) == ["CPI"]
    with pytest.raises(TornFile, match=r"^exec/proposals/CPI/2024-12-11T113000Z\.json: .*again$"):
        found.require_whole()
    for wish in (Wanted(("CPI",)), Wanted(("kxcpi",)), Wanted(("CPI",), date(2024, 12, 11))):
        assert list(write_sheets(torn, NOW, wish).unread) == ["CPI"]
    assert not write_sheets(torn, NOW, Wanted(("CLAIMS",))).unread
    assert list(write_sheets(torn, NOW, Wanted((DESK,))).unread) == ["CPI"]
    with pytest.raises(MissingData, match="no scan of TNEY was kept; scanned: CLAIMS"):
        write_sheets(torn, NOW, Wanted(("TNEY",)))


def test_a_torn_scan_with_a_newer_whole_one_is_no_error(
    torn: Paths, thin: dict[str, Any], undrawn: list[Any]
) -> None:
    later = AT + timedelta(hours=1)
    document = {**thin, "generated_at": later.isoformat()}
    write_json(torn.proposals / "CPI" / f"{later:%Y-%m-%dT%H%M%SZ}.json", document)
    found = write_sheets(torn, NOW, Wanted())
    assert [each.series for each in found.files] == ["CLAIMS", "CPI", DESK]
    found.require_whole()
    assert not write_sheets(torn, NOW, Wanted((DESK,))).unread


def test_an_older_scan_stands_in_for_a_torn_one_and_that_is_said(
    torn: Paths, thin: dict[str, Any], undrawn: list[Any]
) -> None:
    older = AT - timedelta(days=1)
    document = {**thin, "generated_at": older.isoformat()}
    write_json(torn.proposals / "CPI" / f"{older:%Y-%m-%dT%H%M%SZ}.json", document)
    found = write_sheets(torn, NOW, Wanted(("CPI",)))
    assert [each.path for each in found.files] == [torn.tearsheet("CPI", date(2024, 12, 10))]
    assert list(found.unread) == ["CPI"]
    assert not write_sheets(torn, NOW, Wanted(("CPI",), date(2024, 12, 10))).unread
    torn_day = Wanted(("CPI",), date(2024, 12, 11))
    assert list(write_sheets(torn, NOW, torn_day).unread) == ["CPI"]
    newer = {**thin, "generated_at": (AT + timedelta(days=1)).isoformat()}
    write_json(torn.proposals / "CPI" / "2024-12-12T113000Z.json", newer)
    assert list(write_sheets(torn, NOW, torn_day).unread) == ["CPI"]


def test_a_day_is_a_date() -> None:
    assert asked_day(None) is None
    assert asked_day("2024-12-11") == date(2024, 12, 11)
    with pytest.raises(UsageError, match="--date tomorrow is no date"):
        asked_day("tomorrow")


def test_the_desk_s_sheet_alone_does_not_deny_the_scans_there_are(paths: Paths) -> None:
    path = paths.tearsheet(DESK, date(2024, 12, 11))
    assert summary(paths, [Written(DESK, path, 9_000)]) == f"wrote {path} (9 kB)"


def test_each_file_has_its_line(paths: Paths) -> None:
    path = paths.tearsheet("CPI", date(2024, 12, 11))
    assert summary(paths, [Written("CPI", path, 123_456)]) == f"wrote {path} (123 kB)"
