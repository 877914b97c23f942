"""A root at GO, made by the program's own practice ledger, to flip one thing at a time from.

`go_root` makes it once a process and copies it; a flip edits the copy.
"""

from __future__ import annotations

import atexit
import json
import shutil
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from kalshi_alpha.core.ledger.entry import LedgerEntry
from kalshi_alpha.datastore.ledger import LedgerStore
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.monitors import cli as monitors
from kalshi_alpha.exec.ramp.readiness import Readiness, read_readiness
from kalshi_alpha.exec.reports import ramp
from kalshi_alpha.sim.demo_account import DemoTerms, make_demo_account
from runs import at_home_in_new_york

Flip = Callable[[Paths], object]
REPOSITORY = Path(__file__).parents[1]
CLOCK = "2024-12-11T11:30:00Z"
AT = datetime(2024, 12, 11, 11, 30, tzinfo=UTC)
FAMILIES = ("CPI", "CLAIMS")


def go_root(folder: Path, *, whole: bool = False) -> Paths:
    """Return a practice root below a folder, of which everything says GO at `CLOCK`.

    Its tables hold the newest payloads, or with ``whole`` all that a forecast is made from.
    """
    root = folder / "go"
    shutil.copytree(_made(whole=whole), root)
    return Paths(root)


def open_go_root(folder: Path, monkeypatch: pytest.MonkeyPatch, *, whole: bool = False) -> Paths:
    """Return such a root, and let commands run there."""
    found = go_root(folder, whole=whole)
    monkeypatch.setenv("KALSHI_ALPHA_HOME", str(found.root))
    for name in ("KALSHI_ALPHA_AS_OF", "KALSHI_ENV"):
        monkeypatch.delenv(name, raising=False)
    return found


def decide(paths: Paths, *flags: str, at: str = CLOCK) -> tuple[int, Readiness]:
    """Run the ramp decision, and return its exit code and what it wrote."""
    code = ramp.main(["--as-of", at, "--quiet", *flags])
    return code, read_readiness(paths.pilot_ready, datetime.fromisoformat(at))


@cache
def decided_at_go() -> bytes:
    """Return what the ramp decision writes on such a root."""
    with tempfile.TemporaryDirectory() as folder:
        paths = go_root(Path(folder))
        with at_home_in_new_york(paths.root):
            assert ramp.main(["--as-of", CLOCK, "--quiet"]) == 0
        return paths.pilot_ready.read_bytes()


def words(found: Readiness, family: str = "CPI") -> list[str]:
    """Return the reasons against a family, each once."""
    own = found.of(family)
    assert own is not None
    return list(dict.fromkeys(row.reason for row in own.reasons))


def edit_json(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change a JSON file in place."""
    document: dict[str, Any] = json.loads(path.read_bytes())
    change(document)
    path.write_text(json.dumps(document))


def rewrite_ledger(
    paths: Paths, change: Callable[[LedgerEntry], LedgerEntry | None], at: datetime = AT
) -> None:
    """Pass every row of the ledger through a change, which drops those that it returns None for."""
    store = LedgerStore(paths)
    rows = [new for row in store.entries() if (new := change(row)) is not None]
    paths.ledger_all.unlink()
    store.upsert(rows, at)


def of_cpi(change: Callable[[LedgerEntry], LedgerEntry | None]) -> Flip:
    """Pass the rows of consumer prices through a change."""
    return lambda paths: rewrite_ledger(
        paths, lambda row: change(row) if row.family == "CPI" else row
    )


def first_of_cpi(count: int) -> Flip:
    """Keep so many of the oldest orders of consumer prices."""

    def flip(paths: Paths) -> None:
        kept = iter(range(count))
        of_cpi(lambda row: row if next(kept, None) is not None else None)(paths)

    return flip


@cache
def _made(*, whole: bool) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="kalshi-alpha-go-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    shelf = REPOSITORY / "tests/fixtures"
    fixtures = shelf if whole else _newest_payloads(folder / "fixtures")
    terms = DemoTerms(folder / "root", REPOSITORY / "configs", fixtures, AT, families=FAMILIES)
    paths = make_demo_account(terms)
    _look(paths)
    return paths.root


def _newest_payloads(folder: Path) -> Path:
    """Return fixtures with the newest payload of each feed: enough to be fresh, quickly read."""
    shelf = REPOSITORY / "tests/fixtures"
    manifest = json.loads((shelf / "manifest.json").read_bytes())
    known = [each for each in manifest["payloads"] if each["retrieved_at"] <= CLOCK]
    newest = {each["source"]: each for each in known}
    calendars = [each for each in known if each["source"] == "macro_calendar"]
    kept = [*(each for each in newest.values() if each not in calendars), *calendars]
    folder.mkdir()
    for source in {each["source"] for each in kept}:
        (folder / source).symlink_to(shelf / source, target_is_directory=True)
    (folder / "manifest.json").write_text(json.dumps(manifest | {"payloads": kept}))
    return folder


def _look(paths: Paths) -> None:
    """Run the monitors there, as the command does."""
    with at_home_in_new_york(paths.root):
        assert monitors.main(["--as-of", CLOCK, "--quiet"]) == 0
