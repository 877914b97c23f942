"""The board: the newest look at the desk, its panels, and what changed since when."""

from __future__ import annotations

import asyncio
import secrets
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from kalshi_alpha.core.errors import KalshiAlphaError
from kalshi_alpha.exec.desk.desk import Desk
from kalshi_alpha.web.dashboard.live_books import LiveBooks, Top
from kalshi_alpha.web.dashboard.view import PANELS, Event, Views, events_of

LOOK_EVERY_S = 0.2
AFTER_FAILURE_S = 5.0
LADDERS, EVENT = "ladders", "event-"


@dataclass(frozen=True, slots=True)
class Panel:
    """The inside of a panel, and the board's version at which it became this."""

    html: str
    version: int


class Board:
    """What the page shows.

    Parameters
    ----------
    look
        Takes a look at the desk.
    now
        The desk's clock.
    live
        The venue's books.

    Attributes
    ----------
    version
        Counts up whenever a panel changes.
    looked_at
        The desk's clock when the files were last read: a page says so when that is long ago.
    boot
        Tells this process from one before it: versions of another mean nothing here.
    """

    def __init__(
        self, look: Callable[[], Desk], now: Callable[[], datetime], live: LiveBooks
    ) -> None:
        self._look, self.now, self.live = look, now, live
        self._views = Views()
        self._panels: dict[str, Panel] = {}
        self._events: dict[str, tuple[Any, ...]] = {}
        self.version = 0
        self.boot = secrets.token_hex(4)
        self.desk: Desk = look()
        self.looked_at = now()
        self._show()
        # The first page compiles the templates; nobody is to wait for that.
        self.page()

    def refresh(self) -> None:
        """Look again, and make anew what changed."""
        self._take(self._look())

    async def keep_looking(self) -> None:
        """Look again and again until cancelled.

        A look that fails leaves what was seen before; the page then says how long ago that was.
        """
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            try:
                # In a thread: books and readers of the page do not wait for files.
                found = await asyncio.to_thread(self._look)
            except (KalshiAlphaError, OSError) as error:
                sys.stderr.write(f"dashboard: the files cannot be read: {error}\n")
                await asyncio.sleep(AFTER_FAILURE_S)
            else:
                self._take(found)

    def _take(self, desk: Desk) -> None:
        self.desk, self.looked_at = desk, self.now()
        self._show()

    def _show(self) -> None:
        made = {name: self._views.panel(name, self.desk, self.live) for name in PANELS}
        changed = {
            name: html
            for name, html in made.items()
            if name not in self._panels or self._panels[name].html != html
        }
        changed |= self._changed_ladders()
        if changed:
            self.version += 1
            for name, html in changed.items():
                self._panels[name] = Panel(html, self.version)

    def _changed_ladders(self) -> dict[str, str]:
        """Return the ladders that are others than before: one by one, or all of them as one panel.

        They are made when somebody asks, with the prices of then.
        """
        before, self._events = self._events, {e.panel: e.key for e in self._ladders()}
        if list(before) != list(self._events):
            return {LADDERS: ""}
        return {name: "" for name, key in self._events.items() if before[name] != key}

    def _ladders(self) -> tuple[Event, ...]:
        return events_of(self.desk, self.live)

    def page(self) -> str:
        """Return the whole page as it is now."""
        panels = {name: panel.html for name, panel in self._panels.items()}
        panels[LADDERS] = self._views.ladders(self._ladders())
        since = f"{self.boot}-{self.version}"
        return self._views.page(panels, self.desk, since)

    def panel(self, name: str) -> str:
        """Return the inside of a panel, the ladders' with the newest prices.

        Raises
        ------
        KeyError
            If there is no such panel.
        """
        if name == LADDERS:
            return self._views.ladders(self._ladders())
        if name in self._events:
            return next(self._views.event(e) for e in self._ladders() if e.panel == name)
        return self._panels[name].html

    def version_of(self, since: str) -> int:
        """Return the version that a page was made at; 0 if it was another process's, or none."""
        boot, _, version = since.partition("-")
        known = boot == self.boot and version.isascii() and version.isdigit()
        return min(int(version), self.version) if known else 0

    def changed(self, version: int) -> dict[str, str]:
        """Return the panels that changed after a version."""
        if version >= self.version:
            return {}
        names = {name for name, panel in self._panels.items() if panel.version > version}
        # All of them hold each of them, and one that is listed no more is in neither.
        single = {name for name in names if name.startswith(EVENT)}
        wanted = names - single if LADDERS in names else names - (single - self._events.keys())
        return {name: self.panel(name) for name in sorted(wanted)}


def books_message(tops: Mapping[str, Top]) -> bytes:
    """Return prices that changed as JSON: by market, bid, ask, both sizes, and doubt."""
    return msgspec.json.encode(tops)
