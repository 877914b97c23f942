from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.dev import teny_checks
from kalshi_alpha.dev.teny_checks import Seen

AT = datetime(2024, 12, 12, 19, 45, tzinfo=UTC)
TODAY, CLOSE = date(2024, 12, 12), date(2024, 12, 11)
NAME = "TNEY-24DEC12"
REPORT = """# TNEY

Decision clock 2024-12-12T19:45:00Z (set); window: bond trading day.

## Verdict: GO

<!-- monitors:begin -->
| ev_honesty_shrink | 0.9 | share of the gross edge believed |
<!-- monitors:end -->
"""
FEED = {
    "feed": "treasury_10y.daily",
    "newest_on": "2024-12-11",
    "status": "ok",
    "detail": "treasury_10y.daily: ok",
}


def put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def put_json(path: Path, value: object) -> None:
    put(path, json.dumps(value))


def verdict(**changed: Any) -> dict[str, Any]:
    row = {"go": True, "generated_at": "2024-12-12T19:45:00Z", "feeds": [FEED], **changed}
    return {"series": {"TNEY": row}}


def put_report(paths: Paths, text: str) -> None:
    put(paths.report("TNEY", TODAY), text)
    put(paths.flat_report("TNEY", TODAY), text)


def put_proposals(paths: Paths, shrink: object) -> None:
    proposal = {"market_ticker": "M", "ev_shrink": shrink}
    put_json(paths.proposals / "TNEY/2024-12-12T194500Z.json", {"proposals": [proposal]})


def put_calendar(paths: Paths, day: date) -> None:
    paths.macro_calendar_latest.parent.mkdir(parents=True, exist_ok=True)
    row = {"date": [day], **{name: [False] for name in teny_checks.MARKERS}}
    pl.DataFrame(row).write_parquet(paths.macro_calendar_latest)


def put_stream(paths: Paths, at: datetime, dirty: str | None = None) -> None:
    row = {"received_at": at.isoformat(), "ticker": "M"}
    put(paths.orderbook(NAME) / "20241212_194500Z.jsonl", json.dumps(row) + "\n")
    lean = {"generated_at": at.isoformat(), "markets": [{"ticker": "M", "dirty": dirty}]}
    put_json(paths.orderbook_imbalance(NAME), lean)


@pytest.fixture
def seen(tmp_path: Path) -> Seen:
    paths = Paths(tmp_path)
    put_json(paths.go_no_go, verdict())
    put_report(paths, REPORT)
    put_proposals(paths, {"s": 0.9})
    paths.treasury_daily.mkdir(parents=True)
    pl.DataFrame({"curve_on": [CLOSE]}).write_parquet(paths.treasury_latest)
    (paths.treasury_daily / f"{CLOSE}.parquet").touch()
    put_calendar(paths, TODAY)
    put_stream(paths, AT)
    for page in (paths.scoreboard(7), paths.scoreboard(30), paths.pilot_readiness):
        put(page, "page")
    put_json(paths.pilot_ready, {"series": [{"series": "TNEY"}]})
    put(paths.monitor("summary"), "{}")
    said = "M: 3 frames in x\nconnections lost: 0\n"
    return Seen(paths, AT, AT, time.time() - 5.0, (NAME,), said, 0.9, (7, 30))


def every_check(seen: Seen) -> list[str]:
    checks = (
        *(teny_checks.stream, teny_checks.pipeline, teny_checks.monitors),
        *(teny_checks.readiness, teny_checks.scoreboard),
    )
    return [said for check in checks for said in check(seen)]


def test_a_whole_root_passes(seen: Seen) -> None:
    assert every_check(seen) == []
    listed = teny_checks.outputs(seen.paths, TODAY, (7, 30))
    assert all(path.is_file() for path in listed.values())


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda p: put_json(p.go_no_go, verdict(go=False)), "REPORT.md says GO, and"),
        (
            lambda p: put_json(p.go_no_go, verdict(generated_at="2024-12-12T19:45:01Z")),
            "are not of the same clock",
        ),
        (lambda p: put_json(p.go_no_go, {"series": {}}), "says nothing of TNEY"),
        (
            lambda p: put_report(p, REPORT.replace("| ev_honesty_shrink | 0.9 |", "")),
            "does not list ev_honesty_shrink 0.9",
        ),
        (lambda p: put_report(p, REPORT.replace("## Verdict", "## It")), "says nothing, and"),
        (lambda p: put(p.flat_report("TNEY", TODAY), "other"), "is not the report of"),
        (lambda p: p.report("TNEY", TODAY).unlink(), "REPORT.md is not there"),
        (lambda p: put_proposals(p, {"s": 1.0}), "M has no ev_shrink of 0.9"),
        (lambda p: put_proposals(p, {}), "M has no ev_shrink of 0.9"),
        (lambda p: p.treasury_latest.unlink(), "latest.parquet is not there"),
        (
            lambda p: put_json(
                p.go_no_go, verdict(feeds=[{**FEED, "status": "overdue", "detail": "overdue"}])
            ),
            "ends on 2024-12-11: overdue",
        ),
        (lambda p: (p.treasury_daily / f"{CLOSE}.parquet").unlink(), "2024-12-11.parquet is not"),
        (lambda p: put_calendar(p, CLOSE), "has no row of 2024-12-12"),
        (
            lambda p: pl.DataFrame({"date": [TODAY]}).write_parquet(p.macro_calendar_latest),
            "has no column is_fomc, is_cpi, is_jobs, is_claims",
        ),
        (lambda p: put_stream(p, AT - timedelta(minutes=1)), "no new row lies in"),
        (lambda p: put_stream(p, AT - timedelta(minutes=3)), "is 180 s old"),
        (lambda p: put_stream(p, AT, "stalled"), "has no figures of M"),
        (lambda p: p.orderbook_imbalance(NAME).unlink(), "TNEY-24DEC12.json is not there"),
        (lambda p: p.scoreboard(30).unlink(), "scoreboard_30d.md is not there"),
        (lambda p: os.utime(p.scoreboard(7), (0, 0)), "scoreboard_7d.md is of an earlier run"),
        (lambda p: put(p.pilot_readiness, ""), "pilot_readiness.md is empty"),
        (lambda p: put_json(p.pilot_ready, {"series": []}), "says nothing of TNEY"),
        (lambda p: p.monitor("summary").unlink(), "summary.json is not there"),
    ],
)
def test_each_thing_that_is_wrong_is_named(
    spoil: Callable[[Paths], object], said: str, seen: Seen
) -> None:
    spoil(seen.paths)
    assert any(said in each for each in every_check(seen))


@pytest.mark.parametrize("words", ["connections lost: 2\n", "nothing\n"])
def test_a_connection_that_was_lost_fails_the_stream(words: str, seen: Seen) -> None:
    (said,) = teny_checks.stream(replace(seen, said=words))
    assert "lost" in said
