from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from kalshi_alpha.datastore.tables import FeedStore
from kalshi_alpha.strategies.strategy import Outcome, Row
from kalshi_alpha.strategies.teny.closes import SeriesMismatch
from kalshi_alpha.strategies.teny.outcomes import outcomes

POSTED = datetime(2024, 12, 12, 22, 10, tzinfo=UTC)
KEY = ("par_yield_10y", date(2024, 12, 12))


def test_a_close_settles_once_it_was_received_and_not_before(store: FeedStore) -> None:
    found = outcomes(lambda feed: store.rows(feed, POSTED), POSTED)
    assert found[KEY] == Outcome(432, POSTED)
    assert len(found) == 28
    before = POSTED - timedelta(seconds=1)
    assert KEY not in outcomes(lambda feed: store.rows(feed, POSTED), before)


def test_nothing_settles_on_a_contradiction(tables: dict[str, list[Row]]) -> None:
    other = {**tables["treasury_yields"][-1], "series_id": "DGS10", "yield_bp": 1}
    with pytest.raises(SeriesMismatch):
        outcomes(lambda feed: [*tables[feed], other], POSTED)
