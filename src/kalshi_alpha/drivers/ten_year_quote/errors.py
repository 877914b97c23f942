"""Why a quote record is refused."""

from __future__ import annotations

from kalshi_alpha.core.errors import ParseRefused


class QuoteRefused(ParseRefused):
    """A quote record that cannot be read."""

    def __init__(self, why: str) -> None:
        super().__init__("ten_year_quote", why)


class WrongBody(QuoteRefused):
    """The body is no record of a quote."""


class BadQuote(QuoteRefused):
    """The record's instant, yield or source is impossible."""
