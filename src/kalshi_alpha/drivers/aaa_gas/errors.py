"""Why an AAA page is refused."""

from __future__ import annotations

from kalshi_alpha.core.errors import ParseRefused


class AaaRefused(ParseRefused):
    """A page of AAA that cannot be read."""

    def __init__(self, why: str) -> None:
        super().__init__("aaa_gas", why)


class WrongBody(AaaRefused):
    """The body is not the price page, such as a challenge for a browser."""


class BadPrice(AaaRefused):
    """A price or a date is malformed."""


class Contradiction(AaaRefused):
    """The page shows the same number twice and differently."""
