"""``configs/series.yaml``: the venue's series, what settles them and what they need."""

from __future__ import annotations

from decimal import Decimal
from difflib import get_close_matches
from typing import Literal

import msgspec

from kalshi_alpha.config.freshness import feed_name
from kalshi_alpha.core.errors import BadParameter, NotBuilt, UsageError
from kalshi_alpha.core.types import SettlementGrid, StrikeType


class Family(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A family: names that commands accept for it, and the folder of its reports."""

    aliases: tuple[str, ...]
    report: str


class Series(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One series of the venue.

    Attributes
    ----------
    ticker, family
        The venue's ticker, and the family whose model forecasts it.
    enabled
        Whether it is scanned; a series that is off needs no feed.
    quantity
        What settles it, such as ``cpi_mom``.
    grid_step, unit
        Step and unit of the settlement value.
    strike_types
        Strike types that its markets may carry; any other is refused.
    event
        Calendar event that releases the value, or null for a daily rhythm.
    exposure
        Exposure group in ``portfolio.yaml``.
    feeds
        Feeds in ``freshness.yaml`` that its forecast needs.
    station
        Climate station, or null.
    settlement_source
        Who publishes the value, as the contract says.
    """

    ticker: str
    family: str
    enabled: bool
    quantity: str
    grid_step: Decimal
    unit: str
    strike_types: tuple[StrikeType, ...]
    exposure: str
    feeds: tuple[str, ...]
    settlement_source: str
    event: str | None = None
    station: str | None = None

    def __post_init__(self) -> None:
        if not self.strike_types:
            raise BadParameter("strike_types cannot be empty")
        if not (self.grid_step.is_finite() and self.grid_step > 0):
            raise BadParameter("grid_step must be positive")

    @property
    def grid(self) -> SettlementGrid:
        """The grid of settlement values."""
        return SettlementGrid(self.grid_step, self.unit)

    @property
    def required_feeds(self) -> tuple[str, ...]:
        """Names of the freshness rules that must pass for this series."""
        return tuple(
            feed_name(feed, self.station if feed.startswith("nws_") else None)
            for feed in self.feeds
        )


class SeriesBook(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """All families and series."""

    schema: Literal[1]
    families: dict[str, Family]
    series: tuple[Series, ...]

    def __post_init__(self) -> None:
        tickers = [series.ticker for series in self.series]
        if len(set(tickers)) != len(tickers):
            raise BadParameter("a series is listed twice")
        if strangers := sorted({s.family for s in self.series} - set(self.families)):
            raise BadParameter(f"family {strangers[0]} is not listed in families")
        names = [a for family in self.families.values() for a in family.aliases] + tickers
        if len(set(names)) != len(names):
            raise BadParameter("an alias names two families, or a family and a series")

    @property
    def enabled(self) -> tuple[Series, ...]:
        """The series that are switched on, in the file's order."""
        return tuple(series for series in self.series if series.enabled)

    @property
    def required_feeds(self) -> tuple[str, ...]:
        """Freshness rules that a switched-on series needs, sorted."""
        return tuple(sorted({feed for series in self.enabled for feed in series.required_feeds}))

    def family_of(self, name: str) -> str:
        """Return the family that a ticker or a family name means.

        Raises
        ------
        UsageError
            If it means none; the message names the one that is near, or all.
        """
        wanted = name.upper()
        for family, entry in self.families.items():
            if wanted in entry.aliases:
                return family
        for series in self.series:
            if series.ticker == wanted:
                return series.family
        known = [a for entry in self.families.values() for a in entry.aliases]
        known += [series.ticker for series in self.series]
        near = get_close_matches(wanted, known, n=1)
        advice = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"
        raise UsageError(f"unknown series {name!r}; {advice}")

    def resolve(self, name: str) -> tuple[Series, ...]:
        """Return the switched-on series that a name means: one ticker's, or a family's.

        Raises
        ------
        UsageError
            If the name means no series.
        NotBuilt
            If every series it means is switched off.
        """
        family = self.family_of(name)
        named = [s for s in self.series if s.ticker == name.upper()]
        wanted = named or [s for s in self.series if s.family == family]
        switched_on = tuple(series for series in wanted if series.enabled)
        if not switched_on:
            raise NotBuilt(f"{name} is switched off in configs/series.yaml")
        return switched_on

    def report_folder(self, name: str) -> str:
        """Return the name under which reports of a series or family are filed."""
        return self.families[self.family_of(name)].report
