"""The board: the newest look at the desk, its panels, and what changed since when."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from kalshi_alpha.exec.desk.desk import Desk
from kalshi_alpha.web.dashboard.live_books import LiveBooks, Top
from kalshi_alpha.web.dashboard.view import PANELS, Views, ladders_key

LOOK_EVERY_S = 0.2
LADDERS = "ladders"


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
    boot
        Tells this process from one before it: versions of another mean nothing here.
    """

    def __init__(
        self, look: Callable[[], Desk], now: Callable[[], datetime], live: LiveBooks
    ) -> None:
        self._look, self.now, self.live = look, now, live
        self._views = Views()
        self._panels: dict[str, Panel] = {}
        self._ladders: tuple[Any, ...] | None = None
        self.version = 0
        self.boot = secrets.token_hex(4)
        self.desk: Desk = look()
        self._show()
        # The first page compiles the templates; nobody is to wait for that.
        self.page()

    def refresh(self) -> None:
        """Look again, and make anew what changed."""
        self.desk = self._look()
        self._show()

    async def keep_looking(self) -> None:
        """Look again and again until cancelled; a look that fails leaves what was seen before."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            # In a thread: books and readers of the page do not wait for files.
            self.desk = await asyncio.to_thread(self._look)
            self._show()

    def _show(self) -> None:
        made = {name: self._views.panel(name, self.desk, self.live) for name in PANELS}
        changed = {
            name: html
            for name, html in made.items()
            if name not in self._panels or self._panels[name].html != html
        }
        key = ladders_key(self.desk, self.live)
        if key != self._ladders:
            changed[LADDERS], self._ladders = "", key
        if changed:
            self.version += 1
            for name, html in changed.items():
                self._panels[name] = Panel(html, self.version)

    def page(self) -> str:
        """Return the whole page as it is now."""
        panels = {name: panel.html for name, panel in self._panels.items()}
        panels[LADDERS] = self._views.ladders(self.desk, self.live)
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
            return self._views.ladders(self.desk, self.live)
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
        names = [name for name, panel in self._panels.items() if panel.version > version]
        return {name: self.panel(name) for name in names}


def books_message(tops: Mapping[str, Top]) -> bytes:
    """Return prices that changed as JSON: by market, bid, ask, both sizes, and doubt."""
    return msgspec.json.encode(tops)
