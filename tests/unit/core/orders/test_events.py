from __future__ import annotations

from collections.abc import Sequence

import msgspec
import pytest

from kalshi_alpha.core.orders import events as ev
from kalshi_alpha.core.types import Contracts, Money
from order_cases import (
    AT,
    ID,
    absent,
    accepted,
    cancel_sent,
    cancelled,
    filled,
    intended,
    lost,
    rejected,
    seen,
    surplus_found,
    surplus_over,
    withheld,
)

EVERY: Sequence[ev.OrderEvent] = (
    intended(),
    withheld(),
    accepted(),
    rejected(),
    lost(),
    seen(),
    absent(),
    cancel_sent(),
    cancelled(),
    filled(300),
    surplus_found(),
    surplus_over(),
    ev.Stated(
        at=AT,
        cash=Money(5),
        positions=(ev.StatedPosition(ticker="M", net_e2=-5, at_risk=Money(1)),),
    ),
    ev.Settled(at=AT, ticker="M", revenue=Money(1)),
    ev.SeriesStopped(at=AT, series="KXCPI", why="unresolved"),
    ev.Reconciled(at=AT, breaks=0),
)


@pytest.mark.parametrize("event", EVERY, ids=lambda event: type(event).__name__)
def test_an_event_survives_being_written_down(event: ev.OrderEvent) -> None:
    assert ev.decode(ev.encode(event)) == event


def test_every_kind_of_event_has_been_written_down_here() -> None:
    assert {type(event) for event in EVERY} == set(ev.OrderEvent.__args__)


@pytest.mark.parametrize(
    "line",
    [
        b"{}",
        b'{"kind":"guessed","at":"2026-11-26T15:00:00Z"}',
        b'{"kind":"lost","at":"2026-11-26T15:00:00Z","client_order_id":"a","why":"b","more":1}',
        ev.encode(cancelled()).replace(b'"e2":1000', b'"e2":-1'),
        ev.encode(intended()).replace(b'"e4":4200', b'"e4":0'),
    ],
)
def test_what_is_no_event_of_ours_is_refused(line: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        ev.decode(line)


def test_a_word_of_the_venue_that_is_not_ours_is_unknown() -> None:
    assert ev.VenueStatus.read("resting") is ev.VenueStatus.RESTING
    assert ev.VenueStatus.read("amended") is ev.VenueStatus.UNKNOWN


def test_an_event_is_one_readable_line() -> None:
    assert ev.encode(ev.Cancelled(at=AT, client_order_id=ID, removed=Contracts(5))) == (
        b'{"kind":"cancelled","at":"2026-11-26T15:00:00Z","client_order_id":"'
        + ID.encode()
        + b'","removed":{"e2":5}}'
    )
