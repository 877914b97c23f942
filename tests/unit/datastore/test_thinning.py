from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kalshi_alpha.core.errors import MissingData, TornFile
from kalshi_alpha.datastore.feeds import Payload
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.tables import FeedStore
from kalshi_alpha.datastore.take_in import take_in
from kalshi_alpha.datastore.thinning import day_of, origins, thinnings
from made_up_feed import FEED

START = datetime(2025, 6, 1, 12, tzinfo=UTC)
NEVER = datetime(2030, 1, 1, tzinfo=UTC)


def received(root: Path, values: list[int]) -> FeedStore:
    """Take in a reading every eight hours: three payloads a day."""
    store = FeedStore(Paths(root))
    payloads = [
        Payload("feed", f"2025-06-01={value}".encode(), START + timedelta(hours=8 * n))
        for n, value in enumerate(values)
    ]
    take_in(FEED, payloads, store, NEVER)
    return store


def thin(root: Path, before: date = date(2026, 1, 1)) -> None:
    for each in thinnings(Paths(root), "feed", before):
        each.apply()


def rebuilt(root: Path, elsewhere: Path) -> list[dict[str, object]]:
    kept = list(FeedStore(Paths(root)).raw.payloads("feed"))
    store = FeedStore(Paths(elsewhere))
    take_in(FEED, kept, store, NEVER)
    return store.table(FEED.table).vintages(NEVER).to_dicts()


@settings(max_examples=15)
@given(st.lists(st.integers(0, 2), min_size=1, max_size=12))
def test_a_thinned_feed_rebuilds_the_same_table(values: list[int]) -> None:
    with (
        TemporaryDirectory() as one,
        TemporaryDirectory() as other,
        pytest.MonkeyPatch.context() as patch,
    ):
        # What is tested is what is kept, not that the disk keeps it.
        patch.setattr("os.fsync", lambda _: None)
        store = received(Path(one), values)
        thin(Path(one))
        whole = store.table(FEED.table).vintages(NEVER).to_dicts()
        assert rebuilt(Path(one), Path(other)) == whole


def test_what_brought_nothing_goes_and_the_last_of_the_day_stays(tmp_path: Path) -> None:
    received(tmp_path, [1, 1, 1, 1, 1, 1])
    thin(tmp_path)
    kept = FeedStore(Paths(tmp_path)).raw.receipts("feed")
    # The first brought the row; the newest day of a feed is left whole.
    assert [(each.retrieved_at - START) / timedelta(hours=8) for each in kept] == [0, 1, 4, 5]
    thin(tmp_path)
    assert FeedStore(Paths(tmp_path)).raw.receipts("feed") == kept


def test_days_from_the_limit_on_are_left_alone(tmp_path: Path) -> None:
    received(tmp_path, [1] * 9)
    thin(tmp_path, before=date(2025, 6, 1))
    assert len(FeedStore(Paths(tmp_path)).raw.receipts("feed")) == 9


def test_a_feed_without_a_table_is_left_alone(tmp_path: Path) -> None:
    store = FeedStore(Paths(tmp_path))
    store.raw.keep(Payload("feed", b"abc", START), "txt")
    with pytest.raises(MissingData, match="ingest first"):
        list(thinnings(Paths(tmp_path), "feed", date(2026, 1, 1)))


def test_a_table_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    received(tmp_path, [1])
    (file,) = Paths(tmp_path).table("feed").rglob("*.parquet")
    file.write_bytes(b"no table")
    with pytest.raises(TornFile, match="vintages"):
        origins(Paths(tmp_path).table("feed"))


def test_a_folder_that_no_day_names_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TornFile, match="not named by a day"):
        day_of(tmp_path / "2025" / "13" / "01")
