"""Why a payload of observations is refused."""

from __future__ import annotations

from kalshi_alpha.core.errors import ParseRefused


class ObservationsRefused(ParseRefused):
    """A payload of observations that cannot be read."""

    def __init__(self, why: str) -> None:
        super().__init__("nws_observations", why)


class NoYear(ObservationsRefused):
    """A daily summary came without an envelope, and its receipt does not say its year either."""


class WrongBody(ObservationsRefused):
    """The body holds no observations at all."""


class NotServed(ObservationsRefused):
    """The service answered that it did not serve the request."""


class BadObservation(ObservationsRefused):
    """One observation is malformed."""


class Contradiction(ObservationsRefused):
    """Two statements of an observation exclude each other, or a value is beyond belief."""
