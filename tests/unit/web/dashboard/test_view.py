"""The page's panels: what they show, and that nothing shown is more than text."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser

import pytest

from kalshi_alpha.core.book.ladder_book import LadderBook
from kalshi_alpha.core.gates import AgeUnit, Fault
from kalshi_alpha.exec.desk.desk import Desk, FileSeen
from kalshi_alpha.web.dashboard.live_books import Listed, LiveBooks
from kalshi_alpha.web.dashboard.view import (
    PANELS,
    Views,
    events_of,
    nearest,
    profit_series,
)
from shown_cases import AT, EVENT, OTHER, TICKER, UNSAFE, shown_desk

VIEWS = Views()


def live(*, yes: int = 2900, no: int = 6900) -> LiveBooks:
    made = LiveBooks()
    made.list_markets(
        [
            Listed(TICKER, EVENT, "KXCPI", "Above 0.3%"),
            Listed("KXCPICORE-24NOV-T0.2", "KXCPICORE-24NOV", "KXCPICORE", UNSAFE),
        ]
    )
    book = LadderBook(TICKER)
    book.apply_snapshot([(yes, 500)], [(no, 700)])
    made.take({TICKER: book})
    return made


def whole(desk: Desk, books: LiveBooks) -> str:
    panels = {name: VIEWS.panel(name, desk, books) for name in PANELS}
    panels["ladders"] = VIEWS.ladders(events_of(desk, books))
    return VIEWS.page(panels, desk, "boot-1")


@pytest.mark.parametrize("name", PANELS)
def test_every_panel_is_made_of_a_full_desk_and_of_an_empty_one(name: str) -> None:
    empty = shown_desk(
        files=(),
        series=(),
        monitors=(),
        feeds=(),
        ladders=(),
        orders=(),
        fills=(),
        exposure=(),
        profit=(),
        alerts=(),
        releases=(),
    )
    full = VIEWS.panel(name, shown_desk(), LiveBooks())
    assert full.strip()
    assert VIEWS.panel(name, empty, LiveBooks()).strip()


@pytest.mark.parametrize(
    ("panel", "name", "empty"),
    [
        ("profit", "ledger", "No fill is in the ledger"),
        ("fills", "ledger", "Nothing filled yet"),
        ("fills", "order journal", "Nothing filled yet"),
        ("exposure", "ledger", "Nothing is at risk"),
        ("exposure", "order journal", "Nothing is at risk"),
        ("orders", "order journal", "Nothing rests"),
        ("orders", "paper orders", "Nothing rests"),
        ("alerts", "alert log", "No alert is in the log"),
    ],
)
def test_what_cannot_be_read_is_unknown_and_never_none(panel: str, name: str, empty: str) -> None:
    def shown(fault: Fault | None, **parts: tuple[()]) -> str:
        files = (FileSeen(name, "a/b", fault, "a/b: no <end>"),)
        return VIEWS.panel(panel, shown_desk(files=files, **parts), LiveBooks())

    torn = shown(Fault.UNREADABLE, **{panel: ()})
    assert f"Unknown: {name} unreadable: a/b: no &lt;end&gt;" in torn
    assert empty not in torn
    beside = shown(Fault.NEWER_SCHEMA)
    assert f"Unknown: {name} newer schema" in beside
    assert "<table" in beside
    for fault in (None, Fault.MISSING, Fault.EXPIRED):
        assert empty in shown(fault, **{panel: ()})
        assert "Unknown" not in shown(fault)


def test_a_feed_s_age_has_the_unit_of_its_limit() -> None:
    feed = shown_desk().feeds[0]
    counted = replace(feed, age_days=4, max_age_days=3, unit=AgeUnit.BUSINESS_DAYS)
    never = replace(feed, age_days=None)
    shown = VIEWS.panel("feeds", shown_desk(feeds=(feed, counted, never)), LiveBooks())
    cells = re.findall(r'<td class="n">([^<]*)</td>', shown)
    assert cells == ["1 d", "35 d", "4 bd", "3 bd", "–", "35 d"]


class _Tags(HTMLParser):
    """Collects what a page is made of."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_nothing_that_a_venue_says_becomes_markup_and_no_code_stands_in_the_page() -> None:
    page = whole(shown_desk(), live())
    assert UNSAFE not in page
    assert "&lt;script&gt;" in page
    found = _Tags()
    found.feed(page)
    for tag, attributes in found.tags:
        assert tag not in {"style", "form", "input", "button", "iframe"}, tag
        assert "style" not in attributes
        assert not any(name.startswith(("on", "hx-on")) for name in attributes)
        if tag == "script":
            assert (attributes["src"] or "").startswith("/static/")
        assert not re.search(r"hx-(post|put|patch|delete)", " ".join(attributes))


def test_the_page_has_headings_landmarks_and_a_way_past_the_bar() -> None:
    page = whole(shown_desk(), live())
    for part in ("<header", "<main", "<footer", 'class="skip"', 'lang="en"', 'aria-live="polite"'):
        assert part in page
    assert page.count("<h1") == 1
    assert "<title>NO-GO · SIM · kalshi-alpha desk</title>" in page


def test_a_live_book_comes_before_what_the_scan_wrote_down() -> None:
    desk = shown_desk()
    scanned = events_of(desk, LiveBooks())[0].rows[0]
    followed = events_of(desk, live())[0].rows[0]
    assert (scanned.top, followed.top) != (None, None)
    assert scanned.mid == pytest.approx(0.30)
    assert followed.mid == pytest.approx(0.30)
    assert followed.top is not None
    assert (followed.top.bid_e4, followed.top.ask_e4) == (2900, 3100)
    assert followed.gap == pytest.approx(0.281 - 0.30)


def test_a_book_that_is_followed_and_in_doubt_shows_no_mid() -> None:
    books = live()
    books.take({TICKER: LadderBook(TICKER)})
    row = events_of(shown_desk(), books)[0].rows[0]
    assert row.top is not None
    assert row.top.dirty == "no_snapshot"
    assert (row.mid, row.gap) == (None, None)
    assert 'class="mine dirty"' in VIEWS.ladders(events_of(shown_desk(), books))


def test_quotes_and_own_orders_are_placed_on_the_scale_of_yes() -> None:
    quoted, passed = events_of(shown_desk(), LiveBooks())[0].rows
    assert (quoted.quote_e4, quoted.resting_e4) == (3200, (3200,))
    assert (passed.ticker, passed.quote_e4, passed.own) == (OTHER, None, ())


def test_what_the_venue_lists_beyond_the_scan_comes_after_it() -> None:
    scanned, other = events_of(shown_desk(), live())
    assert (scanned.event, other.event) == (EVENT, "KXCPICORE-24NOV")
    assert other.scan is None
    assert other.rows[0].prob_model is None


def test_prices_alone_do_not_make_a_ladder_anew_and_our_orders_do() -> None:
    books = live()
    before = [event.key for event in events_of(shown_desk(), books)]
    moved = LadderBook(TICKER)
    moved.apply_snapshot([(3000, 1)], [(6000, 1)])
    books.take({TICKER: moved})
    assert [event.key for event in events_of(shown_desk(), books)] == before
    without = [event.key for event in events_of(shown_desk(orders=()), books)]
    assert without[0] != before[0]
    assert without[1] == before[1]


def test_a_ladder_is_the_same_by_itself_and_among_the_others() -> None:
    events = events_of(shown_desk(), live())
    for event in events:
        assert VIEWS.event(event).strip() in VIEWS.ladders(events)


def test_an_instant_carries_what_the_script_counts_from() -> None:
    releases = VIEWS.panel("releases", shown_desk(), LiveBooks())
    counted = '<time datetime="2024-12-11T13:30:00Z" data-in>2024-12-11 08:30:00</time>'
    assert counted in releases
    files = VIEWS.panel("files", shown_desk(), LiveBooks())
    assert '<time datetime="2024-12-11T11:30:00Z" data-age>' in files


def test_caps_that_are_nearest_to_their_limit_come_first() -> None:
    first, second = nearest(shown_desk().exposure)
    assert (first.share, second.share) == (float("inf"), 0.8)
    assert "over %" in VIEWS.panel("exposure", shown_desk(), LiveBooks())


def test_the_charts_data_add_up_day_by_day() -> None:
    times, dollars = json.loads(profit_series(shown_desk().profit[0]))
    assert dollars == [1.5, 1.0]
    # Noon of 9 December 2024, UTC.
    assert times == [1_733_745_600, 1_733_832_000]


def test_what_is_older_than_the_gate_accepts_is_shown_as_such() -> None:
    files = tuple(
        FileSeen(name, "x.json", Fault.EXPIRED, "found", AT - timedelta(hours=3), 10_800.0)
        for name in ("ramp decision", "monitors")
    )
    old, young = shown_desk(files=files), shown_desk(files=())
    assert "○ GO</td>" in VIEWS.panel("series", old, LiveBooks())
    assert "■ expired: the ramp decided" in VIEWS.panel("series", old, LiveBooks())
    assert "● GO</td>" in VIEWS.panel("series", young, LiveBooks())
    assert "■ expired" in VIEWS.panel("monitors", old, LiveBooks())
    assert "expired" not in VIEWS.panel("monitors", young, LiveBooks())


def test_a_share_of_the_caps_is_shown_only_at_go() -> None:
    desk = shown_desk()
    assert "size" not in VIEWS.panel("verdict", desk, LiveBooks())
    go = replace(desk, verdict=replace(desk.verdict, go=True))
    assert "size 0.25" in VIEWS.panel("verdict", go, LiveBooks())
