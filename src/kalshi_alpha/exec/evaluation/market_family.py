"""Which family a market is of, by the name of its series."""

from __future__ import annotations

from os.path import commonprefix

from kalshi_alpha.config.baselines import SERIES

_EXCHANGE = "KX"  # the venue put it before its series in 2025; older names go without


def _stems() -> dict[str, str]:
    """Return what the names of each family's series begin with."""
    names: dict[str, list[str]] = {}
    for ticker, (family, *_) in SERIES.items():
        names.setdefault(family, []).append(ticker.removeprefix(_EXCHANGE))
    return {commonprefix(each): family for family, each in names.items()}  # noqa: RUF071 - names


_FAMILY_OF_STEM = _stems()
FAMILIES = frozenset(_FAMILY_OF_STEM.values())
"""Families whose series can be told by name."""


def family_of_market(name: str) -> str | None:
    """Return the family of a series or of a market by its name; None if it is of none known.

    Old names of a series count too, with or without ``KX``: ``HIGHNY-24AUG16-T88`` is weather,
    ``KXJOBLESS`` is claims.
    """
    series = name.partition("-")[0].upper().removeprefix(_EXCHANGE)
    for stem, family in _FAMILY_OF_STEM.items():
        if series.startswith(stem) or (len(series) > len(_EXCHANGE) and stem.startswith(series)):
            return family
    return None
