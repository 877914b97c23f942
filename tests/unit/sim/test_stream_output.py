from __future__ import annotations

import json
from datetime import UTC, datetime

from kalshi_alpha.sim.faults import FaultPlan
from kalshi_alpha.sim.faults_frames import Ending, Outgoing
from kalshi_alpha.sim.stream_commands import Channel
from kalshi_alpha.sim.stream_output import StreamOutput

AT = datetime(2025, 6, 11, 10, 30, tzinfo=UTC)


def _output(frames_max: int = 100) -> StreamOutput:
    return StreamOutput(FaultPlan(), "one", frames_max)


def test_numbers_run_apart_in_each_subscription() -> None:
    output = _output()
    first = output.subscribe(Channel.TRADE, ("A",), yes_scale=False)
    second = output.subscribe(Channel.TRADE, ("B",), yes_scale=False)
    for subscription in (first, second, first):
        output.emit(subscription, "trade", {}, AT)
    told = [json.loads(out.payload) for out in output.take()]
    assert [(f["sid"], f["seq"]) for f in told] == [(1, 1), (2, 1), (1, 2)]
    assert told[0]["sending_ts_ms"] == int(AT.timestamp() * 1000)


def test_a_subscription_without_markets_covers_all_and_an_emptied_one_none() -> None:
    output = _output()
    everything = output.subscribe(Channel.TRADE, (), yes_scale=False)
    some = output.subscribe(Channel.TRADE, ("A",), yes_scale=False)
    assert output.on(Channel.TRADE, "A") == [everything, some]
    some.tickers.clear()
    assert output.on(Channel.TRADE, "A") == [everything]
    assert output.on(Channel.TRADE) == [everything, some]


def test_a_slow_reader_loses_the_subscription_that_would_not_fit() -> None:
    output = _output(frames_max=2)
    subscription = output.subscribe(Channel.TRADE, (), yes_scale=False)
    for _ in range(4):
        output.tell(Channel.TRADE, "A", "trade", {}, AT)
    told = [json.loads(out.payload) for out in output.take()]
    assert [f["type"] for f in told] == ["trade", "trade", "error"]
    assert (told[2]["msg"]["code"], told[2]["sid"]) == (25, subscription.sid)
    assert output.subscriptions == {}


def test_nothing_follows_an_ending() -> None:
    output = _output()
    output.send(Outgoing(b"", ending=Ending.RESET))
    output.send(Outgoing(b"late"))
    assert output.ended
    assert len(output.take()) == 1
