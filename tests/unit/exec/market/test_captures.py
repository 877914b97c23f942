from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kalshi_alpha.core.errors import ParseRefused
from kalshi_alpha.datastore.market.partition import Partition
from kalshi_alpha.exec.market.captures import captures
from tape_cases import MARKETS, at, delta, print_frame, snapshot, write_zstd

MID = MARKETS[1].ticker
BTC = "KXBTC15M-26MAY140045-45"


def only(folder: Path, name: str, lines: list[Any]) -> Partition:
    write_zstd(folder / f"kalshi_ws_{name}.ndjson.zst", lines)
    (source,) = captures(folder)
    (found,) = source.partitions()
    return found


def test_raw_frames_take_the_time_of_their_stamps(tmp_path: Path) -> None:
    found = only(
        tmp_path,
        "raw",
        [
            snapshot(1, 1, MID, [["0.4500", "3.00"]], []),
            delta(1, 2, MID, "yes", "0.4500", "-1.00", "2025-01-10T12:00:00.000001Z"),
            print_frame(2, 1, MID, "0.4500", "1.00", "no", at("10T12:00:01") // 1_000_000),
            snapshot(1, 3, MID, [], []),
        ],
    )
    depth, trades, gaps = (part.frame for part in found.parts)
    first, second = at("10T12:00:00.000001"), at("10T12:00:01")
    assert depth["at_us"].to_list() == [first, first, second]
    assert trades["at_us"].to_list() == [second]
    assert gaps.rows() == [(second + 1, 0)], "nobody followed the book any further"


def envelope(kind: str, seq: int | None, payload: Any, ns: int) -> dict[str, Any]:
    return {
        "channel": "control" if seq is None else "orderbook_delta",
        "connection_id": "one",
        "event_type": kind,
        "local_recv_ns": ns,
        "payload_json": payload,
        "sequence_number": seq,
    }


def test_an_enveloped_frame_came_when_its_envelope_says(tmp_path: Path) -> None:
    start = 1_778_733_491_000_000_000
    watched = {"market_ticker": BTC, "close_time": "2026-05-14T04:45:00Z", "strike": 79291.54}
    level = snapshot(0, 0, BTC, [["0.4500", "3.00"]], [])["msg"]
    change = delta(0, 0, BTC, "no", "0.5310", "0.32")["msg"] | {"price_cents": 53}
    found = only(
        tmp_path,
        "enveloped",
        [
            envelope("watch_market", None, watched, start),
            envelope("ws_connected", None, {"market_ticker": BTC}, start + 1_000),
            envelope("orderbook_snapshot", 1, level, start + 2_000),
            envelope("orderbook_delta", 2, change, start + 3_000),
            envelope("ticker", None, {"yes_bid": 45}, start + 4_000),
        ],
    )
    part, gaps = found.parts
    end = start // 1000 + 4
    assert gaps.frame.rows() == [(start // 1000 + 1, 0), (end, 0)]
    assert part.frame["at_us"].to_list() == [start // 1000 + 2, start // 1000 + 3]
    assert part.frame["price_e4"].to_list() == [4500, 5310]
    (market,) = found.markets.to_dicts()
    assert (market["closes_source"], market["strike_type"]) == ("venue", None)
    assert found.series == "KXBTC15M"
    assert "connection one opened" in found.gaps[0]


def test_a_frame_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ParseRefused, match="kalshi_ws_raw"):
        only(tmp_path, "raw", [b'{"type":"orderbook_delta"}'])
