"""What the site adds to the pages as they lie in ``docs``: its order, and pages from the code.

A hook of mkdocs. Pages that exist on the site only: one per monitor's alert, and the public core's
functions and types. The order of a section is stated where it is a course; other pages follow by
name, so that a new page never is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kalshi_alpha.core.monitors.texts import TEXTS, Monitor

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

DOCS = Path(__file__).resolve().parents[1] / "docs"
SECTIONS: Mapping[str, tuple[str, ...]] = {
    "Concepts": (
        *("concepts/ladders.md", "concepts/pooling.md", "concepts/ev-and-honesty.md"),
        *("concepts/sizing.md", "concepts/paper-fills.md", "concepts/gate.md"),
        *("concepts/evidence.md", "concepts/orders.md", "concepts/quoting.md"),
        *("concepts/parity.md", "concepts/*.md"),
        "worked-example.md",
    ),
    "Tutorials": (
        *("tutorials/first-look.md", "tutorials/your-own-family.md"),
        *("tutorials/practise-a-session.md", "tutorials/replay-the-past.md", "tutorials/*.md"),
    ),
    "How-to": ("how-to/*.md",),
    "Reference": (
        *("reference/commands.md", "reference/exit-codes.md", "reference/reasons.md"),
        *("reference/*.md", "reference/files/*.md", "reference/json/*.md"),
    ),
    "Operations": ("runbook/README.md", "runbook/monitors.md", "runbook/*.md"),
    "Decisions": ("decisions/README.md", "decisions/*.md"),
    "Studies": ("forecast-skill.md", "studies/*.md", "worlds.md", "scaling.md", "*.md"),
}
"""Heading to patterns below ``docs``; a page belongs to the first one that names it."""

API: Mapping[str, str] = {
    "core.types": "Prices, contracts, money, strikes",
    "core.ladder": "Ladders",
    "core.forecast": "Forecasts",
    "core.fees": "Fees",
    "core.pricing": "Pricing",
    "core.sizing.single": "Kelly for one contract",
    "core.sizing.fractional": "Less than Kelly",
    "core.gates": "The gate",
    "core.schedule": "Schedules",
    "core.scoring": "Scores",
    "core.ports": "Ports",
    "core.errors": "Errors",
    "strategies.strategy": "What a family offers",
    "strategies.own_family": "A family of one's own",
}
"""Module below ``kalshi_alpha`` to the title of its page."""
_BESIDE_ALERTS = (
    "[all monitors](../runbook/monitors.md)",
    "[the reasons of a verdict](../reference/reasons.md)",
    "[the operator's day](../runbook/README.md)",
)
_FENCE = re.compile(r"^( *)```(\w+) [^\n]*$", re.MULTILINE)
_COMMENT = re.compile(r"^<!--.*?-->\n", re.MULTILINE | re.DOTALL)
_TITLE = re.compile(r"^# (.+)$", re.MULTILINE)


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Give the site its order."""
    config.nav = navigation()
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are made from the code."""
    from mkdocs.structure.files import File

    for name, text in (alert_pages() | api_pages()).items():
        files.append(File.generated(config, name, content=text))
    return files


def on_page_markdown(markdown: str, page: Page, **_: Any) -> str:
    """Take off what marks a block for the tests, and what only an editor of the page reads."""
    del page
    return _COMMENT.sub("", _FENCE.sub(r"\1```\2", markdown))


def navigation() -> list[dict[str, Any]]:
    """Return the order of all pages."""
    left = {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md")} - {"README.md"}
    found: list[dict[str, Any]] = [{"Home": "README.md"}]
    for heading, patterns in SECTIONS.items():
        pages: list[Any] = []
        for pattern in patterns:
            for path in sorted(DOCS.glob(pattern)):
                name = path.relative_to(DOCS).as_posix()
                if name in left:
                    left.remove(name)
                    pages.append({_title(path): name})
        if heading == "Reference":
            pages.append({"Python": [{API[name]: f"reference/api/{name}.md"} for name in API]})
        if heading == "Operations":
            pages.append({"Alerts": [{each.value: f"alerts/{each.value}.md"} for each in Monitor]})
        found.append({heading: pages})
    return found


def alert_pages() -> dict[str, str]:
    """Return one page for each monitor: what its alert means, and what is to be done."""
    return {f"alerts/{each.value}.md": _alert(each) for each in Monitor}


def api_pages() -> dict[str, str]:
    """Return one page for each module of the public core."""
    return {
        f"reference/api/{name}.md": f"# {title}\n\n::: kalshi_alpha.{name}\n"
        for name, title in API.items()
    }


def _alert(monitor: Monitor) -> str:
    text = TEXTS[monitor]
    lines = (
        f"# Alert: `{monitor.value}`",
        f"The figure is {text.measures}, in {text.unit}.",
        f"**Cause:** {text.cause}.",
        f"**Effect on trading:** {text.effect}. The verdict says `{text.reason.value}`.",
        f"**Remedy:** {text.remedy}.",
        f"See also {', '.join(_BESIDE_ALERTS)}.",
    )
    return "\n\n".join(lines) + "\n"


def _title(path: Path) -> str:
    found = _TITLE.search(path.read_text(encoding="utf-8"))
    return path.stem if found is None else found[1].replace("`", "")


def headings(pages: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the paths of a navigation, in order."""
    found: list[str] = []
    for page in pages:
        for below in page.values():
            found += headings(below) if isinstance(below, list) else [below]
    return found
