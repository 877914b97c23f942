from __future__ import annotations

import re
import sys

import pytest
from matplotlib.figure import Figure

from kalshi_alpha.core.errors import NotBuilt
from kalshi_alpha.exec.tearsheet.canvas import Canvas, axes, key_above
from kalshi_alpha.exec.tearsheet.palette import MODEL


def paint(figure: Figure) -> None:
    plot = axes(figure, (40, 10, 20, 30), 200.0)
    plot.plot([0.123456, 1.0], [0.5, 0.987654], "o-", color=MODEL, label="a & b")
    plot.set_title("0.123456 <script>")
    key_above(plot)


def test_the_same_picture_has_the_same_bytes_whatever_was_drawn_before(canvas: Canvas) -> None:
    first = canvas.draw("one", "label", paint, 200.0)
    canvas.draw("two", "other", lambda _: None, 300.0)
    assert canvas.draw("one", "label", paint, 200.0) == first
    assert Canvas().draw("one", "label", paint, 200.0) == first


def test_a_picture_refers_to_nothing_but_itself(canvas: Canvas) -> None:
    svg = canvas.draw("one", "label", paint, 200.0)
    assert "http" not in svg
    assert "<metadata" not in svg
    ids = re.findall(r' id="([^"]*)"', svg)
    used = re.findall(r'href="#([^"]*)"|url\(#([^)]*)\)', svg)
    assert {a or b for a, b in used} <= set(ids)
    assert ids
    assert all(each.startswith("one-") for each in ids)


def test_it_has_a_name_and_escapes_what_is_written_in_it(canvas: Canvas) -> None:
    svg = canvas.draw("one", 'x" onload="<b>', paint, 200.0)
    assert 'role="img" aria-label="x&quot; onload=&quot;&lt;b&gt;"' in svg
    assert "<title>x&quot; onload=&quot;&lt;b&gt;</title>" in svg
    assert "<script" not in svg


def test_letters_stay_letters_and_numbers_keep_their_digits(canvas: Canvas) -> None:
    svg = canvas.draw("one", "label", paint, 200.0)
    assert "0.123456 &lt;script&gt;" in svg
    assert "a &amp; b" in svg
    tags = "".join(re.findall(r"<[^>]*>", svg))
    assert not re.search(r"\.\d{3}", tags)


def test_colours_are_variables_and_the_ground_is_the_page_s(canvas: Canvas) -> None:
    svg = canvas.draw("one", "label", paint, 200.0)
    assert "var(--model)" in svg
    assert "#ffffff" not in svg
    assert "#a1b2" not in svg


def test_without_the_extra_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(NotBuilt, match=r"pip install 'kalshi-alpha\[report\]'"):
        Canvas()
