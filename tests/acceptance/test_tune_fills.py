"""The run-book's refresh of fill ratio and slippage, as printed, and what scans make of it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta

import pytest

from desk import AT, CLOCK, Desk, Done, ledger_row
from kalshi_alpha.core.ledger.entry import LedgerMode
from kalshi_alpha.datastore.ledger import LedgerStore
from kalshi_alpha.datastore.paths import Paths

SNIPPET = """
from kalshi_alpha.core.execution import fillratio, slippage
fillratio.tune_alpha("CPI", lookback_days=14)
slippage.fit_slippage("CPI", lookback_days=14)
"""


def refresh(desk: Desk) -> Done:
    """Run the snippet in a process of its own, in the root, with no variable set for it."""
    environ = {k: v for k, v in os.environ.items() if not k.startswith("KALSHI")}
    done = subprocess.run(
        [sys.executable, "-"],
        input=SNIPPET,
        cwd=desk.root,
        env=environ,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def filled_before(desk: Desk) -> None:
    """Add twelve filled orders of the day before, each a tenth of the depth and a tick dearer."""
    rows = [
        ledger_row(
            mode=LedgerMode.OFFLINE,
            run_scope=f"run {i}",
            as_of=AT - timedelta(days=1),
            placed_at=AT - timedelta(days=1),
            price_e4=5000 + 100 * i,
            posted_e2=100 * (1 + i),
            filled_e2=100 * (1 + i),
            fee_e6=0,
            touch_e4=5000,
            touch_depth_e2=1000,
            tick_e4=100,
        )
        for i in range(12)
    ]
    LedgerStore(Paths(desk.root)).upsert(rows, AT)


def test_the_snippet_runs_as_printed_after_a_paper_run_and_says_the_cold_start(desk: Desk) -> None:
    assert desk.scan("--paper-ledger").code == 0

    done = refresh(desk)

    assert (done.code, done.out) == (0, "")
    [said] = done.err.splitlines()
    assert said.startswith("CPI: cold start, one tick per depth shown: ")
    assert said.endswith("of the 10 needed")
    ratio = desk.json("data/proc/state/fill_alpha.json")
    curve = desk.json("data/proc/state/slippage.json")
    assert ratio["generated_at"] == curve["generated_at"] == CLOCK
    assert ratio["series"]["CPI"]["n_orders"] == len(desk.ledger().filter(kind="filled")) > 0
    assert ratio["series"]["CPI"]["cold_start"] is False
    assert curve["series"]["CPI"]["cold_start"] is True
    # The next scan takes both as they are.
    document = desk.scan("--json", "--slippage-mode", "depth").document
    assert document["fill_alpha"]["alpha"] == pytest.approx(ratio["series"]["CPI"]["alpha"])


def test_without_a_ledger_the_snippet_names_it_and_writes_nothing(desk: Desk) -> None:
    done = refresh(desk)
    assert done.code == 1
    assert "ledger_all.parquet is not there: run a scan with --paper-ledger first" in done.err
    assert not (desk.root / "data").exists()


@pytest.mark.parametrize("command", ["scan", "daily"])
def test_the_newest_ratio_is_loaded_and_auto_refreshes_it_first(desk: Desk, command: str) -> None:
    run: Callable[..., Done] = desk.scan if command == "scan" else desk.daily
    run("--paper-ledger")
    state = desk.root / "data/proc/state/fill_alpha.json"
    run()
    assert not state.exists()
    run("--fill-alpha", "auto")
    first = desk.json("data/proc/state/fill_alpha.json")["series"]["CPI"]
    filled_before(desk)
    run()
    assert desk.json("data/proc/state/fill_alpha.json")["series"]["CPI"] == first
    assert desk.proposals()["fill_alpha"]["n_orders"] == first["n_orders"]
    run("--fill-alpha", "auto")
    second = desk.json("data/proc/state/fill_alpha.json")["series"]["CPI"]
    assert second["n_orders"] == first["n_orders"] + 12
    assert second["alpha"] > first["alpha"]
    assert desk.proposals()["fill_alpha"]["alpha"] == pytest.approx(second["alpha"])


def test_depth_mode_books_at_the_fitted_curve_and_the_impact_cap_overrides_its_own(
    desk: Desk,
) -> None:
    (desk.venue / "trades").rename(desk.venue / "no trades")

    def prices(*flags: str) -> list[int]:
        assert desk.scan("--paper-ledger", "--slippage-mode", "depth", *flags).code == 0
        table = desk.ledger().filter(kind="expected").sort("market_ticker", "side")
        assert table.height > 0
        return table["price_e4"].to_list()

    before = prices()
    filled_before(desk)
    refresh(desk)
    assert desk.json("data/proc/state/slippage.json")["series"]["CPI"]["cold_start"] is False
    after = prices()
    assert after != before
    assert all(dear >= cheap for dear, cheap in zip(after, before, strict=True))
    assert prices("--impact-cap", "0.1") < after


def test_a_torn_curve_stops_a_scan_in_depth_mode_alone(desk: Desk) -> None:
    desk.scan("--paper-ledger")
    path = desk.root / "data/proc/state/slippage.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text("{")
    assert desk.scan("--paper-ledger").code == 0
    stopped = desk.scan("--paper-ledger", "--slippage-mode", "depth")
    assert stopped.code == 4
    assert "slippage.json" in stopped.err
