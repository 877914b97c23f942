"""The paper orders that still rest, kept between runs: what fills them has not happened yet."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from kalshi_alpha.core.ledger.paper_orders import OpenPaperOrder
from kalshi_alpha.datastore.atomic import write_json
from kalshi_alpha.datastore.versioned import bytes_of, decode_versioned

SCHEMA = 1


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    schema: int
    generated_at: datetime
    orders: tuple[OpenPaperOrder, ...]


def read_paper_orders(path: Path) -> tuple[OpenPaperOrder, ...]:
    """Return the orders that rest on paper, oldest first; none if nobody ever placed one.

    Raises
    ------
    TornFile
        If the file cannot be read, or is not whole.
    NewerSchema
        If a later version of the program wrote it.
    """
    data = bytes_of(path)
    if data is None:
        return ()
    remedy = "move it away to begin anew without them"
    return decode_versioned(data, _File, SCHEMA, where=path, remedy=remedy).orders


def write_paper_orders(path: Path, orders: Iterable[OpenPaperOrder], now: datetime) -> None:
    """Write the orders that rest on paper, each once, oldest first."""
    by_id = {order.intent.client_order_id: order for order in orders}
    kept = sorted(by_id.values(), key=lambda o: (o.intent.decided_at, o.intent.client_order_id))
    document = _File(schema=SCHEMA, generated_at=now.astimezone(UTC), orders=tuple(kept))
    write_json(path, document)
