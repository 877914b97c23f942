"""Why a BLS payload is refused."""

from __future__ import annotations

from kalshi_alpha.core.errors import ParseRefused


class BlsRefused(ParseRefused):
    """A payload of the BLS API that cannot be read."""

    def __init__(self, why: str) -> None:
        super().__init__("bls_cpi", why)


class WrongBody(BlsRefused):
    """The body is not an answer of the API at all."""


class NotSucceeded(BlsRefused):
    """The API answered that it did not serve the request, such as an exhausted quota."""


class BadObservation(BlsRefused):
    """One row is malformed."""


class Contradiction(BlsRefused):
    """Two statements of the payload exclude each other, or a change is beyond belief."""
