"""The chapters of the run-book that need a venue: as printed, at one exchange on this machine.

The exchange practises the ten-year close of 12 December 2024; placeholders are filled for it. The
smoke sequence of that close is walked by ``test_pilot_teny.py``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from desk import Done
from kalshi_alpha.datastore.paths import Paths
from run_book import Terminal, makeable
from scripts.served_exchange import ServedExchange, served

CONTRACT = "TNEY-24DEC12-T4.32"
FLAGS = (
    *("--as-of", "2024-12-12T19:45:00Z", "--series", "KXUST10AD"),
    *("--seed", "3", "--pace", "20", "--tier", "premier"),
)
SMOKE = "python -m kalshi_alpha.dev.sanity_check --live-smoke --env sim"
WS_SMOKE = f"python -m kalshi_alpha.dev.ws_smoke --tickers {CONTRACT} --run-seconds 1"
PILOT = (
    "python -m kalshi_alpha.exec.runners.pilot --series TNEY --pilot-config configs/pilot.yaml "
    "--broker live --i-understand-the-risks --run-seconds 1 --quiet"
)


@pytest.fixture
def exchange(tmp_path: Path) -> Iterator[ServedExchange]:
    with served(tmp_path, *FLAGS) as listening:
        yield listening


def test_the_venue_chapters_run_as_printed(exchange: ServedExchange) -> None:
    exported = {name: value for name, value in exchange.environ.items() if "KALSHI" in name}
    desk, paths = Terminal(makeable(exchange.home), exported), Paths(exchange.home)

    in_order(desk.runs("make live-smoke"))
    asked = in_order(desk.types(SMOKE))
    assert asked.out.count("\nok ") == 2
    in_order(desk.types(WS_SMOKE))
    require_followed(paths)

    held = desk.runs(PILOT)
    assert (held.code, held.out, held.err) == (0, "", "")
    require_session(paths)
    assert exchange.orders("resting") == []


def in_order(done: Done) -> Done:
    assert (done.code, done.err) == (0, ""), done
    return done


def require_followed(paths: Paths) -> None:
    """Snapshots were appended, and the lean of the books is of the exchange's time."""
    [recorded] = paths.orderbook(CONTRACT).iterdir()
    lines = recorded.read_text().splitlines()
    assert lines
    assert all(json.loads(line) for line in lines)
    lean = json.loads(paths.orderbook_imbalance(CONTRACT).read_bytes())
    assert lean["ticker"] == CONTRACT
    assert lean["generated_at"].startswith("2024-12-12T19:45:")


def require_session(paths: Paths) -> None:
    """The last session is told with every key that the run-book names."""
    session = json.loads(paths.pilot_session.read_bytes())
    assert session["family"] == "TNEY"
    named = {"cusum_state", "fill_realism_gap", "alerts_summary", "orders_filled", "trades"}
    assert named <= set(session)
