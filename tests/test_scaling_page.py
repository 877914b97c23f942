"""The page about many workers is made of measured figures, and of nothing that disagrees."""

from __future__ import annotations

import pytest

from scripts.scaling_page import Measured, scaling_page
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
        cpu_s=8.0,
        rss_mib=200.0,
        worker_rss_mib=150.0 if case.workers > 1 else 0.0,
        load=1.0,
    )
    for case in CASES
]


def test_the_plan_follows_from_the_measured_figures() -> None:
    page = scaling_page(RESULTS, "on a Thursday", 30_000_000_000)
    assert (
        "| weather tape: prints and quotes | 2 by dask | 2,000,000 | 10 | 2.5 | 8.0 | 4.0 |" in page
    )
    # 15,000 times two million rows, of eight processor seconds and twenty megabytes each.
    assert "| processor hours | 33 | 33 |" in page
    assert "| Parquet, GiB | 279 | 279 |" in page
    assert "| bytes a row | 10.0 | 10.0 |" in page


def test_results_that_depend_on_who_replays_are_no_page() -> None:
    other = [*RESULTS[:-1], RESULTS[-1]._replace(net_e6=-1_250_001)]
    with pytest.raises(ValueError, match="results of depth depend on who replays it"):
        scaling_page(other, "on a Thursday", 30_000_000_000)
