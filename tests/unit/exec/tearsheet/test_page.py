from __future__ import annotations

import re
import sys
from collections.abc import Callable

import pytest

from kalshi_alpha.core.errors import NotBuilt
from kalshi_alpha.exec.tearsheet import page as page_module
from kalshi_alpha.exec.tearsheet.page import page
from kalshi_alpha.exec.tearsheet.picture import Picture, Table, waiting
from kalshi_alpha.exec.tearsheet.sheet import (
    Card,
    Gallery,
    Gauge,
    Link,
    Section,
    Sheet,
    Tone,
)

HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(1)>'


def sheet(text: str) -> Sheet:
    table = Table((text, "n"), ((text, "1"),))
    drawn = Picture(
        key="a",
        title=text,
        says=text,
        n=text,
        span=text,
        unit=text,
        how=text,
        svg="<svg></svg>",
        table=table,
    )
    waits = waiting("b", text, needs=text, have=text, when=text, unit=text)
    section = Section(text, text, table, (Gauge(text, text, text, 0.5),))
    return Sheet(
        name=text,
        verdict=text,
        verdict_means=text,
        tone=Tone.GOOD,
        mode=text,
        mode_means=text,
        clock=text,
        reasons=(text,),
        cards=(Card(text, text, (text,)),),
        body=(
            section,
            Section(text, text, table, folded=True),
            Gallery(text, text, (waits, drawn)),
        ),
        faults=(text,),
        links=(Link(text, text),),
    )


def test_hostile_text_is_shown_and_never_run(parsed: Callable[..., object]) -> None:
    found = page(sheet(HOSTILE)).decode()
    assert "<script" not in found
    assert "<img" not in found
    assert "&lt;script&gt;" in found
    tags = parsed(found).tags  # type: ignore[attr-defined]
    assert not [
        tag for tag, attributes in tags if any(name.startswith("on") for name in attributes)
    ]
    assert {tag for tag, _ in tags}.isdisjoint({"script", "img", "iframe", "object", "link"})


def test_the_policy_allows_nothing_but_its_own_style() -> None:
    found = page(sheet("x")).decode()
    [policy] = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', found)
    assert policy.replace("&#39;", "'").startswith("default-src 'none'; style-src 'unsafe-inline'")


def test_light_dark_telephone_and_paper_are_provided_for() -> None:
    found = page(sheet("x")).decode()
    assert "prefers-color-scheme: dark" in found
    assert "@media print" in found
    assert 'name="viewport" content="width=device-width' in found
    assert '"Segoe UI"' in found


def test_what_is_drawn_stands_before_what_waits() -> None:
    found = page(sheet("x")).decode()
    assert found.index('id="a"') < found.index('id="b"')


def test_the_same_sheet_has_the_same_bytes() -> None:
    assert page(sheet("x")) == page(sheet("x"))


def test_without_the_extra_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jinja2", None)
    page_module._template.cache_clear()
    with pytest.raises(NotBuilt, match=r"pip install 'kalshi-alpha\[report\]'"):
        page(sheet("x"))
    page_module._template.cache_clear()
