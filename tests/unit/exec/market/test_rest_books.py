from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kalshi_alpha.core.errors import ParseRefused
from kalshi_alpha.exec.market.rest_books import rest_books
from tape_cases import CLOSES_US, DAY, EVENT, at


def line(suffix: str, yes: Any, no: Any, **changed: Any) -> str:
    whole = {
        "captured_at": "2025-01-10T12:00:00.000250+00:00",
        "close_time": "2025-01-11T04:59:00Z",
        "series": "KXHIGHNY",
        "ticker": f"{EVENT}-{suffix}",
        "strike_type": "greater",
        "floor_strike": 39,
        "cap_strike": None,
        "raw_orderbook": {"yes_dollars": yes, "no_dollars": no},
    }
    return json.dumps(whole | changed)


def write_books(folder: Path, *lines: str) -> None:
    (folder / "sample_rest_orderbooks_made_up.jsonl").write_text("\n".join([*lines, ""]))


def test_a_book_is_a_snapshot_and_an_empty_one_has_a_row_too(tmp_path: Path) -> None:
    write_books(
        tmp_path,
        line("T39", [["0.0100", "3.00"]], [["0.9700", "0.25"], ["0.9600", "7.00"]]),
        line("T45", [], None, floor_strike=45),
    )
    (found,) = rest_books(tmp_path)[0].partitions()
    assert (found.series, found.date) == ("KXHIGHNY", DAY)
    rows = found.parts[0].frame.rows()
    when = at("10T12:00:00.000250")
    assert rows == [
        (when, 0, False, 9600, 700, True),
        (when, 0, False, 9700, 25, False),
        (when, 0, True, 100, 300, False),
        (when, 1, True, 100, 0, True),
    ]
    assert set(found.markets["closes_us"]) == {CLOSES_US}
    assert set(found.markets["opens_source"]) == {"record"}


@pytest.mark.parametrize(
    "bad", [line("T39", [["1.5", "3.00"]], []), line("T39", [], [], close_time="soon"), "{"]
)
def test_a_line_that_is_no_book_is_refused(tmp_path: Path, bad: str) -> None:
    write_books(tmp_path, bad)
    with pytest.raises(ParseRefused):
        list(rest_books(tmp_path)[0].partitions())
