from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from kalshi_alpha.core.types import Side
from kalshi_alpha.exec.reports.ladder_picture import Rung, ladder_picture

SVG = "{http://www.w3.org/2000/svg}"
RUNGS = [
    Rung("> 0.1", 0.44, 0.54, 0.58, (Side.NO, 0.58)),
    Rung("> 0.2", 0.15, 0.19, 0.23),
    Rung("> 0.3", None, None, 0.05),
]


def shapes(text: str, tag: str, kind: str) -> list[ET.Element]:
    root = ET.fromstring(text)  # noqa: S314 - our own text
    return [each for each in root.iter(f"{SVG}{tag}") if kind in each.get("class", "").split()]


def test_the_picture_is_well_formed_and_names_itself() -> None:
    root = ET.fromstring(ladder_picture('A & "B"', "3 markets", RUNGS))  # noqa: S314
    assert root.get("aria-label") == 'A & "B"'


def test_there_is_a_bar_for_each_book_a_dot_for_each_forecast_and_a_mark_for_each_quote() -> None:
    text = ladder_picture("KXCPI-24NOV", "3 markets", RUNGS)
    assert len(shapes(text, "rect", "book")) == 3 + 1  # one more in the legend
    assert len(shapes(text, "circle", "dot")) == 2
    assert len(shapes(text, "path", "quote")) == 1 + 2


def test_a_book_with_an_empty_side_is_pale_in_the_picture_and_not_in_name_only() -> None:
    text = ladder_picture("t", "s", RUNGS)
    assert len(shapes(text, "rect", "pale")) == 1
    # The later rule of a style sheet wins, and any rule wins over an attribute.
    assert text.index(".book {") < text.index(".pale {")
    assert "fill-opacity=" not in text


def test_higher_probabilities_are_drawn_higher() -> None:
    high, low = shapes(ladder_picture("t", "s", RUNGS), "circle", "dot")
    assert float(high.attrib["cy"]) < float(low.attrib["cy"])


def test_hostile_labels_are_escaped() -> None:
    text = ladder_picture("<script>", "s", [Rung("<b>", 0.5, 0.4, 0.6)])
    assert "<script>" not in text
    assert "<b>" not in text


def test_a_picture_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        ladder_picture("t", "s", [])
