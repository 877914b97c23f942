"""Colours: drawn as sentinels, shown as CSS variables, so that one picture serves day and night."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Colour:
    """A colour by its name, what is drawn in its place, and what it is in light and in dark.

    The hues are those of Okabe and Ito (2008), which people with any colour vision can tell apart;
    on a dark ground the lighter of each pair serves.
    """

    name: str
    sentinel: str
    light: str
    dark: str


_COLOURS = (
    Colour("ink", "#a1b2c0", "#1b1f24", "#e8eaed"),
    Colour("soft", "#a1b2c1", "#57606a", "#a3abb5"),
    Colour("grid", "#a1b2c2", "#dde1e6", "#363c45"),
    Colour("paper", "#a1b2c3", "#ffffff", "#16191d"),
    Colour("model", "#a1b2c4", "#0072b2", "#56b4e9"),
    Colour("market", "#a1b2c5", "#8a929c", "#8a929c"),
    Colour("quote", "#a1b2c6", "#d55e00", "#ff9a4d"),
    Colour("base", "#a1b2c7", "#b0568a", "#e59cc4"),
    Colour("good", "#a1b2c8", "#00795a", "#2fc79a"),
    Colour("bad", "#a1b2c9", "#c04a00", "#ff8a4d"),
)
INK, SOFT, GRID, PAPER, MODEL, MARKET, QUOTE, BASE, GOOD, BAD = (each.sentinel for each in _COLOURS)


def with_variables(svg: str) -> str:
    """Put the CSS variable of each colour in the place of its sentinel."""
    for colour in _COLOURS:
        svg = svg.replace(colour.sentinel, f"var(--{colour.name})")
    return svg


def variables(*, dark: bool) -> str:
    """Return the declarations of all colours."""
    return "".join(f"--{c.name}:{c.dark if dark else c.light};" for c in _COLOURS)
