from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kalshi_alpha.core.errors import ParseRefused
from kalshi_alpha.exec.market.settled_events import settled_events
from kalshi_alpha.exec.market.trade_tape import trade_tapes
from tape_cases import CLOSES_US, DAY, EVENT, OPENS_US, write_weather_tape


def write_event(folder: Path, **changed: Any) -> Path:
    market = {
        "ticker": f"{EVENT}-B38.5",
        "open_time": "2025-01-09T15:00:00Z",
        "close_time": "2025-01-11T04:59:00Z",
        "result": "yes",
        "expiration_value": "39.00",
        "strike_type": "between",
        "floor_strike": 38,
        "cap_strike": 39,
    }
    reply = {
        "event": {"event_ticker": EVENT, "series_ticker": "KXHIGHNY"},
        "markets": [market | changed],
    }
    path = folder / "sample_rest_event_settled_KXHIGHNY_25JAN10.json"
    path.write_text(json.dumps(reply))
    return path


def test_an_event_alone_gives_markets_and_nothing_that_was_recorded(tmp_path: Path) -> None:
    write_event(tmp_path)
    (source,) = settled_events(tmp_path)
    (found,) = source.partitions()
    assert (found.series, found.date, found.parts) == ("KXHIGHNY", DAY, ())
    (market,) = found.markets.to_dicts()
    assert (market["opens_us"], market["closes_us"]) == (OPENS_US, CLOSES_US)
    assert (market["yes_payout_e4"], market["settlement_value"]) == (10_000, "39.00")
    assert market["closes_source"] == "venue"


def test_beside_a_tape_it_tells_the_hours_and_no_more(tmp_path: Path) -> None:
    write_weather_tape(tmp_path)
    write_event(tmp_path, close_time="2025-01-11T05:10:00Z", settlement_ts="2025-01-11T13:00:00Z")
    assert settled_events(tmp_path) == []
    (source,) = trade_tapes(tmp_path)
    (found,) = source.partitions()
    market = found.markets.to_dicts()[1]
    assert market["closes_us"] == CLOSES_US + 11 * 60 * 1_000_000
    assert market["closes_source"] == "venue"
    assert market["settled_us"] is not None
    assert market["settlement_value"] == "39.0"


def test_sources_that_know_different_results_are_refused(tmp_path: Path) -> None:
    write_weather_tape(tmp_path)
    write_event(tmp_path, result="no")
    (source,) = trade_tapes(tmp_path)
    with pytest.raises(ParseRefused, match="different results"):
        list(source.partitions())


def test_an_answer_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    write_event(tmp_path, close_time="soon")
    with pytest.raises(ParseRefused, match="25JAN10"):
        settled_events(tmp_path)
