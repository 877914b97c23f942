"""The page about many workers is made of measured figures, and of nothing that disagrees."""

from __future__ import annotations

import pytest

from scripts.scaling_page import Measured, Whole, scaling_page
from scripts.write_scaling import CASES

RESULTS = [
    Measured(
        *case,
        days=10,
        events=40,
        rows=2_000_000,
        read_bytes=20_000_000,
        gathered_bytes=40_000,
        orders=0 if case.tape == "depth" else 7,
        net_e6=-1_250_000,
        wall_s=5.0 / case.workers,
        cpu_s=8.0 if case.executor == "local" else 12.0,
        rss_mib=200.0,
        worker_rss_mib=150.0 if case.workers > 1 else 0.0,
        load=1.0,
        walls=(5.0 / case.workers, 6.0 / case.workers),
    )
    for case in CASES
]
RUNS = [Whole(21.0, 33.0, 240.0, 6, -1.0), Whole(20.0, 34.0, 250.0, 6, -1.0)]


def test_the_plan_follows_from_the_measured_figures() -> None:
    page = scaling_page(RESULTS, RUNS, "on a Thursday", 30_000_000_000)
    assert (
        "| weather tape: prints and quotes | 2 by dask | 2,000,000 | 10 | 2.5 | 12.0 | 6.0 |"
        in page
    )
    # 15,000 times two million rows, of twenty megabytes each, and of the twelve processor seconds
    # that Dask's workers took: it is they who are planned for, not the eight of one process.
    assert "| processor hours | 50 | 50 |" in page
    assert "| read by all workers, MiB/s | 318 | 318 |" in page
    assert "| Parquet, GiB | 279 | 279 |" in page
    assert "| bytes a row | 10.0 | 10.0 |" in page


def test_results_that_depend_on_who_replays_are_no_page() -> None:
    other = [*RESULTS[:-1], RESULTS[-1]._replace(net_e6=-1_250_001)]
    with pytest.raises(ValueError, match="results of depth depend on who replays it"):
        scaling_page(other, RUNS, "on a Thursday", 30_000_000_000)


def test_processes_are_compared_by_their_quickest_rounds_and_the_noise_is_told() -> None:
    page = " ".join(scaling_page(RESULTS, RUNS, "on a Thursday", 30_000_000_000).split())
    assert "the quickest of 2 rounds taken in turn: 2.5 s and 5.0 s, 2.00 times as fast" in page
    assert "Rounds took 5.0 to 6.0 s with one and 2.5 to 3.0 s with two." in page
    assert "20.0 s at best of 2 (20.0 to 21.0 s), 34.0 s of processors, 250 MiB" in page


def test_replays_after_stops_are_said_to_be_left_out_of_the_table() -> None:
    page = " ".join(scaling_page(RESULTS, RUNS, "on a Thursday", 30_000_000_000).split())
    assert "replays of the dates that stops change are left out" in page
    assert "those without stops (7 orders, -1.25)" in page
    assert "comes to 6 orders and -1.00" in page
