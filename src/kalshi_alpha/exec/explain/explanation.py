"""The explanation of a scan as one document, and the newest that lies on the disk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kalshi_alpha.config.settings import Settings
from kalshi_alpha.core.errors import MissingData, TornFile, UsageError
from kalshi_alpha.datastore.artifacts import END_OF_TIME, read_json
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.artifacts import SCHEMA, proposals_document
from kalshi_alpha.exec.scanning import Scanned
from kalshi_alpha.exec.wiring import Run

_KEPT = (
    *("schema", "generated_at", "clock_source", "mode", "environment", "series", "verdict"),
    *("thresholds", "bankroll_usd", "fill_alpha", "value_at_risk", "forecasts"),
    *("forecasts_refused", "ladders", "dry_only", "markets"),
)
_ANEW = "scan again, or add --offline or --online"


def explanation(run: Run, scanned: Scanned, series: str) -> dict[str, Any]:
    """Return why each market of a scan was traded or not, as plain data.

    Parameters
    ----------
    run, scanned
        The scan.
    series
        What was asked for: a family, or the ticker of one series of it.
    """
    return of_document(proposals_document(run, scanned, series), series)


def of_document(document: Mapping[str, Any], series: str) -> dict[str, Any]:
    """Return the same from a scan's document; a series ticker keeps its own markets only."""
    told = {name: document[name] for name in _KEPT}
    own = [each for each in document["markets"] if each["series_ticker"] == series.upper()]
    return told | {"series": series, "markets": own or document["markets"]}


def of_market(told: Mapping[str, Any], market: str) -> dict[str, Any]:
    """Return the explanation of one market.

    Raises
    ------
    UsageError
        If the scan looked at no such market.
    """
    own = [each for each in told["markets"] if each["market_ticker"] == market.upper()]
    if not own:
        tickers = [each["market_ticker"] for each in told["markets"]]
        shown = ", ".join(tickers[:5]) + (", ..." if len(tickers) > 5 else "")
        raise UsageError(f"{market}: no market of this scan; there are {shown or 'none'}")
    return {**told, "markets": own}


def newest_explanation(paths: Paths, settings: Settings, series: str) -> dict[str, Any]:
    """Return the explanation that the newest scan of a series left beside its proposals.

    Raises
    ------
    UsageError
        If there is no such series.
    MissingData
        If it was never scanned below this root.
    TornFile, NewerSchema
        If the document cannot be read, or is of a version that kept no numbers.
    """
    names = {series.upper(), settings.series.family_of(series)}
    found = [path for name in sorted(names) for path in (paths.proposals / name).glob("*.json")]
    if not found:
        raise MissingData(
            f"{series} was never scanned below {paths.root}: "
            "add --offline or --online to scan it now, read-only"
        )
    path = max(found, key=lambda each: each.name)
    try:
        document = read_json(path, SCHEMA, END_OF_TIME)
    except TornFile as error:
        raise TornFile(f"{error}; {_ANEW}") from error
    missing = [name for name in _KEPT if name not in document]
    if missing:
        raise TornFile(f"{path} lacks {', '.join(missing)}: an older version wrote it; {_ANEW}")
    return of_document(document, series)
