"""The chapters of the run-book that need a venue: as printed, at one exchange on this machine.

The exchange practises the ten-year close of 12 December 2024; placeholders are filled for it. The
smoke sequence of that close is walked by ``test_pilot_teny.py``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from kalshi_alpha.datastore.paths import Paths
from run_book import BLOCK, Terminal, makeable
from runs import REPO
from scripts.served_exchange import ServedExchange, served

PAGE = REPO / "docs/runbook/README.md"
FLAGS = (
    *("--as-of", "2024-12-12T19:45:00Z", "--series", "KXUST10AD"),
    *("--seed", "3", "--pace", "20", "--tier", "premier"),
)
INGEST = "python -m kalshi_alpha.datastore.ingest --all --online --force-refresh"
SMOKE = "python -m kalshi_alpha.dev.sanity_check --live-smoke --env sim"
CONTRACT = "TNEY-24DEC12-T4.32"


@pytest.fixture
def exchange(tmp_path: Path) -> Iterator[ServedExchange]:
    with served(tmp_path, *FLAGS) as listening:
        yield listening


def test_the_venue_chapters_run_as_printed(exchange: ServedExchange) -> None:
    """What the operator's page types at a venue, in a shell; only its waiting is cut short."""
    exported = {name: value for name, value in exchange.environ.items() if "KALSHI" in name}
    desk, paths = Terminal(makeable(exchange.home), exported), Paths(exchange.home)
    [block] = [lines for mark, lines in BLOCK.findall(PAGE.read_text()) if mark == " venue"]
    typed, *_ = re.subn(r"--run-seconds \d+", "--run-seconds 1", block)
    assert len(typed.splitlines()) == 4
    done = desk.runs(typed)
    assert done.code == 0, done
    assert "\nok   GET /portfolio/balance" in done.out
    assert "connections lost: 0\n" in done.out
    require_report(paths)
    require_session(paths)
    assert exchange.orders("resting") == []

    ingested = desk.types(INGEST)
    assert ingested.code == 0, ingested
    assert "11 ok\n" in ingested.out

    asked = desk.types(SMOKE)
    assert (asked.code, asked.out.count("\nok ")) == (0, 2)
    smoke = f"python -m kalshi_alpha.dev.ws_smoke --tickers {CONTRACT} --run-seconds 0.5"
    assert desk.types(smoke).code == 0
    require_followed(paths)


def require_report(paths: Paths) -> None:
    """The badge of the report is that of the verdict, and the shrink is told."""
    report = paths.flat_report("TNEY", date(2024, 12, 12)).read_text()
    verdict = json.loads(paths.go_no_go.read_bytes())["series"]["TNEY"]
    assert verdict["go"] is True
    assert "## Verdict: GO\n" in report
    assert "| ev_honesty_shrink | 0.9 |" in report


def require_followed(paths: Paths) -> None:
    """Snapshots were appended, and the lean of the books is of the exchange's time."""
    for name in ("TNEY-24DEC12", CONTRACT):
        [recorded] = paths.orderbook(name).iterdir()
        lines = recorded.read_text().splitlines()
        assert lines
        assert all(json.loads(line) for line in lines)
        lean = json.loads(paths.orderbook_imbalance(name).read_bytes())
        assert lean["ticker"] == name
        assert lean["generated_at"].startswith("2024-12-12T19:4")


def require_session(paths: Paths) -> None:
    """The last session is told with every key that the run-book names."""
    session = json.loads(paths.pilot_session.read_bytes())
    assert session["family"] == "TNEY"
    named = {"cusum_state", "fill_realism_gap", "alerts_summary", "orders_filled", "trades"}
    named |= {"delta_bps", "t_stat", "refused"}
    assert named <= set(session)
