"""The figures in Prometheus' text format, from a registry of their own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kalshi_alpha.core.errors import NotBuilt
from kalshi_alpha.exec.desk.desk import Desk
from kalshi_alpha.exec.metrics.figures import Figure, figures_of

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
NEEDS_EXTRA = "metrics need the extra: pip install 'kalshi-alpha[metrics]'"


class _Collector:
    """Gives a registry the figures of one look."""

    def __init__(self, figures: tuple[Figure, ...]) -> None:
        self._figures = figures

    def collect(self) -> Iterator[Metric]:
        """Yield every figure."""
        from prometheus_client.metrics_core import GaugeMetricFamily

        for figure in self._figures:
            family = GaugeMetricFamily(figure.name, figure.help, labels=figure.labels)
            for labels, value in figure.samples:
                family.add_metric(labels, value)
            yield family


def metrics_text(desk: Desk) -> bytes:
    """Return the desk's figures as text.

    Raises
    ------
    NotBuilt
        If the extra ``[metrics]`` is not installed.
    """
    try:
        from prometheus_client import CollectorRegistry, generate_latest
    except ImportError as error:
        raise NotBuilt(NEEDS_EXTRA) from error
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collector(figures_of(desk)))
    return generate_latest(registry)
