from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from kalshi_alpha.exec.tearsheet.canvas import Canvas
from kalshi_alpha.exec.tearsheet.ladder import (
    ladder_picture,
    ladder_pictures,
    rungs_of,
    short,
)
from kalshi_alpha.exec.tearsheet.scans import Scan


def test_every_event_has_its_ladder(scan: Scan, canvas: Canvas) -> None:
    found = ladder_pictures(scan, canvas)
    assert [each.key for each in found] == [
        "ladder-kxcpi-24nov",
        "ladder-kxcpiyoy-24nov",
        "ladder-kxcpicore-24nov",
    ]
    assert [each.n for each in found] == ["8 markets", "11 markets", "6 markets"]


def test_what_is_drawn_stands_in_the_table(
    scan: Scan, canvas: Canvas, all_drawn: Callable[..., None]
) -> None:
    found = ladder_picture(scan, "KXCPI-24NOV", canvas)
    assert found is not None
    all_drawn(found, ("model", "honest"), 0.0006, 0.01)
    all_drawn(found, ("size",), 0.51)


def test_a_rung_is_told_on_the_scale_of_yes(scan: Scan) -> None:
    rungs = {each.strike: each for each in rungs_of(scan, "KXCPI-24NOV")}
    assert list(rungs) == ["> -0.1", "> 0", "> 0.1", "> 0.2", "> 0.3", "> 0.4", "> 0.5", "> 0.6"]
    no = rungs["> 0.2"]
    # From the worked example: a NO bid at 32 cents is an offer of YES at 68.
    assert (no.bid, no.ask, no.side, no.price) == (0.64, 0.68, "no", 0.32)
    assert no.quote == pytest.approx(0.68)
    assert no.honest == pytest.approx(1 - 0.3401, abs=1e-4)
    assert no.model == pytest.approx(1 - 0.4653, abs=1e-4)
    assert rungs["> 0.6"].bid is None
    assert rungs["> 0.6"].quote is None


def test_a_closed_gate_is_said(scan: Scan, canvas: Canvas) -> None:
    closed = replace(scan, said={**scan.said, "verdict": {"go": False}})
    found = ladder_picture(closed, "KXCPI-24NOV", canvas)
    assert found is not None
    assert "were the gate not closed" in found.says


def test_an_event_without_a_probability_is_not_drawn(scan: Scan, canvas: Canvas) -> None:
    bare: list[dict[str, Any]] = [{"event_ticker": "E", "market_ticker": "M", "strike": "> 1"}]
    assert ladder_picture(replace(scan, said={"markets": bare}), "E", canvas) is None


def test_a_ladder_without_a_book_is_drawn_all_the_same(scan: Scan, canvas: Canvas) -> None:
    bare = [
        {"event_ticker": "E", "market_ticker": "M", "strike": "> 1", "prob_model": 0.4},
        {"event_ticker": "E", "market_ticker": "N", "strike": "> 2", "prob_market": 0.2},
    ]
    found = ladder_picture(replace(scan, said={"markets": bare}), "E", canvas)
    assert found is not None
    assert "nothing can be compared" in found.says


def test_counts_are_short() -> None:
    assert [short(each) for each in (7, 1500, 25_000)] == ["7", "1.5k", "25k"]
