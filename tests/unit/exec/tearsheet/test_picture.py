from __future__ import annotations

from typing import Any

import pytest

from kalshi_alpha.exec.tearsheet.picture import Picture, Table, slug, waiting


def test_numbers_stand_to_the_right_and_words_to_the_left() -> None:
    table = Table(
        ("word", "count", "money", "share", "mixed", "sign"),
        (
            ("a", "1,234", "$1.50", "3 %", "4", "+0.88"),
            ("b", "-", "-$2.00", "4 %", "x", "−1"),
        ),
    )
    assert table.numeric == (False, True, True, True, False, True)
    assert Table(("none",), ()).numeric == (False,)


def test_a_picture_is_drawn_with_its_table_or_says_what_it_waits_for() -> None:
    bare: dict[str, Any] = {
        "key": "k",
        "title": "t",
        "says": "s",
        "n": "1",
        "span": "s",
        "unit": "u",
    }
    with pytest.raises(ValueError, match="is drawn, or says"):
        Picture(**bare)
    with pytest.raises(ValueError, match="is drawn, or says"):
        Picture(**bare, svg="<svg/>", waits="soon")
    with pytest.raises(ValueError, match="no table"):
        Picture(**bare, svg="<svg/>")
    assert Picture(**bare, svg="<svg/>", table=Table(("a",), (("1",),))).waits == ""


def test_what_waits_says_what_it_needs_what_there_is_and_when() -> None:
    found = waiting("k", "t", needs="two runs", have="1 run", when="It comes.", unit="pp")
    assert found.waits == "Needs two runs. There is 1 run. It comes."
    assert waiting("k", "t", needs="x", have="0 runs", when="", unit="").waits.startswith(
        "Needs x. There are 0 runs."
    )


def test_an_id_holds_nothing_that_could_end_an_attribute() -> None:
    assert slug('KXCPI-24NOV "><script>') == "kxcpi-24nov-script"
    assert slug("%%") == "x"
