"""Books that are shown wrongly for a while: crossed, or empty on one side or on both."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from kalshi_alpha.core.types import E4_PER_DOLLAR
from kalshi_alpha.sim.engine import Engine
from kalshi_alpha.sim.engine_events import BookSnapshot
from kalshi_alpha.sim.faults import Fault, FaultPlan

_FAULT = Fault.BOOK_CROSSED_OR_EMPTY
# What the crossed book shows: bids that together pay more than a dollar.
_CROSSING_YES, _CROSSING_NO = (7_000, 500), (4_000, 500)


class Lie(StrEnum):
    """How a book is shown."""

    EMPTY = "empty"
    ONE_SIDED = "one_sided"
    CROSSED = "crossed"


class BookLies:
    """Which markets' books are shown wrongly now, on the stream and over REST alike.

    Parameters
    ----------
    engine
        Holds the true books.
    plan
        Says how long a lie lasts.
    """

    def __init__(self, engine: Engine, plan: FaultPlan) -> None:
        self._engine = engine
        self._plan = plan
        self._told: dict[str, Lie] = {}

    def begin(self, ticker: str, at: datetime) -> None:
        """Show a market's book wrongly from now on."""
        self._told[ticker] = list(Lie)[self._plan.below(len(Lie))]
        self._plan.begin(_FAULT, at, ticker)

    def lasts(self, ticker: str, at: datetime) -> bool:
        """Say whether a market's book is shown wrongly now."""
        return ticker in self._told and self._plan.lasts(_FAULT, at, ticker)

    def shown(self, ticker: str, at: datetime) -> BookSnapshot:
        """Return a market's book as it is shown now."""
        book = self._engine.book(ticker)
        if not self.lasts(ticker, at):
            return book
        match self._told[ticker]:
            case Lie.EMPTY:
                return BookSnapshot(ticker, (), (), book.at)
            case Lie.ONE_SIDED:
                return BookSnapshot(ticker, book.yes, (), book.at)
            case Lie.CROSSED:
                yes, no = _with(book.yes, _CROSSING_YES), _with(book.no, _CROSSING_NO)
                return BookSnapshot(ticker, yes, no, book.at)


def _with(
    levels: tuple[tuple[int, int], ...], extra: tuple[int, int]
) -> tuple[tuple[int, int], ...]:
    return tuple(sorted({**dict(levels), extra[0]: extra[1]}.items()))


def is_crossed(book: BookSnapshot) -> bool:
    """Say whether a book's bids pay a dollar or more together."""
    return bool(book.yes and book.no) and book.yes[-1][0] + book.no[-1][0] >= E4_PER_DOLLAR
