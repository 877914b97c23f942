"""What each step of the ten-year smoke sequence must leave behind; each check returns complaints.

The files are read as anybody would read them, and not with the code that wrote them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from kalshi_alpha.core.schedule import new_york
from kalshi_alpha.datastore.paths import Paths

FRESH = timedelta(minutes=2)
MARKERS = ("is_fomc", "is_cpi", "is_jobs", "is_claims")
FAMILY = "TNEY"
_BLOCK = re.compile(r"<!-- monitors:begin -->(.*?)<!-- monitors:end -->", re.DOTALL)
_VERDICT = re.compile(r"^## Verdict: (GO|NO-GO)\b", re.MULTILINE)
_CLOCK = re.compile(r"^Decision clock (\S+)", re.MULTILINE)
_LOST = re.compile(r"^connections lost: (\d+)$", re.MULTILINE)


@dataclass(frozen=True)
class Seen:
    """A step that ended: its root, when it began and ended, and what it said.

    Attributes
    ----------
    since, until
        By the clock of the sequence.
    wall_s
        When it began by the file system's clock.
    names
        What ``ws_smoke`` was asked to follow.
    """

    paths: Paths
    since: datetime
    until: datetime
    wall_s: float
    names: tuple[str, ...]
    said: str
    shrink: float
    windows: tuple[int, ...]

    @property
    def today(self) -> date:
        """New York day of the clock."""
        return new_york(self.until).date()

    def unwritten(self, path: Path) -> list[str]:
        """Complain unless the step wrote a file."""
        if not path.is_file():
            return [f"{path} is not there"]
        # A file system may keep times to the second only.
        if path.stat().st_mtime < self.wall_s - 1.0:
            return [f"{path} is of an earlier run"]
        return [] if path.stat().st_size else [f"{path} is empty"]


def stream(seen: Seen) -> list[str]:
    """Ask for new rows of every name, a lean of the last two minutes, and no connection lost."""
    lost = _LOST.search(seen.said)
    found = [] if lost else ["ws_smoke does not say how many connections were lost"]
    if lost and lost[1] != "0":
        found.append(f"connections lost: {lost[1]}")
    for name in seen.names:
        found += _recorded(seen, name)
    return found


def _recorded(seen: Seen, name: str) -> Iterator[str]:
    folder, lean = seen.paths.orderbook(name), seen.paths.orderbook_imbalance(name)
    newest = max(folder.glob("*.jsonl"), default=None)
    rows = [] if newest is None else newest.read_text().splitlines()
    if not any(
        datetime.fromisoformat(json.loads(row)["received_at"]) >= seen.since for row in rows
    ):
        yield f"no new row lies in {folder}"
    if missing := seen.unwritten(lean):
        yield from missing
        return
    record = json.loads(lean.read_text())
    age = seen.until - datetime.fromisoformat(record["generated_at"])
    if age > FRESH:
        yield f"{lean} is {age.total_seconds():.0f} s old"
    dirty = [each["ticker"] for each in record.get("markets", [record]) if each["dirty"]]
    if dirty:
        yield f"{lean} has no figures of {', '.join(dirty)}"


def pipeline(seen: Seen) -> list[str]:
    """Ask for report, badge, shrink and tables, as the checklist prints them."""
    artifact, report = seen.paths.go_no_go, seen.paths.report(FAMILY, seen.today)
    missing = seen.unwritten(artifact) + seen.unwritten(report)
    if missing:
        return missing
    document = json.loads(artifact.read_text())
    verdict = document["series"].get(FAMILY)
    if verdict is None:
        return [f"{artifact} says nothing of {FAMILY}"]
    text = report.read_text()
    return [
        *_badge(text, verdict, report, artifact),
        *_shrink_listed(text, report, seen.shrink),
        *_shrink_kept(seen, verdict),
        *_same_text(seen, text),
        *tables(seen, verdict["feeds"]),
    ]


def _badge(text: str, verdict: dict[str, Any], report: Path, artifact: Path) -> Iterator[str]:
    badge, clock = _VERDICT.search(text), _CLOCK.search(text)
    said = "nothing" if badge is None else badge[1]
    wanted = "GO" if verdict["go"] else "NO-GO"
    if said != wanted:
        yield f"{report} says {said}, and {artifact} {wanted}"
    if clock is None or clock[1][:19] != verdict["generated_at"][:19]:
        yield f"{report} and {artifact} are not of the same clock"


def _shrink_listed(text: str, report: Path, shrink: float) -> Iterator[str]:
    block = _BLOCK.search(text)
    listed = "" if block is None else block[1]
    if f"| ev_honesty_shrink | {shrink:g} |" not in listed:
        yield f"the monitors block of {report} does not list ev_honesty_shrink {shrink:g}"


def _shrink_kept(seen: Seen, verdict: dict[str, Any]) -> Iterator[str]:
    at = datetime.fromisoformat(verdict["generated_at"])
    path = seen.paths.proposals / FAMILY / f"{at:%Y-%m-%dT%H%M%SZ}.json"
    if missing := seen.unwritten(path):
        yield from missing
        return
    for proposal in json.loads(path.read_text())["proposals"]:
        if proposal.get("ev_shrink", {}).get("s") != seen.shrink:
            yield f"{path}: {proposal['market_ticker']} has no ev_shrink of {seen.shrink:g}"


def _same_text(seen: Seen, text: str) -> Iterator[str]:
    flat = seen.paths.flat_report(FAMILY, seen.today)
    if not flat.is_file() or flat.read_text() != text:
        yield f"{flat} is not the report of the dated folder"


def tables(seen: Seen, feeds: Sequence[dict[str, Any]]) -> list[str]:
    """Ask for the newest close that could have been published, and today's row of releases."""
    import polars as pl

    closes, calendar = seen.paths.treasury_latest, seen.paths.macro_calendar_latest
    found = [f"{path} is not there" for path in (closes, calendar) if not path.is_file()]
    if found:
        return found
    newest = str(pl.read_parquet(closes)["curve_on"].cast(pl.String).max())
    (feed,) = [each for each in feeds if each["feed"] == "treasury_10y.daily"]
    if newest != feed["newest_on"] or feed["status"] != "ok":
        found.append(f"{closes} ends on {newest}: {feed['detail']}")
    day = seen.paths.treasury_daily / f"{newest}.parquet"
    if not day.is_file():
        found.append(f"{day} is not there")
    rows = pl.read_parquet(calendar)
    if absent := [name for name in MARKERS if name not in rows.columns]:
        found.append(f"{calendar} has no column {', '.join(absent)}")
    if rows.filter(pl.col("date") == seen.today).is_empty():
        found.append(f"{calendar} has no row of {seen.today}")
    return found


def monitors(seen: Seen) -> list[str]:
    """Ask for the summary of this run."""
    return seen.unwritten(seen.paths.monitor("summary"))


def readiness(seen: Seen) -> list[str]:
    """Ask for the decision and its page, with a row of the family."""
    missing = seen.unwritten(seen.paths.pilot_ready) + seen.unwritten(seen.paths.pilot_readiness)
    if missing:
        return missing
    rows = json.loads(seen.paths.pilot_ready.read_text())["series"]
    if all(row["series"] != FAMILY for row in rows):
        return [f"{seen.paths.pilot_ready} says nothing of {FAMILY}"]
    return []


def scoreboard(seen: Seen) -> list[str]:
    """Ask for a page a window, and the page of readiness, all of this run."""
    pages = [seen.paths.scoreboard(days) for days in seen.windows]
    return [said for page in (*pages, seen.paths.pilot_readiness) for said in seen.unwritten(page)]


def outputs(paths: Paths, today: date, windows: Sequence[int]) -> dict[str, Path]:
    """Return where everything lies, by its name."""
    return {
        "report": paths.report(FAMILY, today),
        "go/no-go": paths.go_no_go,
        **{f"scoreboard {days} d": paths.scoreboard(days) for days in windows},
        "readiness": paths.pilot_readiness,
        "readiness, for machines": paths.pilot_ready,
        "monitors": paths.monitor("summary"),
    }
