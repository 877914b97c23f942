"""What the venue's client needs of a network: one request and its reply, and a stream of frames.

The real network, and the local exchange inside a test's own process, both give these. A failure
says whether the request may have reached the venue: that, and nothing else, decides whether an
order is known not to exist.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from kalshi_alpha.core.errors import BadParameter, VenueError


@dataclass(frozen=True, slots=True)
class WireRequest:
    """A request before it is signed.

    Attributes
    ----------
    method
        Upper case, such as ``"POST"``.
    path
        From the root of the host, with the API's prefix and without a query: what is signed.
    query
        Encoded, without the question mark; empty for none. It is not signed.
    body
        JSON, or empty.

    Raises
    ------
    BadParameter
        If the method is not upper case, or the path is relative or carries a query.
    """

    method: str
    path: str
    query: str = ""
    body: bytes = b""

    def __post_init__(self) -> None:
        if not self.method.isupper():
            raise BadParameter(f"a method is upper case, was {self.method!r}")
        if not self.path.startswith("/") or "?" in self.path:
            raise BadParameter(f"a path starts with / and carries no query, was {self.path!r}")

    @property
    def target(self) -> str:
        """Path and query, as the request line carries them."""
        return f"{self.path}?{self.query}" if self.query else self.path


@dataclass(frozen=True, slots=True)
class WireReply:
    """A whole reply; names of headers are lower case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class WireFault(StrEnum):
    """Why no whole reply came."""

    NOT_CONNECTED = "not_connected"
    """No connection was made: nothing of the request left this process."""
    TIMEOUT = "timeout"
    RESET = "reset"
    TORN = "torn"
    """The connection ended inside the reply, or what came is no HTTP."""
    CLOSED = "closed"
    """The stream was closed, or is not open."""


class WireFailed(VenueError):
    """No whole reply came.

    Attributes
    ----------
    fault
        What happened.
    may_have_arrived
        False only if it is certain that the venue saw nothing of the request.
    """

    def __init__(self, fault: WireFault, detail: str, *, may_have_arrived: bool = True) -> None:
        super().__init__(f"{fault}: {detail}")
        self.fault = fault
        self.may_have_arrived = may_have_arrived


class Wire(Protocol):
    """Carries requests to one host and brings the replies; it never sends anything twice."""

    async def send(
        self, request: WireRequest, headers: Mapping[str, str], timeout_s: float
    ) -> WireReply:
        """Send one request and return its whole reply.

        Raises
        ------
        WireFailed
            If no whole reply came in time.
        """
        ...

    async def close(self) -> None:
        """Close every connection."""
        ...


class FrameStream(Protocol):
    """One open stream of text frames."""

    async def send(self, frame: bytes) -> None:
        """Send a text frame.

        Raises
        ------
        WireFailed
            If the stream is closed.
        """
        ...

    async def receive(self) -> bytes:
        """Return the next text frame, waiting for it.

        Raises
        ------
        WireFailed
            If the stream is closed, or a frame is no text.
        """
        ...

    async def close(self) -> None:
        """Close the stream; closing it again does nothing."""
        ...


class StreamOpener(Protocol):
    """Opens streams to one host."""

    async def open(self, path: str, headers: Mapping[str, str], timeout_s: float) -> FrameStream:
        """Shake hands and return an open stream.

        Raises
        ------
        WireFailed
            If the host does not answer, or refuses.
        """
        ...
