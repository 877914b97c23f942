from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from kalshi_alpha.brokers.account_lock import account_lock
from kalshi_alpha.brokers.journal import OrderJournal, read_journal_state
from kalshi_alpha.core.ledger.rows import ADDED, COLUMNS
from kalshi_alpha.core.orders.events import SCHEMA as JOURNAL_SCHEMA
from kalshi_alpha.datastore.columns import frame_of
from kalshi_alpha.datastore.ledger import LEDGER_SCHEMA, LedgerStore
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.migrate import main
from order_cases import accepted, intended

NOW = datetime(2026, 11, 26, 15, tzinfo=UTC)


@pytest.fixture
def paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Paths:
    monkeypatch.setenv("KALSHI_ALPHA_HOME", str(tmp_path))
    return Paths(tmp_path)


@pytest.fixture
def old(paths: Paths) -> Paths:
    """Return a root whose journal and ledger are of the first schemas."""
    with OrderJournal(paths.order_journal) as journal:
        journal.append([intended(), accepted()])
    with closing(sqlite3.connect(paths.order_journal)) as database:
        database.execute("PRAGMA user_version=1")
    frame = frame_of(COLUMNS, []).drop(sorted(ADDED))
    metadata = {"schema": "1", "generated_at": NOW.isoformat()}
    frame.write_parquet(paths.ledger_all, metadata=metadata)
    return paths


def files(paths: Paths) -> dict[Path, bytes]:
    kept = (p for p in paths.root.rglob("*") if p.is_file() and ".lock" not in p.name)
    return {path: path.read_bytes() for path in kept}


def test_an_empty_root_has_nothing_to_migrate(
    paths: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([]) == 0
    assert capsys.readouterr().out.count("not there, nothing to do") == 2
    assert files(paths) == {}


def test_check_says_what_is_to_be_done_and_touches_nothing(
    old: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    before = files(old)
    assert main(["--check"]) == 3
    said = capsys.readouterr().out
    assert f"schema 1 to {JOURNAL_SCHEMA}, 2 rows to be migrated" in said
    assert f"schema 1 to {LEDGER_SCHEMA}, 0 rows to be migrated" in said
    assert {
        path: data
        for path, data in files(old).items()
        if "-wal" not in path.name and "-shm" not in path.name
    } == before


def test_both_are_brought_up_once_with_a_copy_of_each(
    old: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--json"]) == 0
    document = json.loads(capsys.readouterr().out)["files"]
    for name in ("order journal", "ledger"):
        assert Path(document[name]["backup"]).is_file()
    assert read_journal_state(old.order_journal)[:2] == (JOURNAL_SCHEMA, 2)
    assert LedgerStore(old).schema() == LEDGER_SCHEMA
    assert main([]) == 0
    assert capsys.readouterr().out.count("nothing to do") == 2
    assert main(["--check"]) == 0


def test_a_session_that_holds_the_account_is_named_and_nothing_is_touched(
    old: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    with account_lock(old.order_journal, "pilot"):
        assert main([]) == 5
        assert "(pilot); stop it first" in capsys.readouterr().err
        assert main(["--check"]) == 3
        assert "held by process" in capsys.readouterr().out
    assert read_journal_state(old.order_journal).schema == 1
    assert LedgerStore(old).schema() == 1


@pytest.mark.parametrize("what", ["newer journal", "torn journal", "newer ledger", "torn ledger"])
def test_what_is_newer_or_torn_is_refused_and_the_other_is_left_alone(
    old: Paths, what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if what == "newer journal":
        with closing(sqlite3.connect(old.order_journal)) as database:
            database.execute(f"PRAGMA user_version={JOURNAL_SCHEMA + 1}")
    elif what == "torn journal":
        old.order_journal.write_bytes(old.order_journal.read_bytes()[:5000])
    elif what == "newer ledger":
        metadata = {"schema": str(LEDGER_SCHEMA + 1), "generated_at": NOW.isoformat()}
        pl.read_parquet(old.ledger_all).write_parquet(old.ledger_all, metadata=metadata)
    else:
        old.ledger_all.write_bytes(old.ledger_all.read_bytes()[:-7])
    assert main([]) == 4
    assert "migrate: " in capsys.readouterr().err
    assert not (old.state / "backups").exists()
