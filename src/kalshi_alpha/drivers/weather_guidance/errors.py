"""Why a guidance payload is refused."""

from __future__ import annotations

from kalshi_alpha.core.errors import ParseRefused


class GuidanceRefused(ParseRefused):
    """A payload of statistical guidance that cannot be read."""

    def __init__(self, why: str) -> None:
        super().__init__("weather_guidance", why)


class WrongBody(GuidanceRefused):
    """The body is no guidance at all."""


class NotServed(GuidanceRefused):
    """The service answered that it did not serve the request."""


class BadHeader(GuidanceRefused):
    """A station's header is missing or malformed."""


class BadBulletin(GuidanceRefused):
    """A row or a value is malformed."""


class Contradiction(GuidanceRefused):
    """Two statements of the payload exclude each other, or a value is beyond belief."""
