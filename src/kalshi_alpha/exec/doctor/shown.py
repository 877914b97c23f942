"""The doctor's findings as a table, and as a document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from kalshi_alpha.exec.doctor.finding import Finding, Status

SCHEMA = 1
_WORDS = {
    Status.OK: "ok",
    Status.WARN: "WARN",
    Status.FAIL: "FAIL",
    Status.NOT_APPLICABLE: "n/a",
}
_CELL = 72  # a sentence that leaves the table readable; the whole of it stands below


def document(findings: Sequence[Finding], root: Path, at: datetime) -> dict[str, Any]:
    """Return what ``--json`` prints; the mode is added by whoever prints it."""
    counts = Counter(each.status for each in findings)
    return {
        "schema": SCHEMA,
        "generated_at": at,
        "root": str(root),
        "healthy": not counts[Status.FAIL],
        "counts": {status.value: counts[status] for status in Status},
        "checks": findings,
    }


def lines(
    findings: Sequence[Finding],
    root: Path,
    table: Callable[[Sequence[str], Iterable[Sequence[str]]], list[str]],
) -> list[str]:
    """Return the table, then cause and remedy of every trouble, then the sum."""
    rows = [(each.name, _WORDS[each.status], _cut(each.found)) for each in findings]
    said = [f"doctor: {root}", "", *table(("check", "state", "found"), rows)]
    for each in findings:
        if each.is_trouble:
            said += ["", *trouble(each)]
    counts = Counter(each.status for each in findings)
    well = f"{counts[Status.OK]} ok, {counts[Status.WARN]} to watch"
    rest = f"{counts[Status.FAIL]} failed, {counts[Status.NOT_APPLICABLE]} not applicable"
    return [*said, "", f"{len(findings)} checks: {well}, {rest}"]


def trouble(finding: Finding) -> list[str]:
    """Return what is wrong, why that matters, and what to do."""
    return [
        f"{_WORDS[finding.status]} {finding.name}: {finding.found}",
        f"  cause:  {finding.cause}",
        f"  remedy: {finding.remedy}",
    ]


def brief(finding: Finding) -> str:
    """Return a trouble on one line."""
    return f"{finding.name}: {finding.found}; {finding.remedy}"


def _cut(text: str) -> str:
    return text if len(text) <= _CELL else f"{text[: _CELL - 4]} ..."
