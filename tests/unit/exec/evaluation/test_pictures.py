from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest

from kalshi_alpha.exec.evaluation.pictures import (
    pit_picture,
    reliability_picture,
    replay_pictures,
    weight_picture,
)
from plugins import made_up_replay

SVG = "{http://www.w3.org/2000/svg}"


def of(text: str, tag: str, kind: str = "") -> list[ET.Element]:
    root = ET.fromstring(text)  # noqa: S314 - our own text
    return [e for e in root.iter(f"{SVG}{tag}") if not kind or e.get("class") == kind]


def test_each_replay_has_its_pictures_and_a_pooled_one_its_weight() -> None:
    replays = (made_up_replay("cpi_mom"), made_up_replay("cpi_mom@7d", 3, weights=(0.2, 0.3, 0.3)))
    assert sorted(replay_pictures("CPI", replays)) == [
        "CPI-cpi_mom-7d-pit.svg",
        "CPI-cpi_mom-7d-reliability.svg",
        "CPI-cpi_mom-7d-weight.svg",
        "CPI-cpi_mom-pit.svg",
        "CPI-cpi_mom-reliability.svg",
    ]


def test_reliability_marks_what_chance_alone_does_not_explain() -> None:
    good, bad = (reliability_picture(made_up_replay(shift=shift)) for shift in (0.0, 6.0))
    assert len(of(good, "circle", "dot")) > len(of(bad, "circle", "dot"))
    assert of(bad, "circle", "off")


def test_the_pit_histogram_has_ten_bars_and_a_band() -> None:
    text = pit_picture(made_up_replay())
    assert len(of(text, "rect", "bar")) == 10
    assert len(of(text, "rect", "band")) == 1


def corners(text: str) -> list[tuple[float, ...]]:
    [path] = of(text, "polyline", "path")
    return [tuple(map(float, each.split(","))) for each in str(path.get("points")).split()]


def labels(text: str) -> list[str]:
    return [str(each.text) for each in of(text, "text")]


def months(n: int) -> tuple[date, ...]:
    return tuple(date(2021 + i // 12, 1 + i % 12, 1) for i in range(n))


def test_the_weight_s_path_is_a_step_a_forecast_inside_the_picture() -> None:
    weights = tuple(0.2 + 0.005 * (i % 3) for i in range(48))
    points = corners(weight_picture(made_up_replay(weights=weights)))
    assert len(points) == 2 * 48 - 1
    assert all(0 <= x <= 360 and 0 <= y <= 360 for x, y in points)
    # A weight holds until the next forecast: every leg is level or upright.
    assert all(a[0] == b[0] or a[1] == b[1] for a, b in pairwise(points))


@pytest.mark.parametrize(("weight", "top"), [(0.02, "0.05"), (0.25, "0.30"), (0.8, "1.00")])
def test_the_weight_s_axis_ends_not_far_above_it(weight: float, top: str) -> None:
    text = weight_picture(made_up_replay(n=3, weights=(weight,) * 3))
    assert max(each for each in labels(text) if each.startswith(("0.", "1."))) == top
    assert f"last {weight:.3f}" in text


@pytest.mark.parametrize(
    ("n", "named"),
    [
        (1, ["2021-01"]),
        (10, ["2021-01", "2021-10"]),
        (37, ["2022", "2023", "2024"]),
        (241, ["2022", "2025", "2028", "2031", "2034", "2037", "2040"]),
    ],
)
def test_days_are_named_whatever_the_span_and_never_on_top_of_each_other(
    n: int, named: list[str]
) -> None:
    replay = replace(made_up_replay(n=n, weights=(0.2,) * n), days=months(n))
    text = weight_picture(replay)
    assert [each for each in labels(text) if each.startswith("20") and len(each) < 8] == named


@pytest.mark.parametrize("draw", [pit_picture, reliability_picture])
def test_texts_fit_and_the_picture_is_the_same_again(draw: object) -> None:
    assert callable(draw)
    text = draw(made_up_replay("cpi_core_mom"))
    assert text == draw(made_up_replay("cpi_core_mom"))
    for each in of(text, "text"):
        if each.get("class") == "small" and each.get("text-anchor") is None:
            assert len(each.text or "") <= 55
