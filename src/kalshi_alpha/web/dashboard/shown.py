"""Figures as the page shows them: fixed widths, one minus, and New York's time."""

from __future__ import annotations

from datetime import datetime

from kalshi_alpha.core.schedule import new_york
from kalshi_alpha.core.types import Contracts, Money

NONE = "–"
_MINUS = "−"


def usd(amount: Money | None, *, signed: bool = False, cents: bool = True) -> str:
    """Return dollars, with their cents if wanted, thousands apart."""
    if amount is None:
        return NONE
    sign = _MINUS if amount.e6 < 0 else "+" if signed and amount.e6 > 0 else ""
    return f"{sign}{abs(amount.e6) / 1e6:,.{2 if cents else 0}f}"


def cents(price_e4: int | None) -> str:
    """Return a price in cents, with the tenths that a fine grid needs."""
    return NONE if price_e4 is None else f"{price_e4 / 100:.1f}"


def edge(dollars: float | None) -> str:
    """Return an edge in cents, with its sign."""
    if dollars is None:
        return NONE
    sign = _MINUS if dollars < 0 else "+"
    return f"{sign}{abs(100 * dollars):.2f}"


def percent(prob: float | None) -> str:
    """Return a probability in percent."""
    return NONE if prob is None else f"{100 * prob:.1f}"


def count(contracts: Contracts | int | None) -> str:
    """Return contracts, whole ones without decimals; an integer is hundredths of them."""
    if contracts is None:
        return NONE
    e2 = contracts if isinstance(contracts, int) else contracts.e2
    return f"{e2 // 100:,}" if e2 % 100 == 0 else f"{e2 / 100:,.2f}"


def figure(value: float | None) -> str:
    """Return a monitor's figure in four digits."""
    if value is None:
        return NONE
    return f"{value:.4g}".replace("-", _MINUS)


def clock(at: datetime | None) -> str:
    """Return New York's time of day, and the date."""
    return NONE if at is None else f"{new_york(at):%Y-%m-%d %H:%M:%S}"


def iso(at: datetime) -> str:
    """Return an instant for a machine."""
    return at.isoformat().replace("+00:00", "Z")


def place(share: float | None) -> str:
    """Return a share of one as a length of hundred, held within it."""
    return "0" if share is None else f"{100 * min(max(share, 0.0), 1.0):.2f}"


def beside(detail: str, word: str) -> str:
    """Return what was found without the word that stands before it already."""
    return detail.removeprefix(f"{word}: ")
