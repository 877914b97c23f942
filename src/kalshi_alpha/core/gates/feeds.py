"""The reading that sums up all feeds a run depends on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from kalshi_alpha.core.gates.freshness import FeedVerdict
from kalshi_alpha.core.gates.readings import Finding, Reading, ReadingName
from kalshi_alpha.core.gates.reasons import Reason


def required_feeds_ok(verdicts: Iterable[FeedVerdict], required: Collection[str]) -> bool:
    """Say whether every required feed was judged and is in order."""
    return not _failures(verdicts, required)


def feeds_reading(verdicts: Iterable[FeedVerdict], required: Collection[str]) -> Reading:
    """Return the reading of the feeds: one `STALE_FEEDS` finding per required feed not in order.

    Parameters
    ----------
    verdicts
        The feeds that were judged; those that no switched-on series needs are ignored.
    required
        Names of the feeds that switched-on series need. One that was not judged at all is
        missing.
    """
    failures = _failures(verdicts, required)
    findings = tuple(Finding(Reason.STALE_FEEDS, failures[feed]) for feed in sorted(failures))
    detail = "; ".join(finding.detail for finding in findings) or f"{len(set(required))} feeds ok"
    return Reading(ReadingName.FEEDS, findings, detail=detail)


def _failures(verdicts: Iterable[FeedVerdict], required: Collection[str]) -> Mapping[str, str]:
    """Return feed to detail; a feed judged twice is in order only if both verdicts are."""
    judged: dict[str, list[FeedVerdict]] = {feed: [] for feed in required}
    for verdict in verdicts:
        if verdict.feed in judged:
            judged[verdict.feed].append(verdict)
    failures = {}
    for feed, found in judged.items():
        wrong = sorted(verdict.detail for verdict in found if not verdict.ok)
        if wrong or not found:
            failures[feed] = wrong[0] if wrong else f"{feed}: missing, was not judged"
    return failures
