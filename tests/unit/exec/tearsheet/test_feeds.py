from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from kalshi_alpha.exec.monitors.feed_rows import FeedRow
from kalshi_alpha.exec.tearsheet.canvas import Canvas
from kalshi_alpha.exec.tearsheet.facts import Facts
from kalshi_alpha.exec.tearsheet.feeds import feeds_picture


def test_each_required_feed_has_its_age_beside_what_was_due(
    facts: Facts, canvas: Canvas, all_drawn: Callable[..., None]
) -> None:
    found = feeds_picture(facts.desk.feeds, facts.at, canvas)
    # The nowcast of the sixth was the newest then, and the gate waits a week for the next.
    assert found.says == (
        "7 of 8 feeds hold the newest value that was due; cleveland_nowcast.monthly holds "
        "2024-12-06 for 2024-12-10, within its grace of 7 days."
    )
    assert found.n == "8 required feeds"
    assert found.table is not None
    rows = {row[0]: row for row in found.table.rows}
    # The CPI of October was printed on 13 November, 28 days before.
    assert rows["bls_cpi.latest_release"][2:4] == ("2024-11-13", "28")
    all_drawn(found, ("days old", "due days ago"), 1e-9)


def whole(facts: Facts) -> list[FeedRow]:
    """Return the required feeds, each holding what was due."""
    return [replace(each, newest_on=each.due_on) for each in facts.desk.feeds if each.required]


def test_a_late_feed_is_named_with_what_it_stops(facts: Facts, canvas: Canvas) -> None:
    first, *rest = whole(facts)
    rows = [replace(first, status="OVERDUE"), *rest]
    found = feeds_picture(rows, facts.at, canvas)
    assert found.says == (f"Not in order: {rows[0].feed} (OVERDUE). That stops every series.")


def test_without_a_value_it_says_how_to_get_one(facts: Facts, canvas: Canvas) -> None:
    rows = [replace(each, newest_on=None, status="MISSING") for each in facts.desk.feeds]
    found = feeds_picture(rows, facts.at, canvas)
    assert "8 required feeds, none with a value" in found.waits
    assert "datastore.ingest" in found.waits


def test_that_every_feed_holds_what_was_due_is_said_only_when_it_does(
    facts: Facts, canvas: Canvas
) -> None:
    rows = whole(facts)
    assert feeds_picture(rows, facts.at, canvas).says == (
        "Every feed holds the newest value that was due."
    )
    rows[0] = replace(rows[0], due_on=None, due_at=None)
    assert feeds_picture(rows, facts.at, canvas).says == (
        f"7 of 8 feeds hold the newest value that was due; of {rows[0].feed} no due date is known."
    )


def test_a_late_feed_hides_no_other_that_is_owed_a_value(facts: Facts, canvas: Canvas) -> None:
    first, second, *rest = whole(facts)
    assert second.due_on is not None
    behind = replace(second, newest_on=second.due_on - timedelta(days=1), grace_minutes=90)
    said = feeds_picture([replace(first, status="STALE"), behind, *rest], facts.at, canvas).says
    assert said.startswith(f"Not in order: {first.feed} (STALE). That stops every series. 6 of 8 ")
    assert said.endswith(f"for {second.due_on}, within its grace of 90 min.")
    alone = replace(first, newest_on=behind.newest_on, due_on=behind.due_on)
    assert feeds_picture([alone], facts.at, canvas).says.startswith("No feed holds the newest ")


def test_age_and_limit_carry_the_unit_that_they_are_judged_in(facts: Facts, canvas: Canvas) -> None:
    table = feeds_picture(facts.desk.feeds, facts.at, canvas).table
    assert table is not None
    assert table.head[-2:] == ("age", "at most")
    rows = {row[0]: row[-2:] for row in table.rows}
    assert rows["bls_cpi.latest_release"] == ("28 d", "35 d")
    assert rows["treasury_10y.daily"][1] == "3 bd"
