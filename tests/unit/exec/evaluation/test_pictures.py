from __future__ import annotations

import xml.etree.ElementTree as ET

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


def test_the_weight_s_path_has_a_point_a_row_inside_the_picture() -> None:
    weights = tuple(0.2 + 0.005 * (i % 3) for i in range(48))
    [path] = of(weight_picture(made_up_replay(weights=weights)), "polyline", "path")
    points = [tuple(map(float, each.split(","))) for each in str(path.get("points")).split()]
    assert len(points) == 48
    assert all(0 <= x <= 360 and 0 <= y <= 360 for x, y in points)


@pytest.mark.parametrize("draw", [pit_picture, reliability_picture])
def test_texts_fit_and_the_picture_is_the_same_again(draw: object) -> None:
    assert callable(draw)
    text = draw(made_up_replay("cpi_core_mom"))
    assert text == draw(made_up_replay("cpi_core_mom"))
    for each in of(text, "text"):
        if each.get("class") == "small" and each.get("text-anchor") is None:
            assert len(each.text or "") <= 55
