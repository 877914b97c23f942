"""Why an EIA payload is refused."""

from __future__ import annotations

from kalshi_alpha.core.errors import ParseRefused


class EiaRefused(ParseRefused):
    """A payload of weekly gasoline prices that cannot be read."""

    def __init__(self, why: str) -> None:
        super().__init__("eia_gas", why)


class WrongBody(EiaRefused):
    """The body is neither an answer of the EIA nor the same series as FRED serves it."""


class NotServed(EiaRefused):
    """The service answered that it did not serve the request, such as without a key."""


class BadPrice(EiaRefused):
    """A price or its week is malformed or beyond belief."""


class Contradiction(EiaRefused):
    """One week has two prices, or the row is of another series."""
