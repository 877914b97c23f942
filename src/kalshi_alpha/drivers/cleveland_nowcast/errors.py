"""Why a Cleveland Fed payload is refused."""

from __future__ import annotations

from kalshi_alpha.core.errors import ParseRefused


class ClevelandRefused(ParseRefused):
    """A payload of the Cleveland Fed's nowcast that cannot be read."""

    def __init__(self, why: str) -> None:
        super().__init__("cleveland_nowcast", why)


class WrongBody(ClevelandRefused):
    """The body is neither the month file nor the page with the month table."""


class Misaligned(ClevelandRefused):
    """Days and values do not pair one to one."""


class BadPoint(ClevelandRefused):
    """A day or a value is malformed or beyond belief."""


class Contradiction(ClevelandRefused):
    """The payload says the same thing twice."""
