"""Why a calendar is refused."""

from __future__ import annotations

from kalshi_alpha.core.errors import ParseRefused


class CalendarRefused(ParseRefused):
    """A calendar of releases that cannot be read."""

    def __init__(self, why: str) -> None:
        super().__init__("macro_calendar", why)


class WrongBody(CalendarRefused):
    """The body is not a calendar."""


class BadEvent(CalendarRefused):
    """A release carries no date that can be trusted."""


class Contradiction(CalendarRefused):
    """One release stands on one day at two times."""
