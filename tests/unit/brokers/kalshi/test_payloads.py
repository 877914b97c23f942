from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest

from kalshi_alpha.brokers.kalshi.payloads import (
    BookPayload,
    MarketReply,
    ScheduleReply,
    StatusReply,
    TradePayload,
)
from kalshi_alpha.brokers.kalshi.strict import unknown_fields


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


def test_every_documented_field_of_a_recorded_market_is_known() -> None:
    body = (
        b'{"market":{"ticker":"KXHIGHNY-26JUN15-B82.5","event_ticker":"KXHIGHNY-26JUN15",'
        b'"market_type":"binary","yes_sub_title":"82 to 83","no_sub_title":"82 to 83",'
        b'"created_time":"2026-06-14T10:11:34.383017Z","updated_time":"2026-06-14T10:40:10Z",'
        b'"open_time":"2026-06-14T10:40:10Z","close_time":"2026-06-16T04:59:00Z",'
        b'"expected_expiration_time":"2026-06-16T14:00:00Z",'
        b'"latest_expiration_time":"2026-06-22T14:00:00Z","settlement_timer_seconds":3600,'
        b'"status":"active","notional_value_dollars":"1.0000","yes_bid_dollars":"0.3400",'
        b'"yes_ask_dollars":"0.3600","no_bid_dollars":"0.6400","no_ask_dollars":"0.6600",'
        b'"yes_bid_size_fp":"120.00","yes_ask_size_fp":"75.50","last_price_dollars":"0.3500",'
        b'"previous_yes_bid_dollars":"0.0000","previous_yes_ask_dollars":"0.0000",'
        b'"previous_price_dollars":"0.0000","volume_fp":"1520.00","volume_24h_fp":"1520.00",'
        b'"open_interest_fp":"910.00","result":"","can_close_early":true,"expiration_value":"",'
        b'"rules_primary":"","rules_secondary":"","strike_type":"between","floor_strike":82,'
        b'"cap_strike":83,"price_level_structure":"linear_cent",'
        b'"price_ranges":[{"start":"0.0000","end":"1.0000","step":"0.0100"}],'
        b'"settlement_bounds_type":"default","exchange_index":0}}'
    )
    assert msgspec.json.decode(body, type=MarketReply).market.floor_strike == Decimal(82)
    assert unknown_fields(msgspec.json.decode(body), MarketReply) == set()


def test_every_documented_field_of_a_recorded_schedule_and_status_is_known() -> None:
    day = b'[{"open_time":"00:00","close_time":"00:00"}]'
    days = b",".join(
        b'"%b":%b' % (name, day)
        for name in (
            *(b"monday", b"tuesday", b"wednesday", b"thursday", b"friday", b"saturday"),
            b"sunday",
        )
    )
    schedule = (
        b'{"schedule":{"standard_hours":[{"start_time":"2024-12-01T00:00:00Z",'
        b'"end_time":"2200-12-01T00:00:00Z",%b}],"maintenance_windows":'
        b'[{"start_datetime":"2026-06-18T07:00:00Z","end_datetime":"2026-06-18T09:00:00Z"}]}}'
    ) % days
    status = (
        b'{"exchange_active":true,"trading_active":true,"intra_exchange_transfers_active":true,'
        b'"exchange_index_statuses":[{"exchange_index":0}]}'
    )
    for body, kind in ((schedule, ScheduleReply), (status, StatusReply)):
        msgspec.json.decode(body, type=kind)
        assert unknown_fields(msgspec.json.decode(body), kind) == set()
