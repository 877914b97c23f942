"""A root with one scan of the reference morning, and a canvas that remembers what it drew."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

from desk import Morning
from kalshi_alpha.core.ledger.entry import ClockSource, LedgerEntry, LedgerMode
from kalshi_alpha.datastore.atomic import write_json
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.artifacts import proposals_document
from kalshi_alpha.exec.clock import RunClock
from kalshi_alpha.exec.tearsheet.canvas import Canvas
from kalshi_alpha.exec.tearsheet.facts import Facts, Reader
from kalshi_alpha.exec.tearsheet.scans import Scan
from kalshi_alpha.sim.demo_rows import practice_rows

AT = datetime(2024, 12, 11, 11, 30, tzinfo=UTC)
CLOCK = RunClock(AT, ClockSource.SET)


class Recorder(Canvas):
    """A canvas that also keeps the numbers of every mark, by picture."""

    def __init__(self) -> None:
        super().__init__()
        self.marks: dict[str, list[float]] = {}

    def draw(self, key: str, label: str, paint: Callable[[Figure], None], height: float) -> str:
        def watched(figure: Figure) -> None:
            paint(figure)
            self.marks[key] = _numbers(figure)

        return super().draw(key, label, watched, height)


def _numbers(figure: Figure) -> list[float]:
    found: list[float] = []
    for plot in figure.axes:
        for line in plot.lines:
            found += np.ravel([line.get_xdata(), line.get_ydata()]).astype(float).tolist()
        for bar in plot.patches:
            box: Any = bar
            found += [abs(box.get_width()), abs(box.get_height())]
    return found


class Page(HTMLParser):
    """What a page holds: its attributes by tag, its figures, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.figures: list[dict[str, list[str]]] = []
        self._open: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag == "figure":
            self.figures.append({})
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            continue

    def handle_data(self, data: str) -> None:
        self.text += data
        if "figure" in self._open:
            self.figures[-1].setdefault(self._open[-1], []).append(data)


@pytest.fixture(scope="session")
def canvas() -> Recorder:
    return Recorder()


@pytest.fixture(scope="session")
def said(morning: Morning) -> dict[str, Any]:
    return proposals_document(morning.run, morning.scanned, "CPI")


@pytest.fixture(scope="session")
def scan(said: dict[str, Any]) -> Scan:
    return Scan("CPI", "CPI", AT, said)


@pytest.fixture(scope="session")
def thin(said: dict[str, Any]) -> dict[str, Any]:
    """The scan's document with one of its three events: enough for a page, quickly drawn."""
    event = "KXCPI-24NOV"

    def own(name: str) -> list[dict[str, Any]]:
        return [each for each in said[name] if each["event_ticker"] == event]

    lists = {name: own(name) for name in ("markets", "proposals", "not_proposed", "ladders")}
    return {**said, **lists, "forecasts": said["forecasts"][:1]}


@pytest.fixture(scope="session")
def _scanned(
    morning: Morning, thin: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    root = tmp_path_factory.mktemp("sheets") / "root"
    shutil.copytree(morning.run.paths.root, root)
    write_json(Paths(root).proposals / "CPI" / "2024-12-11T113000Z.json", thin)
    return root


@pytest.fixture
def paths(_scanned: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Paths:
    """A root of the test's own, with the feeds, the calibration and one scan."""
    root = tmp_path / "root"
    shutil.copytree(_scanned, root)
    monkeypatch.setenv("KALSHI_ALPHA_HOME", str(root))
    for name in ("KALSHI_ALPHA_AS_OF", "KALSHI_ENV"):
        monkeypatch.delenv(name, raising=False)
    return Paths(root)


@pytest.fixture(scope="session")
def facts(_scanned: Path, scan: Scan) -> Facts:
    return replace(Reader(Paths(_scanned)).facts(CLOCK), scans={"CPI": (scan,)})


@pytest.fixture(scope="session")
def practised() -> tuple[LedgerEntry, ...]:
    """Settled orders of 23 releases, of a made-up desk."""
    return tuple(practice_rows("CPI", AT, 0))


@pytest.fixture(scope="session")
def evidence(practised: tuple[LedgerEntry, ...]) -> tuple[LedgerEntry, ...]:
    """The same as if paper orders on the venue's books had earned it."""
    return tuple(
        replace(
            row,
            mode=LedgerMode.PAPER,
            environment="prod",
            clock_source=ClockSource.SYSTEM,
            touch_e4=row.price_e4,
            touch_depth_e2=20_000,
            tick_e4=100,
        )
        for row in practised
    )


@pytest.fixture(scope="session")
def parsed() -> Callable[[str], Page]:
    return Page


def near(value: float, marks: list[float], tolerance: float) -> bool:
    """Say whether a number is among those that were drawn."""
    return bool(np.min(np.abs(np.array(marks) - value)) <= tolerance)


@pytest.fixture(scope="session")
def all_drawn(canvas: Recorder) -> Callable[..., None]:
    """Assert that the numbers of a table's columns are those that its picture shows."""

    def check(
        picture: Any, columns: tuple[str, ...], tolerance: float, factor: float = 1.0
    ) -> None:
        table = picture.table
        for name in columns:
            place = table.head.index(name)
            for row in table.rows:
                text = row[place].replace(",", "").replace("+", "").replace("$", "")
                if text != "-":
                    drawn = factor * float(text)
                    assert near(drawn, canvas.marks[picture.key], tolerance), (name, row)

    return check
