"""Questions whose answer comes in pages, which may shift while they are turned."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kalshi_alpha.brokers.kalshi.calls import VenueCalls
from kalshi_alpha.brokers.kalshi.query import Query
from kalshi_alpha.brokers.kalshi.strict import SOURCE
from kalshi_alpha.core.errors import ParseRefused


class PagedReads(VenueCalls):
    """Calls that follow cursors to the last page."""

    async def ask_pages(
        self,
        path: str,
        kind: type[Any],
        items: str,
        key: Callable[[Any], object],
        query: Query,
        *,
        pages_max: int = 200,
    ) -> list[Any]:
        """Ask page after page and return every item once, as it was seen last.

        What changes meanwhile may shift items from page to page, so an item that comes twice is
        kept once.

        Raises
        ------
        ParseRefused
            If a cursor comes again, or there are more pages than there may be.
        """
        found: dict[object, Any] = {}
        cursor, seen = "", set[str]()
        for _ in range(pages_max):
            page = await self.ask(path, kind, {**query, "cursor": cursor or None})
            for item in getattr(page, items) or ():
                found[key(item)] = item
            cursor = page.cursor or ""
            if not cursor:
                return list(found.values())
            if cursor in seen:
                raise ParseRefused(SOURCE, f"GET {path}: the same cursor came twice")
            seen.add(cursor)
        raise ParseRefused(SOURCE, f"GET {path}: more than {pages_max} pages; narrow the question")
