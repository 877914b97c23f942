"""How old each feed's newest value is, against the one that was due."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from kalshi_alpha.core.gates import AgeUnit, grace_told
from kalshi_alpha.core.schedule import new_york
from kalshi_alpha.exec.monitors.feed_rows import OK, FeedRow
from kalshi_alpha.exec.tearsheet.canvas import Canvas, axes, halo, key_above
from kalshi_alpha.exec.tearsheet.palette import BAD, GOOD, SOFT
from kalshi_alpha.exec.tearsheet.picture import Picture, Table, waiting

if TYPE_CHECKING:
    from matplotlib.figure import Figure

KEY, TITLE = "feeds", "Are the inputs as new as they should be?"
_ROW, _TOP, _BOTTOM = 20, 30, 38


def feeds_picture(rows: Sequence[FeedRow], at: datetime, canvas: Canvas) -> Picture:
    """Draw the ages of the feeds that a series needs, as they were judged at the clock."""
    feeds = [each for each in rows if each.required]
    today = new_york(at).date()
    if not any(each.newest_on is not None for each in feeds):
        return waiting(
            KEY,
            TITLE,
            needs="one value of a required feed",
            have=f"{len(feeds)} required feeds, none with a value",
            when="It comes with the first scan, or with python -m kalshi_alpha.datastore.ingest.",
            unit="days",
        )
    height = _TOP + _BOTTOM + _ROW * len(feeds)
    return Picture(
        key=KEY,
        title=TITLE,
        says=" ".join(_says(feeds)),
        how=(
            "Dot: date of the newest value held; a cross where the gate calls it out of order. "
            "Bar: date of the newest that was due by then, by the publisher's calendar; the gate "
            "waits for it as long as the feed's grace. Age and limit count days (d), or business "
            "days of the bond market (bd)."
        ),
        n=f"{len(feeds)} required feeds",
        span=f"as known at {at:%Y-%m-%d %H:%M} UTC",
        unit="days before the clock",
        svg=canvas.draw(KEY, TITLE, lambda figure: _paint(figure, feeds, today, height), height),
        table=Table(
            (
                "feed",
                "status",
                "newest",
                "days old",
                "due",
                "due days ago",
                "due at",
                "age",
                "at most",
            ),
            tuple(
                (
                    each.feed,
                    each.status,
                    str(each.newest_on or "-"),
                    _days(_ago(each.newest_on, today)),
                    str(each.due_on or "-"),
                    _days(_ago(each.due_on, today)),
                    "-" if each.due_at is None else f"{each.due_at:%Y-%m-%dT%H:%MZ}",
                    "-" if each.age_days is None else f"{each.age_days} {_unit(each)}",
                    f"{each.max_age_days} {_unit(each)}",
                )
                for each in feeds
            ),
        ),
    )


def _says(feeds: Sequence[FeedRow]) -> Iterator[str]:
    """Yield what is out of order, then which feeds hold what was due, and what the others hold."""
    wrong = [each for each in feeds if each.status != OK]
    if wrong:
        named = ", ".join(f"{each.feed} ({each.status})" for each in wrong)
        yield f"Not in order: {named}. That stops every series."
    fine = [each for each in feeds if each.status == OK]
    owed = [each for each in fine if not _holds_due(each)]
    if not wrong and not owed:
        yield "Every feed holds the newest value that was due."
    elif owed:
        held = len(fine) - len(owed)
        told = "; ".join(map(_owes, owed))
        some = f"{held} of {len(feeds)} feeds hold" if held else "No feed holds"
        yield f"{some} the newest value that was due; {told}."


def _holds_due(feed: FeedRow) -> bool:
    due, newest = feed.due_on, feed.newest_on
    return due is not None and newest is not None and newest >= due


def _owes(feed: FeedRow) -> str:
    if feed.due_on is None:
        return f"of {feed.feed} no due date is known"
    grace = grace_told(timedelta(minutes=feed.grace_minutes))
    return f"{feed.feed} holds {feed.newest_on} for {feed.due_on}, within its grace of {grace}"


def _unit(feed: FeedRow) -> str:
    return "bd" if feed.unit is AgeUnit.BUSINESS_DAYS else "d"


def _ago(day: date | None, today: date) -> int | None:
    return None if day is None else (today - day).days


def _days(value: int | None) -> str:
    return "-" if value is None else str(value)


def _paint(figure: Figure, feeds: Sequence[FeedRow], today: date, height: float) -> None:
    plot = axes(figure, (142, 12, _TOP, _BOTTOM), height)
    held = [_ago(each.newest_on, today) for each in feeds]
    due = [_ago(each.due_on, today) for each in feeds]
    known = [(days, y) for y, days in enumerate(due) if days is not None]
    if known:
        xs, ys = zip(*known, strict=True)
        plot.plot(xs, ys, "|", color=SOFT, markersize=15, markeredgewidth=3, label="was due")
    for fine, colour, mark, label in ((True, GOOD, "o", "held"), (False, BAD, "X", "not in order")):
        own = [
            (days, y)
            for y, (days, feed) in enumerate(zip(held, feeds, strict=True))
            if days is not None and (feed.status == OK) is fine
        ]
        if own:
            xs, ys = zip(*own, strict=True)
            plot.plot(xs, ys, mark, color=colour, markersize=7, label=label, **halo())
    most = max([1, *(days for days in (*held, *due) if days is not None)])
    plot.set(xlim=(-0.04 * most - 0.2, 1.05 * most), ylim=(len(feeds) - 0.4, -0.6))
    plot.set_yticks(range(len(feeds)), [_short(each.feed) for each in feeds])
    plot.set_xlabel("days before the clock")
    plot.tick_params(axis="y", length=0)
    plot.spines["left"].set_visible(False)
    plot.locator_params(axis="x", nbins=6, integer=True)
    plot.grid(axis="x")
    key_above(plot)


def _short(feed: str) -> str:
    return feed.replace("nws_daily_climate", "nws_climate").replace("_", " ")
