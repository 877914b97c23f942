"""A chart as one SVG text: axes, lines, marks, words; readable in light and dark, no script."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

WIDTH, HEIGHT = 720, 400
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 20, 72, 52
_STYLE = """
svg{--paper:#fff;--ink:#1f2328;--soft:#59636e;--grid:#d8dee4;
--one:#0a62c4;--two:#b4480c;--three:#14783c;--wash:#e7effa;--alarm:#fbe3d8}
@media (prefers-color-scheme:dark){
svg{--paper:#171a21;--ink:#e6e9ee;--soft:#a3adba;--grid:#3a414c;
--one:#74b6ff;--two:#ffa366;--three:#6fd698;--wash:#22303f;--alarm:#4a2a1c}}
.card{fill:var(--paper);stroke:var(--grid)}text{font:13px system-ui,sans-serif;fill:var(--ink)}
.soft{fill:var(--soft)}.head{font-weight:600;font-size:15px}.grid{stroke:var(--grid);stroke-width:1}
.axis{stroke:var(--soft);stroke-width:1}.line{fill:none;stroke-width:2.2;stroke-linejoin:round}
.dash{stroke-dasharray:5 4}.one{stroke:var(--one)}.two{stroke:var(--two)}.three{stroke:var(--three)}
.ink{stroke:var(--ink)}.f-one{fill:var(--one)}.f-two{fill:var(--two)}.f-three{fill:var(--three)}
.f-wash{fill:var(--wash)}.f-alarm{fill:var(--alarm)}.f-grid{fill:var(--grid)}
.ring{fill:none;stroke-width:1.8}.end{text-anchor:end}.mid{text-anchor:middle}
"""

Point = tuple[float, float]


class Picture:
    """A card with a title, on which shapes and words are put in units of the picture.

    Parameters
    ----------
    title
        One line, shown and read aloud.
    about
        What it shows, for whoever hears the page.
    """

    def __init__(self, title: str, about: str, height: int = HEIGHT) -> None:
        self.height = height
        self._title, self._about = title, about
        self._parts: list[str] = []

    def words(self, at: Point, text: str, look: str = "") -> None:
        """Write a text with its base line at a point."""
        x, y = at
        self._parts.append(f'<text x="{x:.1f}" y="{y:.1f}" class="{look}">{escape(text)}</text>')

    def path(self, points: Iterable[Point], look: str) -> None:
        """Draw straight lines from point to point."""
        joined = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self._parts.append(f'<polyline points="{joined}" class="line {look}"/>')

    def rule(self, start: Point, end: Point, look: str) -> None:
        """Draw one straight line."""
        (x1, y1), (x2, y2) = start, end
        self._parts.append(
            f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{look}"/>'
        )

    def dot(self, at: Point, look: str, radius: float = 4.5) -> None:
        """Draw a disc or, with the look ``ring``, a circle."""
        x, y = at
        self._parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius}" class="{look}"/>')

    def bar(self, corner: Point, width: float, height: float, look: str) -> None:
        """Fill a rectangle."""
        x, y = corner
        self._parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="3" '
            f'class="{look}"/>'
        )

    def svg(self) -> str:
        """Return the whole file."""
        title, about = escape(self._title), escape(self._about)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {self.height}" '
            f'role="img"><title>{title}</title><desc>{about}</desc><style>{_STYLE}</style>\n'
            f'<rect x="0.5" y="0.5" width="{WIDTH - 1}" height="{self.height - 1}" rx="8" '
            f'class="card"/>\n<text x="{_LEFT - 44}" y="30" class="head">{title}</text>\n'
            + "\n".join(self._parts)
            + "\n</svg>\n"
        )


class Chart(Picture):
    """A picture with two axes, on which lines are drawn in the units of the data.

    Parameters
    ----------
    title, about
        As of a picture.
    across, upwards
        First and last value of each axis.
    names
        Of the axes, with their units.
    """

    def __init__(
        self, title: str, about: str, *, across: Point, upwards: Point, names: tuple[str, str]
    ) -> None:
        super().__init__(title, about)
        self._across, self._upwards = across, upwards
        self.words(((WIDTH + _LEFT - _RIGHT) / 2, HEIGHT - 12), names[0], "soft mid")
        self.words((_LEFT - 44, _TOP - 18), names[1], "soft")

    def at(self, x: float, y: float) -> Point:
        """Return where a point of the data lies in the picture."""
        (x0, x1), (y0, y1) = self._across, self._upwards
        return (
            _LEFT + (x - x0) / (x1 - x0) * (WIDTH - _LEFT - _RIGHT),
            HEIGHT - _BOTTOM - (y - y0) / (y1 - y0) * (HEIGHT - _TOP - _BOTTOM),
        )

    def ticks(self, across: Sequence[float], upwards: Sequence[float], form: str = "{:g}") -> None:
        """Draw the grid with its numbers."""
        for x in across:
            self.rule(self.at(x, self._upwards[0]), self.at(x, self._upwards[1]), "grid")
            left, low = self.at(x, self._upwards[0])
            self.words((left, low + 18), form.format(x), "soft mid")
        for y in upwards:
            self.rule(self.at(self._across[0], y), self.at(self._across[1], y), "grid")
            left, low = self.at(self._across[0], y)
            self.words((left - 8, low + 4), form.format(y), "soft end")

    def line(self, xs: Iterable[float], ys: Iterable[float], look: str) -> None:
        """Draw a line through points of the data."""
        self.path((self.at(float(x), float(y)) for x, y in zip(xs, ys, strict=True)), look)

    def label(self, x: float, y: float, text: str, look: str, shift: Point = (0, 0)) -> None:
        """Write beside a point of the data."""
        left, low = self.at(x, y)
        self.words((left + shift[0], low + shift[1]), text, look)
