"""The board: what changed since when."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest

from kalshi_alpha.core.book.ladder_book import LadderBook
from kalshi_alpha.exec.desk.desk import Desk
from kalshi_alpha.web.dashboard import board as board_module
from kalshi_alpha.web.dashboard.board import Board, books_message
from kalshi_alpha.web.dashboard.live_books import LiveBooks, Top
from shown_cases import AT, EVENT, TICKER, shown_desk, with_mark


class _Looks:
    def __init__(self) -> None:
        self.desk: Desk = shown_desk()
        self.count = 0

    def look(self) -> Desk:
        self.count += 1
        return self.desk

    @staticmethod
    def now() -> datetime:
        return AT


def made() -> tuple[Board, _Looks]:
    looks = _Looks()
    return Board(looks.look, looks.now, LiveBooks()), looks


def test_a_look_that_finds_the_same_changes_nothing() -> None:
    board, _ = made()
    version = board.version
    board.refresh()
    assert board.version == version
    assert board.changed(version) == {}


def test_only_the_panel_that_changed_is_sent() -> None:
    board, looks = made()
    version = board.version
    looks.desk = with_mark(looks.desk, "down $2,100")
    board.refresh()
    assert set(board.changed(version)) == {"verdict"}
    assert "down $2,100" in board.changed(version)["verdict"]
    assert set(board.changed(0)) > {"verdict", "ladders", "status"}


def test_a_ladder_is_sent_when_our_orders_change_with_the_newest_prices() -> None:
    board, looks = made()
    version = board.version
    book = LadderBook(TICKER)
    book.apply_snapshot([(4100, 500)], [(5700, 700)])
    board.live.take({TICKER: book})
    board.refresh()
    assert board.changed(version) == {}
    looks.desk = shown_desk(orders=())
    board.refresh()
    changed = board.changed(version)
    assert set(changed) == {f"event-{EVENT}", "orders"}
    assert ">41.0<" in changed[f"event-{EVENT}"]
    assert ">41.0<" in board.panel("ladders")


def test_all_ladders_are_sent_when_others_are_listed() -> None:
    board, looks = made()
    version = board.version
    looks.desk = shown_desk(orders=())
    board.refresh()
    looks.desk = shown_desk(orders=(), ladders=())
    board.refresh()
    assert set(board.changed(version)) == {"ladders", "orders"}
    with pytest.raises(KeyError):
        board.panel("event-GONE")


def test_a_page_of_another_process_is_sent_everything() -> None:
    board, _ = made()
    assert board.version_of(f"{board.boot}-{board.version}") == board.version
    assert board.version_of(f"{board.boot}-999") == board.version
    assert board.version_of("dead-1") == board.version_of("") == board.version_of("x-y") == 0
    with pytest.raises(KeyError):
        board.panel("arm")


def test_the_board_keeps_looking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(board_module, "LOOK_EVERY_S", 0.0)
    board, looks = made()

    async def looked() -> None:
        task = asyncio.create_task(board.keep_looking())
        while looks.count < 4:
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(looked())
    assert looks.count >= 4


def test_a_look_that_fails_leaves_what_was_seen_with_its_time(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(board_module, "LOOK_EVERY_S", 0.0)
    monkeypatch.setattr(board_module, "AFTER_FAILURE_S", 0.0)
    board, looks = made()
    before = board.desk
    now = AT + timedelta(minutes=1)
    fails = 2

    def look() -> Desk:
        nonlocal fails
        looks.count += 1
        if fails:
            fails -= 1
            raise OSError("the disk is gone")
        return with_mark(before, "back")

    monkeypatch.setattr(board, "_look", look)
    monkeypatch.setattr(board, "now", lambda: now)
    assert board.looked_at == AT

    async def looked() -> None:
        task = asyncio.create_task(board.keep_looking())
        while board.desk is before:
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(looked())
    assert board.looked_at == now
    assert capsys.readouterr().err.count("the disk is gone") == 2


def test_prices_are_sent_as_short_rows() -> None:
    assert books_message({"A": Top(2800, None, 500, None, "")}) == (
        b'{"A":[2800,null,500,null,""]}'
    )
