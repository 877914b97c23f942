from __future__ import annotations

import msgspec
import pytest

from kalshi_alpha.brokers.kalshi.payloads import BookPayload, StatusReply, TradePayload


@pytest.mark.parametrize("missing", ["count_fp", "yes_price_dollars", "taker_outcome_side"])
def test_a_print_without_a_money_field_does_not_decode(missing: str) -> None:
    whole = {
        "trade_id": "t",
        "ticker": "M",
        "count_fp": "1.00",
        "yes_price_dollars": "0.5000",
        "taker_outcome_side": "no",
        "created_time": "2025-06-11T10:48:42Z",
        "is_block_trade": False,
    }
    msgspec.convert(whole, TradePayload)
    del whole[missing]
    with pytest.raises(msgspec.ValidationError, match=missing):
        msgspec.convert(whole, TradePayload)


def test_prices_that_are_numbers_instead_of_strings_do_not_decode() -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(b'{"yes_dollars":[[0.33,40]],"no_dollars":[]}', type=BookPayload)


def test_the_exchange_says_both_whether_it_runs_and_whether_it_trades() -> None:
    reply = msgspec.json.decode(
        b'{"exchange_active":true,"trading_active":false}', type=StatusReply
    )
    assert (reply.exchange_active, reply.trading_active) == (True, False)
