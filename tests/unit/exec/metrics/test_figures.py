"""Which figures are told, under which names."""

from __future__ import annotations

import re

from kalshi_alpha.exec.metrics.figures import figures_of
from runs import REPO
from shown_cases import AT, TICKER, shown_desk

FIGURES = {each.name: each for each in figures_of(shown_desk())}
UNITS = ("seconds", "dollars", "ratio")
NEVER = ("_total", "_count", "_sum", "_bucket", "_days", "_hours", "_minutes", "_cents")
"""What Prometheus keeps for counters, histograms and summaries, and units that are not its own."""


def sample(name: str, *labels: str) -> float:
    return dict(FIGURES[f"kalshi_alpha_{name}"].samples)[labels]


def test_names_are_prometheus_own_and_each_is_told_once() -> None:
    assert len(FIGURES) == len(figures_of(shown_desk()))
    for name, figure in FIGURES.items():
        assert re.fullmatch(r"kalshi_alpha_[a-z][a-z_]*[a-z]", name)
        assert not name.endswith(NEVER)
        assert figure.help.endswith(".")
        for labels, _ in figure.samples:
            assert len(labels) == len(figure.labels)
        keys = [labels for labels, _ in figure.samples]
        assert len(keys) == len(set(keys)), name
    assert [name for name in FIGURES if name.endswith(UNITS)]


def test_every_figure_is_on_the_page_that_describes_them() -> None:
    page = (REPO / "docs/how-to/scrape-metrics.md").read_text()
    told = {name.removeprefix("kalshi_alpha_") for name in FIGURES}
    assert {name for name in told if f"`{name}`" not in page} == set()


def test_figures_are_the_desks() -> None:
    assert sample("desk_go", "all") == 0.0
    assert ("evidence",) not in dict(FIGURES["kalshi_alpha_desk_go"].samples)
    assert sample("desk_reasons", "kill_switch") == 1.0
    assert sample("desk_size_ratio") == 0.25
    assert sample("series_go", "CPI", "ramp") == 1.0
    assert sample("series_go", "CPI", "scan") == 0.0
    assert sample("monitor_alert", "websocket") == 1.0
    assert sample("monitor_alert", "ev_gap") == 1.0
    assert sample("monitor_figure", "drawdown", "dollars") == 120.5
    assert sample("feed_ok", "bls_cpi.latest_release", "yes") == 0.0
    assert sample("exposure_dollars", "pilot strike", TICKER, "sim") == 20.0
    assert sample("exposure_limit_dollars", "pilot strike", TICKER, "sim") == 25.0
    assert sample("profit_settled_dollars", "sim") == 1.0
    assert sample("fills", "sim", "open") == 1.0
    assert sample("orders", "journal", "resting") == 1.0
    assert sample("orders", "paper", "resting") == 0.0
    assert sample("orders_at_risk_dollars") == 3.4
    assert sample("kill_switch_on") == 1.0
    assert sample("heartbeat_age_seconds") == 3.0
    assert sample("alert_timestamp_seconds", "websocket") == AT.timestamp()
    assert sample("next_release_seconds", "KXCPI", "CPI") == 7200.0
    assert sample("scan_proposals", "CPI") == 1.0
    assert sample("file_ok", "ramp decision", "missing") == 0.0


def test_what_is_not_known_has_no_sample() -> None:
    assert ("TNEY", "scan") not in dict(FIGURES["kalshi_alpha_series_go"].samples)
    assert ("KXHIGHNY", "WEATHER") not in dict(FIGURES["kalshi_alpha_next_release_seconds"].samples)
