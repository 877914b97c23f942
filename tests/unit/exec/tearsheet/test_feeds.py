from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from kalshi_alpha.exec.tearsheet.canvas import Canvas
from kalshi_alpha.exec.tearsheet.facts import Facts
from kalshi_alpha.exec.tearsheet.feeds import feeds_picture


def test_each_required_feed_has_its_age_beside_what_was_due(
    facts: Facts, canvas: Canvas, all_drawn: Callable[..., None]
) -> None:
    found = feeds_picture(facts.desk.feeds, facts.at, canvas)
    assert found.says == "Every feed holds the newest value that was due."
    assert found.n == "8 required feeds"
    assert found.table is not None
    rows = {row[0]: row for row in found.table.rows}
    # The CPI of October was printed on 13 November, 28 days before.
    assert rows["bls_cpi.latest_release"][2:4] == ("2024-11-13", "28")
    all_drawn(found, ("days old", "due days ago"), 1e-9)


def test_a_late_feed_is_named_with_what_it_stops(facts: Facts, canvas: Canvas) -> None:
    rows = [replace(facts.desk.feeds[0], status="OVERDUE"), *facts.desk.feeds[1:]]
    found = feeds_picture(rows, facts.at, canvas)
    assert found.says == (f"Not in order: {rows[0].feed} (OVERDUE). That stops every series.")


def test_without_a_value_it_says_how_to_get_one(facts: Facts, canvas: Canvas) -> None:
    rows = [replace(each, newest_on=None, status="MISSING") for each in facts.desk.feeds]
    found = feeds_picture(rows, facts.at, canvas)
    assert "8 required feeds, none with a value" in found.waits
    assert "datastore.ingest" in found.waits
