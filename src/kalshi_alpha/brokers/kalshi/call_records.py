"""How calls are made, what they bring, and what may be logged of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar, runtime_checkable

from kalshi_alpha.brokers.kalshi.venue_errors import VenueRefusal
from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.wire import WireFault

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class CallPolicy:
    """How questions are repeated and how long a call may take.

    Attributes
    ----------
    attempts
        How often a question is asked; 1 for once. Writes are sent once always.
    pause_s, pause_max_s
        Mean of the first pause, and the longest; each pause is twice the one before, times a
        random factor between zero and one.
    read_timeout_s, write_timeout_s
        For one whole reply.

    Raises
    ------
    BadParameter
        If a question would never be asked, or a time is not positive.
    """

    attempts: int = 4
    pause_s: float = 0.25
    pause_max_s: float = 5.0
    read_timeout_s: float = 10.0
    write_timeout_s: float = 5.0

    def __post_init__(self) -> None:
        times = (self.pause_s, self.pause_max_s, self.read_timeout_s, self.write_timeout_s)
        if self.attempts < 1 or not all(each > 0.0 for each in times):
            raise BadParameter(f"impossible policy of calls: {self}")


@dataclass(frozen=True, slots=True)
class WriteReply(Generic[T]):
    """What was answered to a write, read but not interpreted.

    Attributes
    ----------
    status, body
        As they came.
    decoded
        The acknowledgement, or None if the body is none, or one of something else.
    error
        The refusal, or None if the status is a success.
    """

    status: int
    body: bytes
    decoded: T | None
    error: VenueRefusal | None


@dataclass(frozen=True, slots=True)
class CallSeen:
    """One request as it may be logged: no query, no header, no body.

    Attributes
    ----------
    method, path
        With the API's prefix.
    status
        Of the reply, or None if no whole reply came.
    retries
        How often it was sent before.
    elapsed_ms
        From the first byte to the whole reply, or to its failure.
    fault
        Why no reply came, or None.
    """

    method: str
    path: str
    status: int | None
    retries: int
    elapsed_ms: float
    fault: WireFault | None = None


@runtime_checkable
class ConnectsAhead(Protocol):
    """A wire that can have a connection ready, so that nothing waits between check and send."""

    async def connect(self, timeout_s: float) -> None:
        """Have an idle connection open."""
        ...
