"""All settings of a run, read together and checked against each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from kalshi_alpha.config.added_families import (
    FOLDER,
    AddedFamily,
    load_added,
    with_added_betas,
    with_added_minimum,
    with_added_series,
)
from kalshi_alpha.config.freshness import Freshness
from kalshi_alpha.config.loading import Loaded, load
from kalshi_alpha.config.pal_policy import PalPolicy
from kalshi_alpha.config.pilot import Pilot
from kalshi_alpha.config.portfolio import Portfolio
from kalshi_alpha.config.quality_gates import QualityGates
from kalshi_alpha.config.series import SeriesBook
from kalshi_alpha.core.errors import ConfigError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Settings:
    """Every file that a run is gated by, decoded."""

    pal_policy: PalPolicy
    portfolio: Portfolio
    quality_gates: QualityGates
    freshness: Freshness
    series: SeriesBook
    pilot: Pilot
    sha256: Mapping[str, str]


def load_settings(
    folder: Path, *, pal_policy: Path | None = None, portfolio: Path | None = None
) -> Settings:
    """Read the files of a configuration folder that gate a run.

    Parameters
    ----------
    folder
        Where the files lie.
    pal_policy, portfolio
        Files to read in the place of the folder's own.

    Raises
    ------
    ConfigError
        If a file is wrong, or two files contradict each other.
    """
    pal = _load(folder / "pal_policy.yaml", PalPolicy, pal_policy, "--pal-policy")
    book = _load(folder / "portfolio.yaml", Portfolio, portfolio, "--portfolio-config")
    quality = load(folder / "quality_gates.yaml", QualityGates)
    freshness = load(folder / "freshness.yaml", Freshness)
    series = load(folder / "series.yaml", SeriesBook)
    pilot = load(folder / "pilot.yaml", Pilot)
    added = load_added(folder)
    every = with_added_series(series.value, added)
    risks = with_added_betas(book.value, added)
    _require_agreement(every, _places(series, added), risks, freshness.value)
    return Settings(
        pal_policy=pal.value,
        portfolio=risks,
        quality_gates=with_added_minimum(quality.value, added),
        freshness=freshness.value,
        series=every,
        pilot=pilot.value,
        sha256={
            "pal_policy.yaml": pal.sha256,
            "portfolio.yaml": book.sha256,
            "quality_gates.yaml": quality.sha256,
            "freshness.yaml": freshness.sha256,
            "series.yaml": series.sha256,
            "pilot.yaml": pilot.sha256,
            **{f"{FOLDER}/{each.path.name}": each.sha256 for each in added},
        },
    )


def _load(own: Path, kind: type[T], given: Path | None, flag: str) -> Loaded[T]:
    """Read the file that a flag names, or the folder's own."""
    if given is None:
        return load(own, kind)
    return load(given, kind, remedy=f"{flag} must name a file that can be read")


def _places(own: Loaded[SeriesBook], added: Sequence[Loaded[AddedFamily]]) -> Mapping[str, Path]:
    """Return the file in which each series stands."""
    listed = [(series, own.path) for series in own.value.series]
    listed += [(series, each.path) for each in added for series in each.value.series]
    return {series.ticker: path for series, path in listed}


def _require_agreement(
    series: SeriesBook, places: Mapping[str, Path], portfolio: Portfolio, freshness: Freshness
) -> None:
    rules = {rule.feed for rule in freshness.rules()}
    for each in series.series:
        at = f"{places[each.ticker]}: {each.ticker}"
        if each.exposure not in portfolio.betas:
            raise ConfigError(f"{at}.exposure: {each.exposure} has no betas in portfolio.yaml")
        for feed in each.feeds:
            if feed not in freshness.feeds:
                raise ConfigError(f"{at}.feeds: {feed} is not in freshness.yaml; add it there")
        for feed in each.required_feeds if each.enabled else ():
            if feed not in rules:
                raise ConfigError(f"{at}.station: {feed} is not among freshness.yaml's stations")
