"""As much of Prometheus' language as the dashboard's queries are written in, and no more.

A query is a selector, ``sum by``, ``max by`` or ``min by`` of one, the quotient or difference of
two with the same labels, or ``time() -`` one. Everything else is refused: a query that cannot be
evaluated here was never shown to return data.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

Labels = frozenset[tuple[str, str]]
Rows = dict[Labels, float]

_NAME = r"[a-z_:][a-z0-9_:]*"
_SELECTOR = re.compile(rf"({_NAME})(?:\{{(.*)\}})?")
_MATCHER = re.compile(r'([a-z_]+)(=~|!~|!=|=)"([^"]*)"')
_AGGREGATE = re.compile(r"(sum|max|min)(?: by \(([a-z_, ]*)\))? \((.*)\)")
_SAMPLE = re.compile(rf"({_NAME})(?:\{{(.*)\}})? (\S+)")
_LABEL = re.compile(r'([a-z_]+)="((?:[^"\\]|\\.)*)"')
_JOINED = re.compile(r"(.+?) (/|-) (.+)")


class NotUnderstood(ValueError):
    """A query uses what is not evaluated here."""


def panels_of(path: Path) -> Iterator[tuple[str, str]]:
    """Yield the title and the query of every target of a Grafana dashboard."""
    dashboard = json.loads(path.read_bytes())
    for panel in dashboard["panels"]:
        for target in panel.get("targets", ()):
            yield panel["title"], target["expr"]


def evaluated(expression: str, text: str, now: float) -> Rows:
    """Evaluate a query over what a page of metrics says.

    Parameters
    ----------
    expression
        The query.
    text
        The metrics.
    now
        What ``time()`` is.

    Raises
    ------
    NotUnderstood
        If the query is not of the language above.
    """
    found = expression.strip()
    if (match := _AGGREGATE.fullmatch(found)) is not None:
        return _aggregated(match[1], match[2] or "", evaluated(match[3], text, now))
    if (match := _JOINED.fullmatch(found)) is not None:
        left = None if match[1] == "time()" else evaluated(match[1], text, now)
        return _joined(left, match[2], evaluated(match[3], text, now), now)
    if (match := _SELECTOR.fullmatch(found)) is not None:
        return _selected(match[1], match[2] or "", text)
    raise NotUnderstood(expression)


def _selected(name: str, matchers: str, text: str) -> Rows:
    wanted = _MATCHER.findall(matchers)
    if ",".join(f'{n}{op}"{value}"' for n, op, value in wanted) != matchers.replace(" ", ""):
        raise NotUnderstood(matchers)
    rows: Rows = {}
    for line in text.splitlines():
        sample = _SAMPLE.fullmatch(line)
        if sample is None or sample[1] != name:
            continue
        labels = dict(_LABEL.findall(sample[2] or ""))
        if all(_holds(labels.get(n, ""), op, value) for n, op, value in wanted):
            rows[frozenset(labels.items())] = float(sample[3])
    return rows


def _holds(value: str, operator: str, wanted: str) -> bool:
    if operator in {"=~", "!~"}:
        return (re.fullmatch(wanted, value) is not None) == (operator == "=~")
    return (value == wanted) == (operator == "=")


def _aggregated(how: str, by: str, rows: Rows) -> Rows:
    kept = {name.strip() for name in by.split(",") if name.strip()}
    groups: dict[Labels, list[float]] = defaultdict(list)
    for labels, value in rows.items():
        groups[frozenset((n, v) for n, v in labels if n in kept)].append(value)
    return {labels: _reduced(how, values) for labels, values in groups.items()}


def _reduced(how: str, values: list[float]) -> float:
    if how == "sum":
        return sum(values)
    return max(values) if how == "max" else min(values)


def _joined(left: Rows | None, operator: str, right: Rows, now: float) -> Rows:
    if left is None:
        if operator != "-":
            raise NotUnderstood(f"time() {operator}")
        return {labels: now - value for labels, value in right.items()}
    both = left.keys() & right.keys()
    if operator == "-":
        return {labels: left[labels] - right[labels] for labels in both}
    return {labels: left[labels] / right[labels] for labels in both if right[labels]}
