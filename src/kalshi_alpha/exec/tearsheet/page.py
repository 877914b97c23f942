"""A sheet as one HTML file: no script, nothing from elsewhere, every text escaped."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from kalshi_alpha.core.errors import NotBuilt
from kalshi_alpha.exec.tearsheet.canvas import REMEDY
from kalshi_alpha.exec.tearsheet.palette import variables
from kalshi_alpha.exec.tearsheet.sheet import Sheet

if TYPE_CHECKING:
    from jinja2 import Template

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
"""Whatever might slip into the page, no browser runs it or fetches anything for it."""


def page(sheet: Sheet) -> bytes:
    """Return the file; the same sheet gives the same bytes.

    Raises
    ------
    NotBuilt
        If the extra is not installed.
    """
    text = _template().render(
        sheet=sheet,
        policy=POLICY,
        light=variables(dark=False),
        dark=variables(dark=True),
        style=_text("sheet.css"),
    )
    return text.encode()


@cache
def _template() -> Template:
    try:
        from jinja2 import Environment, StrictUndefined
    except ImportError as error:
        raise NotBuilt(REMEDY) from error
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(_text("sheet.html.j2"))


def _text(name: str) -> str:
    return files(__package__).joinpath("templates", name).read_text(encoding="utf-8")
