from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from kalshi_alpha.brokers import journal_versions
from kalshi_alpha.brokers.journal import OrderJournal, read_journal, read_journal_state
from kalshi_alpha.brokers.journal_versions import MIGRATIONS, back_up, bring_up, contents, schema_of
from kalshi_alpha.core.errors import TornFile
from kalshi_alpha.core.orders.events import SCHEMA, OrderEvent
from order_cases import accepted, filled, intended

EVENTS: list[OrderEvent] = [intended(), accepted(), filled(400)]


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """Return a journal as the first version of the program left it."""
    path = tmp_path / "orders.sqlite"
    with OrderJournal(path, "demo") as journal:
        journal.append(EVENTS)
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA user_version=1")
    return path


def backups(path: Path) -> list[Path]:
    return sorted((path.parent / "backups").glob("*"))


def test_there_is_a_step_from_every_older_schema() -> None:
    assert set(range(1, SCHEMA)) <= set(MIGRATIONS)


def test_opening_an_older_journal_copies_it_and_brings_it_up(old: Path) -> None:
    with OrderJournal(old) as journal:
        assert list(journal.replay()) == EVENTS
        assert journal.backup is not None
        kept = journal.backup
    assert read_journal_state(old) == (SCHEMA, len(EVENTS), "demo")
    assert backups(old) == [kept]
    assert read_journal_state(kept) == (1, len(EVENTS), "demo")
    assert list(read_journal(kept)) == EVENTS
    with OrderJournal(old) as again:
        assert again.backup is None


@pytest.mark.parametrize("how", ["a step fails", "it is killed", "events are lost"])
def test_a_migration_that_is_interrupted_leaves_the_journal_as_it_was(
    old: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    def half_way(database: sqlite3.Connection) -> None:
        database.execute("DELETE FROM events WHERE seq = 1")
        if how == "a step fails":
            database.execute("SELECT nothing FROM nowhere")
        if how == "it is killed":
            raise KeyboardInterrupt

    monkeypatch.setattr(journal_versions, "MIGRATIONS", {1: half_way})
    expected = KeyboardInterrupt if how == "it is killed" else TornFile
    with pytest.raises(expected):
        OrderJournal(old)
    assert read_journal_state(old) == (1, len(EVENTS), "demo")
    assert list(read_journal(old)) == EVENTS
    monkeypatch.undo()
    # Done again, it finds its copy and goes on.
    OrderJournal(old).close()
    assert (read_journal_state(old).schema, len(backups(old))) == (SCHEMA, 1)


def test_a_schema_that_never_was_is_refused(old: Path) -> None:
    with closing(sqlite3.connect(old)) as database:
        database.execute("PRAGMA user_version=0")
    with pytest.raises(TornFile, match="schema 0 is none"):
        OrderJournal(old)


def test_a_copy_that_somebody_changed_is_not_taken_for_one(old: Path) -> None:
    with closing(sqlite3.connect(old, isolation_level=None)) as database:
        copy = back_up(database, old, 1)
        before = contents(database)
        with closing(sqlite3.connect(copy, isolation_level=None)) as changed:
            changed.execute("DELETE FROM events WHERE seq = 3")
        with pytest.raises(TornFile, match="does not hold what the journal does"):
            bring_up(database, old)
        assert (schema_of(database), contents(database)) == (1, before)
