from __future__ import annotations

from datetime import timedelta

import pytest

from kalshi_alpha.brokers.kalshi.client import VenueClient
from kalshi_alpha.core.errors import KalshiClockSkewError, VenueUnavailable
from kalshi_alpha.core.wire import Wire
from venue_wire import FakeWire, client, run, said


def test_clocks_are_compared_by_one_unsigned_question() -> None:
    async def session(wire: FakeWire) -> None:
        venue = client(wire, VenueClient)
        await venue.compare_clocks()
        venue.guard.require_checked()

    wire = FakeWire(said(200))
    run(session(wire))
    assert wire.targets == ["GET /exchange/status"]
    assert "KALSHI-ACCESS-SIGNATURE" not in wire.sent[0][1]


@pytest.mark.parametrize(
    ("wire", "error"),
    [
        (FakeWire(said(200), ahead=timedelta(seconds=9)), KalshiClockSkewError),
        (FakeWire(said(200, date="never")), KalshiClockSkewError),
        (FakeWire(said(503, b"")), VenueUnavailable),
    ],
    ids=["another time", "no time", "no answer"],
)
def test_clocks_that_cannot_be_compared_are_an_error(
    wire: FakeWire, error: type[Exception]
) -> None:
    with pytest.raises(error):
        run(client(wire, VenueClient).compare_clocks())


def test_the_fake_is_a_wire() -> None:
    wire: Wire = FakeWire(said(200))
    venue = client(FakeWire(said(200)), VenueClient, read_wire=wire)
    assert run(venue.exchange_status()).exchange_active
