from __future__ import annotations

import csv
import json
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from kalshi_alpha.core.errors import NewerSchema, TornFile
from kalshi_alpha.core.ledger.entry import ClockSource, EntryKind, LedgerEntry, LedgerMode
from kalshi_alpha.core.ledger.rows import ADDED, COLUMNS, to_row
from kalshi_alpha.core.types import Side
from kalshi_alpha.datastore import ledger
from kalshi_alpha.datastore.exclusive import FileBusy
from kalshi_alpha.datastore.ledger import LEDGER_SCHEMA, LedgerStore
from kalshi_alpha.datastore.paths import Paths

NOW = datetime(2025, 6, 11, 10, 30, tzinfo=UTC)
ENTRY = LedgerEntry(
    mode=LedgerMode.PAPER,
    environment="prod",
    clock_source=ClockSource.SYSTEM,
    kind=EntryKind.FILLED,
    as_of=NOW,
    run_scope="daily",
    series="KXCPI",
    event_ticker="KXCPI-25MAY",
    market_ticker="KXCPI-25MAY-T0.2",
    family="cpi",
    quantity="cpi_mom",
    risk_unit="cpi-2025-05",
    side=Side.NO,
    strike="greater 0.2",
    price_e4=5500,
    posted_e2=1000,
    filled_e2=400,
    fee_e6=0,
    p=0.62,
    shrink=0.9,
    w_bin=1.0,
    adverse=0.005,
    placed_at=NOW,
    pmf_sha256="0" * 64,
)
OTHER_PRICE = replace(ENTRY, price_e4=5600)
SETTLED = replace(ENTRY, settled_at=NOW + timedelta(hours=3), outcome=1, payout_e6=4_000_000)


@pytest.fixture
def store(tmp_path: Path) -> LedgerStore:
    return LedgerStore(Paths(tmp_path))


def test_a_ledger_that_does_not_exist_is_empty(store: LedgerStore) -> None:
    assert (store.entries(), store.generated_at()) == ([], None)


def test_entries_come_back_as_they_went_in_with_the_time_of_writing(store: LedgerStore) -> None:
    assert store.upsert([OTHER_PRICE, ENTRY], NOW) == 2
    assert sorted(store.entries(), key=lambda e: e.price_e4) == [ENTRY, OTHER_PRICE]
    assert store.generated_at() == NOW


def test_a_settlement_replaces_the_fill_it_settles(store: LedgerStore) -> None:
    store.upsert([ENTRY], NOW)
    assert store.upsert([SETTLED], NOW) == 1
    assert store.entries() == [SETTLED]


def test_a_run_repeated_at_its_clock_replaces_its_rows_and_no_others(store: LedgerStore) -> None:
    other_event = replace(ENTRY, event_ticker="KXCPIYOY-25MAY")
    later = replace(ENTRY, as_of=NOW + timedelta(days=1))
    store.replace_runs([ENTRY, other_event, later], NOW)
    assert store.replace_runs([OTHER_PRICE], NOW) == 3
    assert {e.entry_id for e in store.entries()} == {
        e.entry_id for e in (OTHER_PRICE, other_event, later)
    }


def test_the_same_entries_give_the_same_bytes_in_any_order(
    store: LedgerStore, tmp_path: Path
) -> None:
    store.upsert([ENTRY, OTHER_PRICE], NOW)
    first = Paths(tmp_path).ledger_all.read_bytes()
    Paths(tmp_path).ledger_all.unlink()
    store.upsert([OTHER_PRICE, ENTRY], NOW)
    assert Paths(tmp_path).ledger_all.read_bytes() == first


def test_other_programs_read_every_column_typed(store: LedgerStore, tmp_path: Path) -> None:
    store.upsert([ENTRY], NOW)
    frame = pl.read_parquet(tmp_path / "data/proc/ledger_all.parquet")
    assert frame.columns == [name for name, _ in COLUMNS]
    assert frame["filled_e2"].sum() == 400


def test_artifacts_say_the_same_as_text(store: LedgerStore, tmp_path: Path) -> None:
    table, document = store.write_artifacts([ENTRY], "paper_ledger_KXCPI", NOW)
    assert table == tmp_path / "reports/_artifacts/paper_ledger_KXCPI.csv"
    [line] = csv.DictReader(table.read_text().splitlines())
    [row] = json.loads(document.read_text())["entries"]
    assert line["entry_id"] == row["entry_id"] == ENTRY.entry_id
    assert (line["price_e4"], row["price_e4"]) == ("5500", 5500)
    assert json.loads(document.read_text())["schema"] == LEDGER_SCHEMA


def test_no_entries_still_make_artifacts_with_their_columns(store: LedgerStore) -> None:
    table, document = store.write_artifacts([], "empty", NOW)
    assert table.read_text().startswith("entry_id,mode,")
    assert json.loads(document.read_text())["entries"] == []


@pytest.mark.parametrize("damage", ["cut", "no header"])
def test_a_ledger_that_cannot_be_read_is_never_written_over(
    store: LedgerStore, tmp_path: Path, damage: str
) -> None:
    store.upsert([ENTRY], NOW)
    path = Paths(tmp_path).ledger_all
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:-9])
    else:
        pl.read_parquet(path).write_parquet(path)
    damaged = path.read_bytes()
    with pytest.raises(TornFile, match="ledger_all"):
        store.upsert([OTHER_PRICE], NOW)
    assert path.read_bytes() == damaged


def test_a_ledger_that_holds_an_order_twice_is_refused_by_every_reader(
    store: LedgerStore, tmp_path: Path
) -> None:
    store.upsert([ENTRY, OTHER_PRICE], NOW)
    path = Paths(tmp_path).ledger_all
    metadata = {k: v for k, v in pl.read_parquet_metadata(path).items() if k != "ARROW:schema"}
    table = pl.read_parquet(path)
    pl.concat([table, table.head(1)]).write_parquet(path, metadata=metadata)
    before = path.read_bytes()
    twice = table["entry_id"][0]
    for read in (store.entries, store.frame, lambda: store.upsert([SETTLED], NOW)):
        with pytest.raises(TornFile, match=f"1 of its orders more than once, {twice}.*copy"):
            read()
    assert path.read_bytes() == before


def test_a_ledger_that_repeats_its_rows_gives_no_evidence_at_all(
    store: LedgerStore, tmp_path: Path
) -> None:
    """Whoever doubles the good orders by hand doubles nothing that is counted."""
    store.upsert([ENTRY, OTHER_PRICE], NOW)
    path = Paths(tmp_path).ledger_all
    table, metadata = pl.read_parquet(path), pl.read_parquet_metadata(path)
    kept = {key: value for key, value in metadata.items() if key != "ARROW:schema"}
    pl.concat([table] * 3).write_parquet(path, metadata=kept)
    with pytest.raises(TornFile, match="2 of its orders more than once"):
        store.entries()
    table.write_parquet(path, metadata=kept)
    assert len(store.entries()) == 2


def test_a_ledger_of_a_later_version_is_refused(store: LedgerStore, tmp_path: Path) -> None:
    store.upsert([ENTRY], NOW)
    path = Paths(tmp_path).ledger_all
    metadata = {"schema": str(LEDGER_SCHEMA + 1), "generated_at": NOW.isoformat()}
    pl.read_parquet(path).write_parquet(path, metadata=metadata)
    with pytest.raises(NewerSchema, match=f"schema {LEDGER_SCHEMA + 1}"):
        store.entries()


def test_a_ledger_of_schema_1_is_read_without_its_touch(store: LedgerStore, tmp_path: Path) -> None:
    store.upsert([ENTRY], NOW)
    path = Paths(tmp_path).ledger_all
    old = pl.read_parquet(path).drop(sorted(ADDED))
    old.write_parquet(path, metadata={"schema": "1", "generated_at": NOW.isoformat()})
    assert store.entries() == [ENTRY]
    store.upsert([OTHER_PRICE], NOW)
    assert set(pl.read_parquet(path).columns) >= ADDED


@pytest.fixture
def old(store: LedgerStore, tmp_path: Path) -> Path:
    """Return a ledger as it was before the touch was written down."""
    store.upsert([ENTRY, OTHER_PRICE], NOW)
    path = Paths(tmp_path).ledger_all
    metadata = {"schema": "1", "generated_at": NOW.isoformat()}
    pl.read_parquet(path).drop(sorted(ADDED)).write_parquet(path, metadata=metadata)
    return path


def test_an_older_ledger_is_copied_before_it_is_written_in_the_present_schema(
    store: LedgerStore, old: Path
) -> None:
    before, entries = old.read_bytes(), store.entries()
    copy = store.bring_up()
    assert copy is not None
    assert copy.read_bytes() == before
    assert (store.schema(), store.entries()) == (LEDGER_SCHEMA, entries)
    # It was not refreshed by that: readiness must not take it for younger than it is.
    assert store.generated_at() == NOW
    assert store.bring_up() is None


def test_a_run_that_writes_first_copies_it_too(store: LedgerStore, old: Path) -> None:
    before = old.read_bytes()
    store.upsert([SETTLED], NOW + timedelta(hours=3))
    (copy,) = (old.parent / "state" / "backups").iterdir()
    assert copy.read_bytes() == before
    store.upsert([SETTLED], NOW + timedelta(hours=4))
    assert len(list(copy.parent.iterdir())) == 1


def test_a_ledger_whose_successor_would_not_read_back_is_left_as_it_is(
    store: LedgerStore, old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = old.read_bytes()
    monkeypatch.setattr(ledger, "to_row", lambda entry: to_row(replace(entry, fee_e6=1)))
    with pytest.raises(TornFile, match="would not read back in schema 3; left as it is"):
        store.bring_up()
    assert old.read_bytes() == before


def test_a_change_waits_for_whoever_is_changing_the_ledger_and_loses_no_row(
    tmp_path: Path,
) -> None:
    """Two scans at once: each reads, adds and writes the whole file."""
    first, second = LedgerStore(Paths(tmp_path)), LedgerStore(Paths(tmp_path))
    waiting = threading.Thread(target=second.upsert, args=([OTHER_PRICE], NOW))
    with first.alone():
        read = first.entries()
        waiting.start()
        waiting.join(0.1)
        assert waiting.is_alive()
        first.upsert([*read, ENTRY], NOW)
    waiting.join()
    assert {row.price_e4 for row in first.entries()} == {5500, 5600}


def test_who_is_kept_out_too_long_is_told_and_changes_nothing(tmp_path: Path) -> None:
    store = LedgerStore(Paths(tmp_path))
    store.upsert([ENTRY], NOW)
    hasty = LedgerStore(Paths(tmp_path), patience=timedelta(0))
    with store.alone(), pytest.raises(FileBusy, match=r"ledger_all\.lock: held by another run"):
        hasty.replace_runs([OTHER_PRICE], NOW)
    assert store.entries() == [ENTRY]


def test_a_writer_alone_reads_the_file_once_and_sees_its_own_changes(
    store: LedgerStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.upsert([ENTRY], NOW)
    reads, frame = list[str](), store.frame

    def counted() -> pl.DataFrame:
        reads.append("read")
        return frame()

    monkeypatch.setattr(store, "frame", counted)
    with store.alone():
        assert store.entries() == [ENTRY]
        store.upsert([OTHER_PRICE], NOW)
        assert store.entries() == [ENTRY, OTHER_PRICE]
    assert len(reads) == 1
    assert store.entries() == [ENTRY, OTHER_PRICE]
    assert len(reads) == 2
