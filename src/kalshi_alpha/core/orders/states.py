"""The states of an order, and the one table of how each sign of life or death moves them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from kalshi_alpha.core.orders.errors import IllegalEvent


class OrderState(StrEnum):
    """How far an order has come."""

    IN_FLIGHT = "in_flight"
    """Its intent is durable; whether it was sent, and what came of it, is not known yet."""
    UNKNOWN = "unknown"
    """The answer was lost: it may rest or have traded, and its market is locked."""
    RESTING = "resting"
    CANCELLED = "cancelled"
    EXECUTED = "executed"
    REJECTED = "rejected"
    WITHHELD = "withheld"
    """It was not sent after all."""
    ABSENT = "absent"
    """The venue never had it."""

    @property
    def may_trade(self) -> bool:
        """Whether what is not filled of it may still be filled."""
        return self in _MAY_TRADE

    @property
    def never_was(self) -> bool:
        """Whether the venue holds no order of this id, as far as is known."""
        return self in _NEVER_WAS


_MAY_TRADE = frozenset({OrderState.IN_FLIGHT, OrderState.UNKNOWN, OrderState.RESTING})
_NEVER_WAS = frozenset({OrderState.REJECTED, OrderState.WITHHELD, OrderState.ABSENT})


class Sign(StrEnum):
    """What an event says about the order it is of."""

    WITHHELD = "withheld"
    REFUSED = "refused"
    LOST = "lost"
    RESTS = "rests"
    CANCELLED = "cancelled"
    EXECUTED = "executed"
    FILLED_PART = "filled in part"
    FILLED_WHOLE = "filled whole"
    ABSENT = "absent"


class Move(NamedTuple):
    """Where a sign leads; ``contradiction`` if what was known before cannot have been so."""

    state: OrderState
    contradiction: bool = False


_S = OrderState
_NEW_EVIDENCE = {
    Sign.RESTS: Move(_S.RESTING),
    Sign.CANCELLED: Move(_S.CANCELLED),
    Sign.EXECUTED: Move(_S.EXECUTED),
    # A fill may come before the answer: then the order is there, and what is left of it rests.
    Sign.FILLED_PART: Move(_S.RESTING),
    Sign.FILLED_WHOLE: Move(_S.EXECUTED),
}
_AGAINST_WHAT_WAS_KNOWN = {sign: Move(move.state, True) for sign, move in _NEW_EVIDENCE.items()}  # noqa: FBT003
# The keys that are missing are impossible: nobody may write such an event.
TRANSITIONS: Mapping[OrderState, Mapping[Sign, Move]] = MappingProxyType(
    {
        _S.IN_FLIGHT: _NEW_EVIDENCE
        | {
            Sign.WITHHELD: Move(_S.WITHHELD),
            Sign.REFUSED: Move(_S.REJECTED),
            Sign.LOST: Move(_S.UNKNOWN),
            Sign.ABSENT: Move(_S.ABSENT),
        },
        _S.UNKNOWN: _NEW_EVIDENCE | {Sign.LOST: Move(_S.UNKNOWN), Sign.ABSENT: Move(_S.ABSENT)},
        # The stream may tell of an order before the answer is lost or says otherwise.
        _S.RESTING: _NEW_EVIDENCE
        | {Sign.LOST: Move(_S.RESTING), Sign.REFUSED: Move(_S.RESTING, contradiction=True)},
        # Readings lag: one that still shows it resting is older than its end.
        _S.CANCELLED: {
            Sign.RESTS: Move(_S.CANCELLED),
            Sign.CANCELLED: Move(_S.CANCELLED),
            Sign.EXECUTED: Move(_S.EXECUTED),
            Sign.FILLED_PART: Move(_S.CANCELLED),
            Sign.FILLED_WHOLE: Move(_S.EXECUTED),
            Sign.LOST: Move(_S.CANCELLED),
            Sign.REFUSED: Move(_S.CANCELLED, contradiction=True),
        },
        _S.EXECUTED: {
            Sign.RESTS: Move(_S.EXECUTED),
            Sign.CANCELLED: Move(_S.EXECUTED),
            Sign.EXECUTED: Move(_S.EXECUTED),
            Sign.FILLED_PART: Move(_S.EXECUTED),
            Sign.FILLED_WHOLE: Move(_S.EXECUTED),
            Sign.LOST: Move(_S.EXECUTED),
            Sign.REFUSED: Move(_S.EXECUTED, contradiction=True),
        },
        _S.REJECTED: _AGAINST_WHAT_WAS_KNOWN,
        _S.WITHHELD: _AGAINST_WHAT_WAS_KNOWN,
        _S.ABSENT: _AGAINST_WHAT_WAS_KNOWN,
    }
)


def next_state(state: OrderState, sign: Sign) -> Move:
    """Return where a sign leads from a state.

    Raises
    ------
    IllegalEvent
        If the table has no such step.
    """
    move = TRANSITIONS[state].get(sign)
    if move is None:
        raise IllegalEvent(f"an order that is {state} cannot be {sign}")
    return move
