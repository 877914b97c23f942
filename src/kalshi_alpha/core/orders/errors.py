"""What a gateway raises: not sent, refused, or nobody knows.

VenueError
├── OrderWithheld    nothing was sent: a gate, a cap, a lock or the kill switch said no
├── OrderRejected    the venue said no: no order exists
└── OrderUnknown     no answer says what became of it: it counts in full, and its market is locked
"""

from __future__ import annotations

from kalshi_alpha.core.errors import DomainError, VenueError


class OrderWithheld(VenueError):
    """Nothing was sent; ``why`` is the word for the reason, such as ``kill_switch``."""

    def __init__(self, why: str, detail: str) -> None:
        super().__init__(f"not sent, {why}: {detail}")
        self.why = why


class OrderRejected(VenueError):
    """The venue refused the order, so none exists; ``code`` is the venue's own word."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"refused, {code}: {detail}" if code else f"refused: {detail}")
        self.code = code


class OrderUnknown(VenueError):
    """The order, or its cancel, may or may not have happened."""


class IllegalEvent(DomainError):
    """An event that cannot follow what is already known of its order."""
