from __future__ import annotations

import asyncio

from kalshi_alpha.brokers.dry import DryGateway
from kalshi_alpha.core.types import Contracts
from order_cases import ID, intent

OTHER = intent(nonce=1, contracts=Contracts.whole(2))


def test_orders_are_remembered_once_and_forgotten_when_cancelled() -> None:
    gateway = DryGateway()
    gateway.rest(intent())
    gateway.rest(intent())
    gateway.rest(OTHER)
    assert gateway.resting_contracts == Contracts.whole(12)
    asyncio.run(gateway.cancel(ID))
    assert gateway.resting_contracts == Contracts.whole(2)
    assert list(gateway.resting) == [OTHER.client_order_id]


def test_an_id_that_was_cancelled_is_burned() -> None:
    gateway = DryGateway()
    gateway.rest(intent())
    asyncio.run(gateway.cancel_all())
    assert gateway.rest(intent()).resting == Contracts(0)
    assert gateway.resting == {}
