"""Expected and realised edge as bars of text, one above the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

BAR_CELLS = 24
GAIN, LOSS = "█", "▒"


def edge_bars(edges: Sequence[tuple[str, float, float]]) -> Iterator[str]:
    """Yield two lines a name, all on one scale.

    Parameters
    ----------
    edges
        Name, expected and realised edge in basis points of payout.
    """
    scale = max((abs(bps) for _, *both in edges for bps in both), default=0.0) or 1.0
    width = max((len(name) for name, *_ in edges), default=0)
    for name, expected, realised in edges:
        yield f"{name:<{width}}  expected {_bar(expected, scale)}".rstrip()
        yield f"{'':<{width}}  realised {_bar(realised, scale)}".rstrip()


def _bar(bps: float, scale: float) -> str:
    cells = round(BAR_CELLS * abs(bps) / scale)
    return f"{bps:>+10.1f} bps {(GAIN if bps >= 0 else LOSS) * cells}"
