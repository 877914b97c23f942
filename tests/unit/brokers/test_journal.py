from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from kalshi_alpha.brokers.journal import OrderJournal, read_journal
from kalshi_alpha.core.errors import ConfigError, MissingData, NewerSchema, TornFile
from kalshi_alpha.core.orders.events import SCHEMA, OrderEvent
from order_cases import accepted, cancelled, filled, intended, lost

EVENTS: list[OrderEvent] = [intended(), lost(), accepted(), filled(300), cancelled(700)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "orders.sqlite"


@pytest.fixture
def journal(path: Path) -> Iterator[OrderJournal]:
    with OrderJournal(path) as opened:
        yield opened


def edit(path: Path, *statements: str) -> None:
    database = sqlite3.connect(path)
    for statement in statements:
        database.execute(statement)
    database.commit()
    database.close()


def test_events_come_back_in_the_order_they_were_written(journal: OrderJournal) -> None:
    assert journal.append(EVENTS[:1]) == 1
    assert journal.append(EVENTS[1:]) == 5
    assert journal.append([]) == 5
    assert list(journal.replay()) == EVENTS
    assert list(journal.replay(after=3)) == EVENTS[3:]


def test_they_are_there_when_it_is_opened_again(path: Path) -> None:
    with OrderJournal(path) as first:
        first.append(EVENTS)
        first.close()
    with OrderJournal(path) as again:
        assert again.last == 5
        again.append(EVENTS[:1])
        assert list(again.replay()) == [*EVENTS, EVENTS[0]]


def test_room_in_the_log_holds_no_events_and_commits_fill_it(path: Path) -> None:
    log = path.with_name(f"{path.name}-wal")
    with OrderJournal(path) as journal:
        journal.append(EVENTS[:1])
        journal.make_room(100_000)
        assert log.stat().st_size == 100_000
        journal.append(EVENTS[1:])
        assert log.stat().st_size == 100_000
        assert read_journal(path) == tuple(EVENTS)
        assert read_journal(path, after=1) == tuple(EVENTS[1:])
        journal.make_room(50_000)
        assert log.stat().st_size == 100_000


def test_a_log_with_room_is_read_back_after_a_crash(path: Path, tmp_path: Path) -> None:
    left = tmp_path / "left" / path.name
    left.parent.mkdir()
    with OrderJournal(path) as journal:
        journal.make_room(100_000)
        journal.append(EVENTS)
        # What a process that dies here leaves on the disk.
        for name in (path.name, f"{path.name}-wal"):
            left.with_name(name).write_bytes(path.with_name(name).read_bytes())
    with OrderJournal(left) as found:
        assert list(found.replay()) == EVENTS


def test_room_that_cannot_be_made_is_said(journal: OrderJournal, path: Path) -> None:
    # An open database keeps its log; only the folder of another name is not there.
    journal.path = path.with_name("gone") / path.name
    with pytest.raises(TornFile, match="no room can be made in it: No such file"):
        journal.make_room(10)


def test_every_commit_waits_for_the_disk(journal: OrderJournal) -> None:
    asked = {
        name: journal._database.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("journal_mode", "synchronous")
    }
    assert asked == {"journal_mode": "wal", "synchronous": 2}


def test_others_may_read_while_it_is_written(journal: OrderJournal, path: Path) -> None:
    journal.append(EVENTS[:2])
    assert read_journal(path) == tuple(EVENTS[:2])
    journal.append(EVENTS[2:])
    assert read_journal(path) == tuple(EVENTS)


def test_there_is_nothing_to_read_where_nothing_was_written(path: Path) -> None:
    with pytest.raises(MissingData, match="no order was ever"):
        read_journal(path)


def test_all_events_of_a_commit_are_written_or_none(path: Path) -> None:
    journal = OrderJournal(path)
    journal.append(EVENTS[:1])
    edit(path, "INSERT INTO events VALUES (3, '{}')")
    with pytest.raises(TornFile, match="UNIQUE"):
        journal.append(EVENTS[:3])
    assert journal.last == 1
    edit(path, "DELETE FROM events WHERE seq = 3")
    assert journal.append(EVENTS[1:]) == 5
    assert list(journal.replay()) == EVENTS
    journal.close()


def test_a_closed_journal_says_so(journal: OrderJournal) -> None:
    journal.close()
    journal.close()
    with pytest.raises(TornFile, match="closed"):
        journal.append(EVENTS)


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("DELETE FROM events WHERE seq = 2", "4 events and numbers up to 5"),
        ("PRAGMA application_id=1", "no order journal"),
    ],
)
def test_a_journal_that_was_tampered_with_is_not_opened(
    path: Path, statement: str, message: str
) -> None:
    with OrderJournal(path) as journal:
        journal.append(EVENTS)
    edit(path, statement)
    with pytest.raises(TornFile, match=message):
        OrderJournal(path)


def test_a_missing_or_unreadable_event_is_not_skipped(path: Path) -> None:
    with OrderJournal(path) as journal:
        journal.append(EVENTS)
        edit(path, 'UPDATE events SET body = \'{"kind":"guessed"}\' WHERE seq = 4')
        replayed = journal.replay()
        assert [next(replayed) for _ in range(3)] == EVENTS[:3]
        with pytest.raises(TornFile, match="event 4 is none"):
            next(replayed)
        edit(path, "DELETE FROM events WHERE seq = 4")
        with pytest.raises(TornFile, match="event 4 is missing"):
            list(journal.replay())


def test_a_journal_belongs_to_one_account_for_good(path: Path) -> None:
    OrderJournal(path, "sim").close()
    OrderJournal(path).close()
    OrderJournal(path, "sim").close()
    with pytest.raises(ConfigError, match="holds orders of sim, not of prod"):
        OrderJournal(path, "prod")


def test_a_later_versions_journal_is_left_alone(path: Path) -> None:
    OrderJournal(path).close()
    edit(path, f"PRAGMA user_version={SCHEMA + 1}")
    with pytest.raises(NewerSchema, match=f"schema {SCHEMA + 1}"):
        OrderJournal(path)
    with pytest.raises(NewerSchema):
        read_journal(path)


def test_what_is_no_database_is_not_taken_for_an_empty_journal(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"orders\n" * 200)
    with pytest.raises(TornFile, match="never delete it"):
        OrderJournal(path)
    with pytest.raises(TornFile):
        read_journal(path)


def test_an_empty_file_is_what_is_left_of_a_journal_and_its_log_is_kept(path: Path) -> None:
    journal = OrderJournal(path)
    journal.append(EVENTS)
    copy, log = path.with_name("copy.sqlite"), path.with_name("copy.sqlite-wal")
    copy.write_bytes(b"")
    log.write_bytes(path.with_name(path.name + "-wal").read_bytes())
    journal.close()
    kept = log.read_bytes()
    for use in (OrderJournal, read_journal):
        with pytest.raises(TornFile, match="is empty, as no journal ever is; keep a copy"):
            use(copy)
    assert log.read_bytes() == kept


def test_a_log_without_its_journal_is_not_read_into_a_new_one(path: Path) -> None:
    path.parent.mkdir()
    path.with_name(path.name + "-wal").write_bytes(b"frames")
    for use in (OrderJournal, read_journal):
        with pytest.raises(TornFile, match=r"is gone, and its log orders\.sqlite-wal is not"):
            use(path)
    assert not path.exists()


def test_a_link_that_leads_nowhere_is_no_new_journal(path: Path) -> None:
    path.parent.mkdir()
    path.symlink_to("unmounted")
    for use in (OrderJournal, read_journal):
        with pytest.raises(TornFile, match="No such file"):
            use(path)


def test_a_journal_appears_whole_or_not_at_all(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def dies(source: Path, target: Path) -> None:
        assert read_journal(source) == ()
        assert not target.exists()
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("os.link", dies)
        with pytest.raises(KeyboardInterrupt):
            OrderJournal(path)
    # What a process that was killed left behind.
    path.with_name("orders.sqlite.1.new").write_bytes(b"")
    with OrderJournal(path) as opened:
        assert opened.append(EVENTS) == 5
    assert {each.name for each in path.parent.iterdir()} == {"orders.sqlite", "orders.sqlite.1.new"}


def test_a_journal_that_somebody_else_has_just_made_is_opened(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = path.with_name("other.sqlite")
    with OrderJournal(made) as other:
        other.append(EVENTS)

    def late(_: Path, target: Path) -> None:
        made.rename(target)
        raise FileExistsError

    monkeypatch.setattr("os.link", late)
    with OrderJournal(path) as opened:
        assert list(opened.replay()) == EVENTS


@pytest.mark.parametrize("cut", [1, 40, 4096, 9000])
def test_a_torn_log_loses_only_what_was_not_committed(path: Path, cut: int) -> None:
    """The write-ahead log ends somewhere inside the last commit, as after a power cut."""
    journal = OrderJournal(path)
    for event in EVENTS:
        journal.append([event])
    log = path.with_name(path.name + "-wal")
    copy = path.with_name("copy.sqlite")
    copy.write_bytes(path.read_bytes())
    log.with_name("copy.sqlite-wal").write_bytes(log.read_bytes()[:-cut])
    journal.close()
    with OrderJournal(copy) as torn:
        kept = list(torn.replay())
    assert kept == EVENTS[: len(kept)]
    assert len(kept) in {2, 3, 4}
