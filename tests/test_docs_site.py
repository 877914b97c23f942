"""The site: every page once, pictures as the code draws them, nothing from elsewhere."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from kalshi_alpha.core.monitors.texts import TEXTS, Monitor
from runs import REPO
from scripts import build_docs, docs_site, draw_concepts


@pytest.mark.parametrize("name", draw_concepts.PICTURES)
def test_a_picture_is_what_the_code_draws(name: str) -> None:
    drawn = draw_concepts.PICTURES[name]()
    assert (draw_concepts.FOLDER / f"{name}.svg").read_text(encoding="utf-8") == drawn
    root = ET.fromstring(drawn)  # noqa: S314 - drawn a moment ago
    assert "script" not in {each.tag.rpartition("}")[2] for each in root.iter()}
    assert "prefers-color-scheme:dark" in drawn


def test_every_picture_stands_in_a_page() -> None:
    text = "".join(page.read_text(encoding="utf-8") for page in docs_site.DOCS.rglob("*.md"))
    shown = set(re.findall(r"images/concepts/([a-z-]+)\.svg", text))
    assert shown == set(draw_concepts.PICTURES)


def test_the_site_has_every_page_once() -> None:
    named = docs_site.headings(docs_site.navigation())
    written = {path.relative_to(docs_site.DOCS).as_posix() for path in docs_site.DOCS.rglob("*.md")}
    made = docs_site.alert_pages() | docs_site.api_pages()
    assert sorted(named) == sorted(written | set(made))


def test_every_monitor_has_a_page_that_says_what_to_do() -> None:
    pages = docs_site.alert_pages()
    for monitor in Monitor:
        assert TEXTS[monitor].remedy in pages[f"alerts/{monitor.value}.md"]
    assert len(pages) == len(Monitor)


def test_the_marks_of_blocks_do_not_reach_the_reader() -> None:
    text = "<!-- Written by a script; do not edit. -->\n```bash runnable exit=3\nexit 3\n```\n"
    shown = docs_site.on_page_markdown(text, None)
    assert shown == "```bash\nexit 3\n```\n"


def test_every_module_of_the_reference_exists() -> None:
    for name in docs_site.API:
        path = REPO / "src/kalshi_alpha" / name.replace(".", "/")
        assert path.with_suffix(".py").is_file() or (path / "__init__.py").is_file(), name


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('<script src="https://x.test/a.js"></script>', ["https://x.test/a.js"]),
        ('<link rel="stylesheet" href="//x.test/a.css">', ["//x.test/a.css"]),
        ('<link href="https://x.test/f" rel=preconnect>', ["https://x.test/f"]),
        ("<style>@import url(https://x.test/f.css)</style>", ["https://x.test/f.css"]),
        ('<a href="https://x.test/">read</a><img src="a.png">', []),
        ('<link rel="canonical" href="https://x.test/">', []),
    ],
)
def test_what_a_browser_would_fetch_is_seen(tmp_path: Path, text: str, found: list[str]) -> None:
    (tmp_path / "page.html").write_text(text)
    assert [address for _, address in build_docs.loaded_from_outside(tmp_path)] == found
