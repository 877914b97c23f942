from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kalshi_alpha.sim.faults import Fault, FaultPlan, Site
from kalshi_alpha.sim.faults_frames import (
    PLAIN_SITES,
    SEQUENCED_SITES,
    Ending,
    FrameFaults,
    FrameKind,
    Outgoing,
)

AT = datetime(2025, 6, 11, 10, 30, tzinfo=UTC)
KIND = FrameKind(SEQUENCED_SITES, "book")
FRAME = b'{"type":"orderbook_delta","seq":1}'


class Sent(list[Outgoing]):
    """What one stream sends, under a plan of its own."""

    def __init__(self, seed: int = 0) -> None:
        super().__init__()
        self.plan = FaultPlan(seed)
        self.faults = FrameFaults(self.plan, "one", self.append)

    def emit(self, fault: Fault | None = None, payload: bytes = FRAME, at: datetime = AT) -> None:
        if fault is not None:
            self.plan.inject(fault)
        self.faults.emit(payload, KIND, at)

    def emit_fill(self, payload: bytes, fault: Fault | None = None, at: datetime = AT) -> None:
        kind = FrameKind(PLAIN_SITES, "fill")
        self.faults.emit_fill(payload, b"wrong", fault, kind, at)

    @property
    def payloads(self) -> list[bytes]:
        return [out.payload for out in self]


def test_without_a_fault_a_frame_is_sent_as_it_is() -> None:
    sent = Sent()
    sent.emit()
    assert sent == [Outgoing(FRAME)]


def test_a_gap_loses_one_frame_and_a_repeat_doubles_one() -> None:
    sent = Sent()
    sent.emit(Fault.SEQUENCE_GAP)
    assert sent == []
    sent.emit(Fault.SEQUENCE_REPEAT)
    assert sent.payloads == [FRAME, FRAME]


def test_a_cut_frame_ends_the_connection_inside_it() -> None:
    sent = Sent()
    sent.emit(Fault.FRAME_CUT)
    assert sent == [Outgoing(FRAME, ending=Ending.CUT)]


def test_a_garbled_frame_is_no_json_and_sometimes_not_even_text() -> None:
    texts = set()
    for seed in range(8):
        sent = Sent(seed)
        sent.emit(Fault.FRAME_GARBLED)
        (payload,) = sent.payloads
        assert payload.startswith(FRAME[: len(FRAME) // 2])
        texts.add(payload.endswith(b"\xff\xfe"))
    assert texts == {True, False}


def test_a_stall_swallows_what_is_due_and_ends() -> None:
    sent = Sent()
    sent.emit(Fault.SILENT_STALL)
    sent.emit(at=AT + timedelta(seconds=11))
    sent.emit_fill(b"fill", at=AT + timedelta(seconds=11))
    assert sent == []
    sent.emit(at=AT + timedelta(seconds=41))
    assert sent.payloads == [FRAME]


def test_a_storm_ends_the_stream_and_lasts() -> None:
    sent = Sent()
    sent.emit(Fault.RECONNECT_STORM)
    assert sent == [Outgoing(b"", ending=Ending.RESET)]
    assert sent.plan.lasts(Fault.RECONNECT_STORM, AT)


@pytest.mark.parametrize(
    ("fault", "payloads", "late"),
    [
        (None, [b"fill"], [False]),
        (Fault.FILL_LATE, [b"fill"], [True]),
        (Fault.FILL_TWICE, [b"fill", b"fill"], [False, False]),
        (Fault.FILL_CORRECTED, [b"wrong", b"fill"], [False, True]),
    ],
)
def test_a_fill_is_late_doubled_or_put_right(
    fault: Fault | None, payloads: list[bytes], late: list[bool]
) -> None:
    sent = Sent()
    sent.emit_fill(b"fill", fault)
    assert sent.payloads == payloads
    assert [out.delay_s > 0 for out in sent] == late


def test_two_fills_change_places() -> None:
    sent = Sent()
    sent.emit_fill(b"first", Fault.FILLS_OUT_OF_ORDER)
    assert sent == []
    sent.emit_fill(b"second")
    assert sent.payloads == [b"second", b"first"]


def test_a_fill_that_no_other_follows_is_sent_after_three_seconds() -> None:
    sent = Sent()
    sent.emit_fill(b"only", Fault.FILLS_OUT_OF_ORDER)
    sent.faults.release_overdue(AT + timedelta(seconds=2))
    assert sent == []
    sent.faults.release_overdue(AT + timedelta(seconds=3))
    assert sent.payloads == [b"only"]


def test_private_frames_are_never_skipped_as_if_they_were_numbered() -> None:
    assert Site.SEQUENCED not in PLAIN_SITES
