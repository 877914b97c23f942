"""The text format, and the dashboard's queries over it."""

from __future__ import annotations

import sys

import prometheus_client
import pytest
from prometheus_client.parser import text_string_to_metric_families

from kalshi_alpha.core.errors import NotBuilt
from kalshi_alpha.exec.metrics.exposition import metrics_text
from kalshi_alpha.exec.metrics.figures import figures_of
from runs import REPO
from scripts.promql import NotUnderstood, evaluated, panels_of
from shown_cases import AT, shown_desk

QUERIES = list(panels_of(REPO / "configs/grafana/kalshi-alpha.json"))


def test_what_is_written_reads_back_as_the_same_figures() -> None:
    text = metrics_text(shown_desk()).decode()
    read = {family.name: family for family in text_string_to_metric_families(text)}
    for figure in figures_of(shown_desk()):
        samples = {
            tuple(s.labels[name] for name in figure.labels): s.value
            for s in read[figure.name].samples
        }
        assert samples == dict(figure.samples)


def test_nothing_is_registered_for_everybody() -> None:
    before = prometheus_client.generate_latest()
    metrics_text(shown_desk())
    assert b"kalshi_alpha" not in prometheus_client.generate_latest()
    assert prometheus_client.generate_latest().count(b"# TYPE") == before.count(b"# TYPE")


@pytest.mark.parametrize(("panel", "query"), QUERIES)
def test_every_query_of_the_dashboard_returns_data(panel: str, query: str) -> None:
    text = metrics_text(shown_desk()).decode()
    assert evaluated(query, text, AT.timestamp()), panel


def test_a_query_of_a_figure_that_is_not_told_returns_nothing() -> None:
    text = metrics_text(shown_desk()).decode()
    assert evaluated("kalshi_alpha_desk_gone", text, 0.0) == {}
    assert evaluated('kalshi_alpha_desk_go{part="none"}', text, 0.0) == {}
    share = "kalshi_alpha_exposure_dollars / kalshi_alpha_exposure_limit_dollars"
    assert list(evaluated(share, text, 0.0).values()) == [0.8]


@pytest.mark.parametrize("query", ["rate(kalshi_alpha_fills[5m])", "kalshi_alpha_fills * 2", "a b"])
def test_a_query_beyond_the_small_language_is_refused(query: str) -> None:
    with pytest.raises(NotUnderstood):
        evaluated(query, "", 0.0)


def test_without_the_extra_it_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    with pytest.raises(NotBuilt, match=r"kalshi-alpha\[metrics\]"):
        metrics_text(shown_desk())
