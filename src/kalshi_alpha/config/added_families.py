"""``configs/families.d/*.yaml``: families that a package of a user's own brings with it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import msgspec

from kalshi_alpha.config.loading import Loaded, load
from kalshi_alpha.config.portfolio import Portfolio
from kalshi_alpha.config.quality_gates import Advantage, QualityGates
from kalshi_alpha.config.series import Family, Series, SeriesBook
from kalshi_alpha.core.errors import BadParameter, ConfigError

FOLDER = "families.d"


class AddedFamily(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One file: families, their series, and the least skill that each must show.

    Attributes
    ----------
    families, series
        As in ``series.yaml``; a series belongs to a family of the same file.
    minimum_advantage
        As in ``quality_gates.yaml``, one for each family.
    betas
        As in ``portfolio.yaml``: exposure groups of its own. Each loads on a factor: news that
        moves nothing else would pass for diversification.
    """

    schema: Literal[1]
    families: dict[str, Family]
    series: tuple[Series, ...]
    minimum_advantage: dict[str, Advantage]
    betas: dict[str, dict[str, float]] = {}

    def __post_init__(self) -> None:
        if strangers := sorted({each.family for each in self.series} - set(self.families)):
            raise BadParameter(f"family {strangers[0]} is not listed in families")
        if unequal := sorted(set(self.minimum_advantage) ^ set(self.families)):
            raise BadParameter(f"minimum_advantage must name each family once, see {unequal[0]}")
        if free := sorted(group for group, beta in self.betas.items() if not any(beta.values())):
            raise BadParameter(f"betas.{free[0]} must load on a factor of portfolio.yaml")


def load_added(folder: Path) -> tuple[Loaded[AddedFamily], ...]:
    """Read the files of added families below a configuration folder, by name.

    Raises
    ------
    ConfigError
        If one is wrong.
    """
    remedy = "correct it, or take it away"
    return tuple(
        load(path, AddedFamily, remedy=remedy) for path in sorted((folder / FOLDER).glob("*.yaml"))
    )


def with_added_series(book: SeriesBook, added: Sequence[Loaded[AddedFamily]]) -> SeriesBook:
    """Return the series with those of added families behind them.

    Raises
    ------
    ConfigError
        If a file names a family, an alias or a series that there is already.
    """
    for each in added:
        if known := sorted(set(each.value.families) & set(book.families)):
            raise ConfigError(f"{each.path}: families.{known[0]} is there already; rename it")
        try:
            book = SeriesBook(
                schema=book.schema,
                families={**book.families, **each.value.families},
                series=(*book.series, *each.value.series),
            )
        except BadParameter as error:
            raise ConfigError(f"{each.path}: {error}; correct the value") from error
    return book


def with_added_betas(portfolio: Portfolio, added: Sequence[Loaded[AddedFamily]]) -> Portfolio:
    """Return the portfolio with the exposure groups of added families.

    Raises
    ------
    ConfigError
        If a file names a group that there is already, or a factor that there is not.
    """
    for each in added:
        if known := sorted(set(each.value.betas) & set(portfolio.betas)):
            raise ConfigError(f"{each.path}: betas.{known[0]} is there already; rename it")
        whole = msgspec.structs.asdict(portfolio)
        try:
            portfolio = Portfolio(**whole | {"betas": {**portfolio.betas, **each.value.betas}})
        except BadParameter as error:
            raise ConfigError(f"{each.path}: {error}; correct the value") from error
    return portfolio


def with_added_minimum(gates: QualityGates, added: Sequence[Loaded[AddedFamily]]) -> QualityGates:
    """Return the quality gates with the minimum advantages of added families."""
    minimum = dict(gates.minimum_advantage)
    for each in added:
        minimum = {**each.value.minimum_advantage, **minimum}
    return QualityGates(
        schema=gates.schema,
        minimum_advantage=minimum,
        tolerances=gates.tolerances,
        model_drift=gates.model_drift,
    )
