"""The pages of the run-book: every block on them is executed, in order, on a desk at GO."""

from __future__ import annotations

import io
import json
import re
import tarfile
from pathlib import Path
from typing import Any

from desk import Done
from desk_root import CLOCK, go_root
from kalshi_alpha.datastore.paths import Paths
from run_book import BLOCK, Terminal, makeable
from runs import REPO

PAGES = sorted((REPO / "docs/runbook").glob("*.md"))
DESK = re.compile(r" desk(?: exit=(\d))?")
STAMP = "20241211_113000"


def blocks() -> list[tuple[str, str]]:
    """What each block is marked by, and its commands."""
    return [found for page in PAGES for found in BLOCK.findall(page.read_text())]


def test_every_block_is_marked_as_one_that_is_executed() -> None:
    """Blocks that are ``runnable`` are those of every page: ``test_docs.py`` runs them."""
    marks = [mark for mark, _ in blocks()]
    assert len(marks) >= 8
    assert marks.count(" venue") == 1
    known = re.compile(rf"{DESK.pattern}| venue| runnable.*")
    assert [mark for mark in marks if not known.fullmatch(mark)] == []


def test_the_blocks_of_the_desk_run_in_order_at_go(tmp_path: Path) -> None:
    paths = go_root(tmp_path, whole=True)
    desk, ran = Terminal(makeable(paths.root)), set[str]()
    for mark, commands in blocks():
        found = DESK.fullmatch(mark)
        if found is not None:
            done = desk.runs(commands, clock=CLOCK)
            assert done.code == int(found[1] or 0), (commands, done)
            ran.update(line.strip() for line in commands.splitlines())
            _require_left(commands, done, paths)
    targets = ("report", "pilot-readiness", "monitors", "freshness-smoke", "telemetry-smoke")
    assert ran >= {f"make {target}" for target in (*targets, "pilot-bundle")}
    assert len(list((paths.root / "data/raw/kalshi").glob("2*/*/*/exec.jsonl"))) == 1


def _require_left(commands: str, done: Done, paths: Paths) -> None:
    if "make pilot-readiness" in commands:
        _require_keys(json.loads(paths.pilot_ready.read_bytes()))
        assert paths.scoreboard(7).is_file()
        assert paths.scoreboard(30).is_file()
    elif "--kill-switch on" in commands:
        assert done.out == f"kill switch on: {paths.kill_switch}\n"
    elif commands == "make monitors\n":
        # The command's own 3 is make's 2.
        assert "kill_switch ALERT" in done.out
        assert "Error 3" in done.err
    elif "--kill-switch off" in commands:
        assert b"**kill switch**: ON" in _member(paths, "README_pilot.md")
        stopped = json.loads(_member(paths, "reports/_artifacts/monitors/kill_switch.json"))
        assert (stopped["status"], stopped["blocks"]) == ("ALERT", True)


def _require_keys(decision: dict[str, Any]) -> None:
    """Every key of the decision that the run-book names."""
    assert decision["overall"].items() >= {"go": True, "no_go": False}.items()
    assert {"global_reasons", "sequential_alert_series", "freeze_violation_series"} <= set(
        decision["overall"]
    )
    assert set(decision["freshness"]) >= {"ledger_age_minutes", "monitors_age_minutes"}
    assert decision["data_freshness"]["required_feeds_ok"] is True
    for each in decision["series"]:
        assert {"size_multiplier", "drawdown", "cusum_state", "ev_honesty_bins"} <= set(each)
    bins = [row for each in decision["series"] for row in each["ev_honesty_bins"]]
    assert bins
    assert all({"weight", "cap", "badge"} <= set(row) for row in bins)


def _member(paths: Paths, name: str) -> bytes:
    archive = paths.pilot_bundle(STAMP).read_bytes()
    with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as opened:
        member = opened.extractfile(name)
        assert member is not None
        return member.read()
