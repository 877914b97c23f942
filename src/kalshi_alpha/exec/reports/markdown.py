"""The few Markdown forms that reports are made of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kalshi_alpha.core.types import Money

_ESCAPES = str.maketrans({"|": "\\|", "\n": " ", "<": "&lt;", ">": "&gt;"})


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield the lines of a table; cells are escaped, since market titles are foreign text."""
    yield "| " + " | ".join(head) + " |"
    yield "|" + " --- |" * len(head)
    for row in rows:
        yield "| " + " | ".join(cell.translate(_ESCAPES) for cell in row) + " |"


def money(amount: Money) -> str:
    """Write dollars with the digits that money has: four where they say something, else two."""
    cents_exact = amount.e6 % 10_000 == 0
    sign = "-" if amount.e6 < 0 else ""
    size = abs(amount.e6) / 1e6
    return f"{sign}${size:,.2f}" if cents_exact else f"{sign}${size:,.4f}"


def cents(dollars: float) -> str:
    """Write dollars per contract as signed cents with two decimals."""
    return f"{100 * dollars:+.2f}"


def percent(share: float) -> str:
    """Write a share as a percentage with two decimals."""
    return f"{100 * share:.2f}%"
