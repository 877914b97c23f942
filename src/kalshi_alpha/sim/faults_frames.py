"""What goes wrong with frames on their way from the exchange to a client.

Every stream has one `FrameFaults`. It is handed each frame with what it is, and hands on what is
really sent, when, and whether the connection ends with it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from kalshi_alpha.sim.faults import Fault, FaultPlan, Site

LATE_S = (1.0, 20.0)
CORRECTED_AFTER_S = (0.1, 2.0)
SWAP_WITHIN = timedelta(seconds=3)
_NOT_UTF8 = b"\xff\xfe"


class Ending(StrEnum):
    """How a connection ends with a frame."""

    CUT = "cut"
    """Half of the frame is written, and then nothing more."""
    RESET = "reset"
    """Nothing more is written, and there is no closing handshake."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A frame to be sent.

    Attributes
    ----------
    payload
        Text, unless a fault made it none; empty where only the ending is meant.
    delay_s
        How much later than its neighbours it is sent.
    ending
        What the connection does then, or None to go on.
    """

    payload: bytes
    delay_s: float = 0.0
    ending: Ending | None = None


@dataclass(frozen=True, slots=True)
class FrameKind:
    """What a frame is, for the choice of what may go wrong with it."""

    sites: frozenset[Site]
    target: str


PLAIN_SITES = frozenset({Site.FRAME})
SEQUENCED_SITES = frozenset({Site.FRAME, Site.SEQUENCED})


class FrameFaults:
    """The faults of one stream.

    Parameters
    ----------
    plan
        Decides.
    name
        Of the stream, so that what lasts lasts on this one alone.
    send
        Takes what is really sent.
    """

    def __init__(self, plan: FaultPlan, name: str, send: Callable[[Outgoing], None]) -> None:
        self._plan = plan
        self._name = name
        self._send = send
        self._held: tuple[bytes, datetime] | None = None

    def emit(self, payload: bytes, kind: FrameKind, at: datetime) -> None:
        """Send a frame, or what becomes of it."""
        plan = self._plan
        if plan.lasts(Fault.SILENT_STALL, at, self._name):
            return
        match plan.draw(kind.sites, at, kind.target):
            case Fault.SILENT_STALL:
                plan.begin(Fault.SILENT_STALL, at, self._name)
            case Fault.FRAME_CUT:
                self._send(Outgoing(payload, ending=Ending.CUT))
            case Fault.FRAME_GARBLED:
                self._send(Outgoing(self._garbled(payload)))
            case Fault.RECONNECT_STORM:
                plan.begin(Fault.RECONNECT_STORM, at)
                self._send(Outgoing(b"", ending=Ending.RESET))
            case Fault.SEQUENCE_GAP:
                pass
            case Fault.SEQUENCE_REPEAT:
                self._send(Outgoing(payload))
                self._send(Outgoing(payload))
            case _:
                self._send(Outgoing(payload))

    def emit_fill(
        self, payload: bytes, wrong: bytes, fault: Fault | None, kind: FrameKind, at: datetime
    ) -> None:
        """Send the message of a fill under the fault that was drawn for the fill.

        Parameters
        ----------
        payload, wrong
            The true message, and one that a later message corrects.
        fault
            Of the site of fills; the caller draws it, because it may concern other channels.
        """
        if self._plan.lasts(Fault.SILENT_STALL, at, self._name):
            return
        match fault:
            case Fault.FILL_LATE:
                self._send(Outgoing(payload, delay_s=self._plan.uniform(*LATE_S)))
            case Fault.FILL_TWICE:
                self._send(Outgoing(payload))
                self._send(Outgoing(payload))
            case Fault.FILL_CORRECTED:
                self._send(Outgoing(wrong))
                self._send(Outgoing(payload, delay_s=self._plan.uniform(*CORRECTED_AFTER_S)))
            case Fault.FILLS_OUT_OF_ORDER if self._held is None:
                self._held = (payload, at)
            case _:
                self.emit(payload, kind, at)
                self._release()

    def release_overdue(self, at: datetime) -> None:
        """Send the fill that waited for a later one, if none came in time."""
        if self._held is not None and at - self._held[1] >= SWAP_WITHIN:
            self._release()

    def _release(self) -> None:
        if self._held is not None:
            self._send(Outgoing(self._held[0]))
            self._held = None

    def _garbled(self, payload: bytes) -> bytes:
        half = payload[: len(payload) // 2]
        return half + _NOT_UTF8 if self._plan.flips() else half
