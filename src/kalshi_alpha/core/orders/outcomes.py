"""What an answer to an order says: the one table.

Only an answer that cannot have come from an accepted order counts as a refusal. Whatever is not
in the table is unknown: the market is locked, and the venue is asked what became of the order.
"""

from __future__ import annotations

from enum import StrEnum

OWN_ID_TAKEN = "order_already_exists"
TOO_MANY = frozenset({"too_many_requests", "too many requests", "rate_limited"})
CONFLICT_CODES = frozenset({
    "exchange_is_paused", "fill_or_kill_insufficient_resting_volume", "market_inactive",
    "trading_is_paused",
})  # fmt: skip
"""The venue's own reasons for a 409 other than that an id is taken."""
REFUSAL_CODES = CONFLICT_CODES | {
    "available_balance_too_low", "bad_request", "forbidden", "insufficient_balance",
    "invalid_order", "invalid_order_size", "invalid_price",
    "market_not_found", "not_found", "order_group_triggered",
    "order_id_and_client_order_id_mismatch", "order_side_mismatch", "order_ticker_mismatch",
}  # fmt: skip
"""The venue's codes that refuse an order. Any other may say that the venue itself failed."""
_REFUSALS = frozenset({400, 403, 404, 410})
_BEFORE_THE_SIGNATURE = frozenset({401, 403, 408, 429})
_NO_CODE = frozenset({"", "unreadable"})
# The shape without a code, which the venue uses for a bad request and a gateway for anything.
_BARE = "parameter_validation"


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
        The venue's error code, in any case; empty or ``unreadable`` if the body is in none of
        the venue's shapes: then it may be a gateway's page, which knows nothing of the order.
    """
    if status is None:
        return Outcome.UNKNOWN
    if 200 <= status < 300:
        return Outcome.ACCEPTED if has_order else Outcome.UNKNOWN
    if status == 409:
        # Unless the venue names another conflict, ours may be the order that is there.
        return Outcome.REJECTED if _word(code) in CONFLICT_CODES else Outcome.ADOPT
    if status == 429:
        return Outcome.BACK_OFF
    if status == 401:
        return Outcome.STOP
    refused = status in _REFUSALS and _said_by_the_venue(status, code)
    return Outcome.REJECTED if refused else Outcome.UNKNOWN


def batch_item_outcome(*, has_order: bool, code: str | None) -> Outcome:
    """Return what one item of an answered batch says.

    Parameters
    ----------
    has_order
        As for a single order; beside an error, whether the item names an order at all.
    code
        The item's error code, in any case; empty if its error names none, None if it has no
        error.
    """
    if code is None:
        return Outcome.ACCEPTED if has_order else Outcome.UNKNOWN
    word = _word(code)
    if has_order:
        return Outcome.UNKNOWN
    if word == OWN_ID_TAKEN:
        return Outcome.ADOPT
    if word in TOO_MANY:
        return Outcome.BACK_OFF
    return Outcome.REJECTED if word in REFUSAL_CODES else Outcome.UNKNOWN


def proves_signature(status: int | None, *, read: bool, code: str = "") -> bool:
    """Say whether an answer proves that the venue itself took our signature.

    What a gateway or a proxy answers in its place proves nothing, nor does a refusal that may
    have come before the signature was looked at.

    Parameters
    ----------
    status
        HTTP status; None if no whole answer came.
    read
        Whether the body held what such a request is answered with.
    code
        The venue's error code, as for `create_outcome`.
    """
    if status is None or status in _BEFORE_THE_SIGNATURE:
        return False
    if 200 <= status < 300:
        return read
    return 400 <= status < 500 and _said_by_the_venue(status, code)


def _said_by_the_venue(status: int, code: str) -> bool:
    return _word(code) not in _NO_CODE and (_word(code) != _BARE or status == 400)


def _word(code: str) -> str:
    """Return a code as it is compared: codes come in either case, and as words."""
    return "_".join(code.lower().split())


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
