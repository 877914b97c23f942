"""Why a payload of par yields is refused."""

from __future__ import annotations

from kalshi_alpha.core.errors import ParseRefused


class YieldsRefused(ParseRefused):
    """A payload of par yields that cannot be read."""

    def __init__(self, why: str) -> None:
        super().__init__("treasury_yields", why)


class WrongBody(YieldsRefused):
    """The body is no yield curve at all, such as a maintenance page."""


class NotServed(YieldsRefused):
    """The publisher answered with an error message."""


class BadObservation(YieldsRefused):
    """One date or one yield is malformed."""


class Contradiction(YieldsRefused):
    """Two statements of the payload exclude each other, or a change is beyond belief."""


class SeriesMismatch(YieldsRefused):
    """The figures are of another series than the ten-year par yield (TENY_SERIES_MISMATCH)."""
