"""What an answer to an order says: the one table.

Only an answer that cannot have come from an accepted order counts as a refusal. Whatever is not
in the table is unknown: the market is locked, and the venue is asked what became of the order.
"""

from __future__ import annotations

from enum import StrEnum

OWN_ID_TAKEN = "order_already_exists"
TOO_MANY = frozenset({"too_many_requests", "too many requests", "rate_limited"})
# Words of a batch's items that say what went wrong inside the venue, not what was wrong with us.
_VENUE_FAILED = frozenset({"", "internal_error", "internal_server_error", "service_unavailable",
                           "timeout", "unknown"})  # fmt: skip
_REFUSALS = frozenset({400, 403, 404, 410})


class Outcome(StrEnum):
    """What became of a request that was sent."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    ADOPT = "look up and adopt"
    """Our own id is taken: an order of ours is there already."""
    BACK_OFF = "rejected, back off"
    STOP = "rejected, stop"
    """The venue does not believe who we are; nothing more is sent until it does."""
    UNKNOWN = "unknown"


def create_outcome(status: int | None, *, has_order: bool, code: str = "") -> Outcome:
    """Return what an answer to a new order says.

    Parameters
    ----------
    status
        HTTP status; None if no whole answer came, or it was not readable as one.
    has_order
        Whether the body held an order with the id we sent (or none) and all its counts.
    code
        The venue's error code; empty if none could be read.
    """
    if status is None:
        return Outcome.UNKNOWN
    if 200 <= status < 300:
        return Outcome.ACCEPTED if has_order else Outcome.UNKNOWN
    if status == 409:
        # Unless the venue names another conflict, ours may be the order that is there.
        return Outcome.REJECTED if code not in {"", OWN_ID_TAKEN} else Outcome.ADOPT
    if status == 429:
        return Outcome.BACK_OFF
    if status == 401:
        return Outcome.STOP
    return Outcome.REJECTED if status in _REFUSALS else Outcome.UNKNOWN


def batch_item_outcome(*, has_order: bool, code: str | None) -> Outcome:
    """Return what one item of an answered batch says.

    Parameters
    ----------
    has_order
        As for a single order.
    code
        The item's error code; empty if its error names none, None if it has no error.
    """
    if code is None:
        return Outcome.ACCEPTED if has_order else Outcome.UNKNOWN
    if has_order or code in _VENUE_FAILED:
        return Outcome.UNKNOWN
    if code == OWN_ID_TAKEN:
        return Outcome.ADOPT
    return Outcome.BACK_OFF if code in TOO_MANY else Outcome.REJECTED


class CancelOutcome(StrEnum):
    """What an answer to a cancel or a decrease says."""

    DONE = "done"
    NOT_RESTING = "not resting"
    """Cancelled before, filled, or never there: the order itself must be looked up."""
    BACK_OFF = "back off"
    STOP = "stop"
    UNKNOWN = "unknown"


def cancel_outcome(status: int | None, *, has_count: bool) -> CancelOutcome:
    """Return what an answer to a cancel or a decrease says.

    Parameters
    ----------
    status
        HTTP status; None if no whole answer came.
    has_count
        Whether the body said how many contracts were taken off, or remain.
    """
    if status is None:
        return CancelOutcome.UNKNOWN
    if 200 <= status < 300:
        return CancelOutcome.DONE if has_count else CancelOutcome.UNKNOWN
    if status == 404:
        return CancelOutcome.NOT_RESTING
    if status == 429:
        return CancelOutcome.BACK_OFF
    return CancelOutcome.STOP if status == 401 else CancelOutcome.UNKNOWN
