"""Why a run's exit code speaks of a feed, beside a verdict that may be GO all the same."""

from __future__ import annotations

from collections.abc import Iterable

from kalshi_alpha.config.settings import Settings
from kalshi_alpha.datastore.feed_summary import FeedSummary
from kalshi_alpha.exec.output import EXIT_FEED


def feed_failure_line(settings: Settings, ingested: Iterable[FeedSummary], *, go: bool) -> str:
    """Return the verdict, the feeds that failed and the exit code in one line; empty if none did.

    A feed that no rule requires leaves the verdict alone and fails the run: its values are
    missed by the forecast, and nobody would look for it behind a GO and a code of zero.
    """
    failed = [summary for summary in ingested if summary.errors]
    if not failed:
        return ""
    required = required_sources(settings)
    said = [f"verdict {'GO' if go else 'NO-GO'}"]
    for summary in failed:
        # The whole list is in the log; a line is for one cause a feed.
        cause = summary.errors[0].splitlines()[0]
        said.append(
            f"feed {summary.source} failed{_need(summary.source, required, go=go)} ({cause})"
        )
    return "; ".join([*said, f"exit {EXIT_FEED}"])


def _need(source: str, required: frozenset[str], *, go: bool) -> str:
    if source in required:
        return " and is required"
    # The calendar has no rule of its own, and its loss can be what refused the run.
    return " and is not required" if go else ""


def required_sources(settings: Settings) -> frozenset[str]:
    """Return the feeds whose freshness the gate requires."""
    feeds = settings.freshness.feeds
    rules = {rule for series in settings.series.enabled for rule in series.feeds}
    return frozenset(feeds[rule].source for rule in rules)
