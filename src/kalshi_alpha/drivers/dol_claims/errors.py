"""Why a payload about claims is refused."""

from __future__ import annotations

from kalshi_alpha.core.errors import ParseRefused


class ClaimsRefused(ParseRefused):
    """A payload about unemployment claims that cannot be read."""

    def __init__(self, why: str) -> None:
        super().__init__("dol_claims", why)


class WrongBody(ClaimsRefused):
    """The body is no release, no history report and no series that was asked for."""


class NotServed(ClaimsRefused):
    """The publisher answered that it did not run the request."""


class BadFigure(ClaimsRefused):
    """A number or a date is malformed or beyond belief."""


class Contradiction(ClaimsRefused):
    """Two statements of the payload exclude each other."""
