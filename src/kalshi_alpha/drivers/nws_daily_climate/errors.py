"""Why a climate report is refused."""

from __future__ import annotations

from kalshi_alpha.core.errors import ParseRefused


class ClimateRefused(ParseRefused):
    """A payload of the climate feed that cannot be read."""

    def __init__(self, why: str) -> None:
        super().__init__("nws_daily_climate", why)


class WrongBody(ClimateRefused):
    """The body is not a climate report at all."""


class NotServed(ClimateRefused):
    """The service answered that it did not serve the request."""


class OnlyAList(ClimateRefused):
    """The body lists reports and holds none."""


class BadHeading(ClimateRefused):
    """The heading, the issue time or the headline is missing or malformed."""


class WrongStation(ClimateRefused):
    """The report is about another place than its product says."""


class BadReport(ClimateRefused):
    """The temperature section is missing or malformed."""


class Contradiction(ClimateRefused):
    """Two statements of the payload exclude each other, or a value is beyond belief."""
