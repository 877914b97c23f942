"""Matplotlib's SVG backend as inline HTML: the same data give the same bytes, in light and dark."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING, Any

from kalshi_alpha.core.errors import NotBuilt
from kalshi_alpha.exec.tearsheet.palette import GRID, INK, PAPER, SOFT, with_variables

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH = 360
"""Units of a picture's width: small enough that its letters are read on a telephone."""
_POINTS_PER_INCH = 72.0
REMEDY = "the tear-sheet needs the extra: pip install 'kalshi-alpha[report]'"
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "kalshi-alpha",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 10.5,
    "axes.edgecolor": SOFT,
    "axes.labelcolor": SOFT,
    "axes.labelsize": 10.0,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.facecolor": "none",
    "axes.unicode_minus": True,
    "figure.facecolor": "none",
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "legend.frameon": False,
    "legend.fontsize": 10.0,
    "legend.handlelength": 1.4,
    "text.color": INK,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "xtick.labelsize": 10.0,
    "ytick.labelsize": 10.0,
    "path.simplify": True,
}
_PROLOGUE = re.compile(r"^.*?<svg [^>]*?(viewBox=\"[^\"]*\")[^>]*>", re.DOTALL)
_METADATA = re.compile(r"\s*<metadata>.*?</metadata>", re.DOTALL)
_ID = re.compile(r' id="([^"]*)"')
_USED = re.compile(r'(?:xlink:href="#|url\(#)([^")]*)')
_SPACE = re.compile(r">\s+<")
_TAG = re.compile(r"<[^>]+>")
_DIGITS = re.compile(r"(\.\d\d)\d+")


class Canvas:
    """One figure that every picture is drawn on in turn.

    Raises
    ------
    NotBuilt
        If the extra is not installed.
    """

    def __init__(self) -> None:
        try:
            import matplotlib as mpl
            from matplotlib.backends.backend_svg import FigureCanvasSVG
            from matplotlib.figure import Figure
        except ImportError as error:
            raise NotBuilt(REMEDY) from error
        self._style = mpl.rc_context
        self._figure = Figure()
        self._figure.patch.set_visible(False)  # the page itself is the ground, light or dark
        self._canvas: Any = FigureCanvasSVG(self._figure)

    def draw(self, key: str, label: str, paint: Callable[[Figure], None], height: float) -> str:
        """Return a picture as an ``svg`` element without any reference out of it.

        Parameters
        ----------
        key
            Prefix of every id: many pictures stand on one page.
        label
            What it shows, for whoever hears the page.
        paint
            Draws on the empty figure.
        height
            In the units of `WIDTH`.
        """
        with self._style(_STYLE):
            self._figure.clear()
            self._figure.set_size_inches(WIDTH / _POINTS_PER_INCH, height / _POINTS_PER_INCH)
            paint(self._figure)
            buffer = io.StringIO()
            self._canvas.print_svg(buffer, metadata={"Date": None, "Creator": None})
        return _inline(key, label, buffer.getvalue())


def _inline(key: str, label: str, svg: str) -> str:
    found = _PROLOGUE.match(svg)
    if found is None:
        raise ValueError("the backend wrote no svg element")
    body = _METADATA.sub("", svg[found.end() :], count=1)
    used = set(_USED.findall(body))
    body = _ID.sub(lambda m: f' id="{key}-{m[1]}"' if m[1] in used else "", body)
    body = body.replace('xlink:href="#', f'href="#{key}-').replace("url(#", f"url(#{key}-")
    # A hundredth of a unit cannot be seen; what is written as text keeps all its digits.
    body = _TAG.sub(lambda tag: _DIGITS.sub(r"\1", tag[0]), _SPACE.sub("><", body))
    name = escape(label, quote=True)
    head = f'<svg {found[1]} role="img" aria-label="{name}"><title>{escape(label)}</title>'
    return with_variables(head + body.strip())


def axes(figure: Figure, box: tuple[float, float, float, float], height: float) -> Axes:
    """Return axes by their margins left, right, top and bottom, in the units of the picture."""
    left, right, top, bottom = box
    return figure.add_axes(
        (
            left / WIDTH,
            bottom / height,
            (WIDTH - left - right) / WIDTH,
            (height - top - bottom) / height,
        )
    )


def key_above(plot: Axes, columns: int = 3) -> None:
    """Put the key above the axes, where it can hide nothing."""
    plot.legend(
        loc="lower left",
        bbox_to_anchor=(0.0, 1.0),
        ncols=columns,
        borderaxespad=0.2,
        columnspacing=1.2,
        handletextpad=0.5,
    )


def halo() -> dict[str, Any]:
    """Return the look of a mark that stays visible on whatever lies below it."""
    return {"markeredgecolor": PAPER, "markeredgewidth": 0.8}
