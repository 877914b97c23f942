"""One ladder as the venue showed it: terms, books and fees, read together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from kalshi_alpha.core.book.order_book import OrderBook
from kalshi_alpha.core.fees import FeeTerms
from kalshi_alpha.core.types import Ladder


@dataclass(frozen=True, slots=True)
class LadderSnapshot:
    """A ladder with the books of its markets and the fee terms in force.

    Parameters
    ----------
    ladder
        The event's markets that could be read.
    period
        What the event is about: a day, or the first of a month.
    books
        By market ticker; a market whose book was not received is absent.
    fee_terms
        In force for this event at the time of reading.
    unreadable
        Markets of the event whose terms could not be read, with what was wrong.
    """

    ladder: Ladder
    period: date
    books: Mapping[str, OrderBook]
    fee_terms: FeeTerms
    unreadable: Mapping[str, str] = field(default_factory=dict)
