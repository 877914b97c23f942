from __future__ import annotations

import msgspec
import pytest

from kalshi_alpha.brokers.kalshi.account_payloads import (
    AccountLimits,
    BalanceReply,
    EndpointCostsReply,
    FillsReply,
    OrderGroup,
    OrderReply,
    PositionsReply,
    QueuePositionsReply,
    SettlementsReply,
)
from kalshi_alpha.brokers.kalshi.strict import unknown_fields
from kalshi_alpha.core.types import Contracts, Money, Price, Side

BALANCE = (
    b'{"balance":9801,"balance_dollars":"98.0186","portfolio_value":198,"updated_ts":1781159348,'
    b'"balance_breakdown":[{"exchange_index":0,"balance":"98.0186"}]}'
)
ORDER = (
    b'{"order":{"order_id":"2597b999-f887-4195-8bac-c3f97a1f2021","user_id":"u",'
    b'"client_order_id":"4a75a66e-ca85-4187-93cd-aac5e01ad982","ticker":"KXHIGHNY-26JUN15-B82.5",'
    b'"outcome_side":"yes","book_side":"bid","side":"yes","action":"buy","type":"limit",'
    b'"status":"resting","yes_price_dollars":"0.3400","no_price_dollars":"0.6600",'
    b'"initial_count_fp":"10.00","fill_count_fp":"0.00","remaining_count_fp":"10.00",'
    b'"taker_fill_cost_dollars":"0.000000","maker_fill_cost_dollars":"0.000000",'
    b'"taker_fees_dollars":"0.000000","maker_fees_dollars":"0.000000",'
    b'"created_time":"2026-06-11T06:29:20.866753Z","last_update_time":"2026-06-11T06:29:20.86675Z",'
    b'"self_trade_prevention_type":"taker_at_cross","subaccount_number":0,"exchange_index":0}}'
)
FILLS = (
    b'{"fills":[{"fill_id":"f4a42159","trade_id":"f4a42159","order_id":"97ec18b7",'
    b'"ticker":"KXHIGHNY-26JUN15-B82.5","market_ticker":"KXHIGHNY-26JUN15-B82.5",'
    b'"outcome_side":"yes","book_side":"bid","count_fp":"1.00","yes_price_dollars":"0.5200",'
    b'"no_price_dollars":"0.4800","is_taker":true,"fee_cost":"0.017500",'
    b'"created_time":"2026-06-11T06:29:30.164956Z","ts":1781159370,"subaccount_number":0,'
    b'"exchange_index":0}],"cursor":""}'
)
SETTLEMENTS = (
    b'{"settlements":[{"ticker":"KXHIGHNY-26JUN15-B82.5","exchange_index":0,'
    b'"event_ticker":"KXHIGHNY-26JUN15","market_result":"yes","yes_count_fp":"10.00",'
    b'"yes_total_cost_dollars":"3.4000","no_count_fp":"0.00","no_total_cost_dollars":"0.0000",'
    b'"revenue":1000,"value":100,"settled_time":"2026-06-16T15:05:00Z","fee_cost":"0.0000"}],'
    b'"cursor":""}'
)
POSITIONS = (
    b'{"market_positions":[{"ticker":"A","exchange_index":0,"total_traded_dollars":"3.4000",'
    b'"position_fp":"-7.50","market_exposure_dollars":"3.400000",'
    b'"realized_pnl_dollars":"-0.010000","fees_paid_dollars":"0.070000",'
    b'"last_updated_ts":"2026-06-11T06:29:30Z"}],"event_positions":[],"cursor":""}'
)
LIMITS = (
    b'{"usage_tier":"basic","read":{"refill_rate":200,"bucket_capacity":200},'
    b'"write":{"refill_rate":100,"bucket_capacity":100},'
    b'"grants":[{"exchange_instance":"event_contract","level":"premier"}]}'
)


def test_a_recorded_balance_is_read_to_the_hundredth_of_a_cent() -> None:
    assert msgspec.json.decode(BALANCE, type=BalanceReply).cash == Money(98_018_600)


def test_a_recorded_order_is_read() -> None:
    order = msgspec.json.decode(ORDER, type=OrderReply).order
    assert (order.yes_price, order.outcome_side, order.book_side) == (Price(3400), Side.YES, "bid")
    assert (order.initial, order.filled, order.remaining) == (
        Contracts.whole(10),
        Contracts(0),
        Contracts.whole(10),
    )


def test_a_recorded_fill_is_read() -> None:
    fills = msgspec.json.decode(FILLS, type=FillsReply).fills
    assert fills is not None
    assert (fills[0].yes_price, fills[0].contracts) == (Price(5200), Contracts.whole(1))
    assert (fills[0].fee, fills[0].is_taker) == (Money(17_500), True)


def test_a_settlement_pays_whole_cents() -> None:
    settlements = msgspec.json.decode(SETTLEMENTS, type=SettlementsReply).settlements
    assert settlements is not None
    assert settlements[0].paid == Money.parse("10.00")


def test_no_contracts_count_negative() -> None:
    positions = msgspec.json.decode(POSITIONS, type=PositionsReply).market_positions
    assert positions is not None
    assert positions[0].net_e2 == -750


def test_the_queue_counts_contracts_ahead() -> None:
    body = b'{"queue_positions":[{"order_id":"a","market_ticker":"A","queue_position_fp":"3.00"}]}'
    found = msgspec.json.decode(body, type=QueuePositionsReply).queue_positions
    assert found is not None
    assert found[0].ahead == Contracts.whole(3)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        *((BALANCE, BalanceReply), (ORDER, OrderReply), (FILLS, FillsReply)),
        *((SETTLEMENTS, SettlementsReply), (POSITIONS, PositionsReply), (LIMITS, AccountLimits)),
        (
            b'{"default_cost":10,"endpoint_costs":[{"method":"DELETE","path":"/a/:id","cost":2}]}',
            EndpointCostsReply,
        ),
        (
            (
                b'{"is_auto_cancel_enabled":true,"contracts_limit_fp":"5.00","orders":["a"],'
                b'"exchange_index":0}'
            ),
            OrderGroup,
        ),
    ],
    ids=lambda each: each.__name__ if isinstance(each, type) else "",
)
def test_no_field_of_the_recorded_replies_is_unknown(body: bytes, kind: type) -> None:
    msgspec.json.decode(body, type=kind)
    assert unknown_fields(msgspec.json.decode(body), kind) == set()


@pytest.mark.parametrize(
    ("body", "kind", "field"),
    [
        *((BALANCE, BalanceReply, b"balance_dollars"), (ORDER, OrderReply, b"yes_price_dollars")),
        *((ORDER, OrderReply, b"remaining_count_fp"), (ORDER, OrderReply, b"book_side")),
        *((FILLS, FillsReply, b"fee_cost"), (FILLS, FillsReply, b"count_fp")),
        *((FILLS, FillsReply, b"trade_id"), (FILLS, FillsReply, b"is_taker")),
        *((SETTLEMENTS, SettlementsReply, b"revenue"), (POSITIONS, PositionsReply, b"position_fp")),
        *((LIMITS, AccountLimits, b"refill_rate"), (FILLS, FillsReply, b"fills")),
    ],
)
def test_a_missing_field_that_carries_money_is_an_error(
    body: bytes, kind: type, field: bytes
) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(body.replace(b'"%b":' % field, b'"gone":', 1), type=kind)
