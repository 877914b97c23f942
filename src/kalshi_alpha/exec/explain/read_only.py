"""The scan that an explanation is told from: the scanner's own, and it leaves nothing behind.

What a scan takes in or fits on its way goes to a scratch folder, into which the root's tables are
linked, so that nothing below the root is touched.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.tables import FeedStore
from kalshi_alpha.exec.forecasting import (
    installed_strategy,
    stored_calibration,
    venue_calibration,
)
from kalshi_alpha.exec.inputs import Gathered, read_inputs, sources_needed
from kalshi_alpha.exec.runners.scan import RUN_SCOPE
from kalshi_alpha.exec.scan_options import ScanOptions
from kalshi_alpha.exec.scanning import Scanned, ingest_payloads, look_around, scan_family
from kalshi_alpha.exec.wiring import DataMode, Run, wire_offline


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanWanted:
    """Which scan is to be explained; the fields are those of the scanner's flags."""

    series: str
    mode: DataMode
    fixtures_root: Path
    driver_fixtures: Path | None
    pal_policy: Path | None
    portfolio_config: Path | None
    options: ScanOptions
    as_of: str | None


def scan_apart(wanted: ScanWanted, environ: Mapping[str, str]) -> tuple[Run, Scanned]:
    """Scan as the scanner would at this moment, and write nothing below the root.

    Raises
    ------
    UsageError
        If an option or the fixtures cannot be used.
    KalshiAlphaError
        As the scanner does.
    """
    if wanted.mode is DataMode.ONLINE:
        return _at_the_venue(wanted, environ)
    run = wire_offline(
        series=wanted.series,
        scanner_fixtures=wanted.fixtures_root,
        driver_fixtures=wanted.driver_fixtures,
        as_of=wanted.as_of,
        pal_policy=wanted.pal_policy,
        portfolio_config=wanted.portfolio_config,
        environ=environ,
    )
    wanted.options.require_allowed(run.settings)
    strategy = installed_strategy(run.family)
    with scratch(run) as apart:
        inputs = read_inputs(apart, strategy, wanted.series)
        gathered = Gathered(apart, inputs, ingest_payloads(apart, inputs.payloads))
        calibration = stored_calibration(apart, strategy, inputs.history)
        return _scanned(wanted, run, gathered, calibration)


def _at_the_venue(wanted: ScanWanted, environ: Mapping[str, str]) -> tuple[Run, Scanned]:
    from kalshi_alpha.exec.online import gather, wire_online

    online = wire_online(
        series=wanted.series,
        environ=environ,
        practice_history=wanted.fixtures_root,
        driver_fixtures=wanted.driver_fixtures,
        as_of=wanted.as_of,
        pal_policy=wanted.pal_policy,
        portfolio_config=wanted.portfolio_config,
    )
    wanted.options.require_allowed(online.run.settings)
    strategy = installed_strategy(online.run.family)
    with scratch(online.run) as apart:
        gathered = gather(replace(online, run=apart), wanted.series)
        calibration = venue_calibration(gathered.run, strategy)
        return _scanned(wanted, online.run, gathered, calibration)


def _scanned(
    wanted: ScanWanted, run: Run, gathered: Gathered, calibration: Any
) -> tuple[Run, Scanned]:
    # The desk's own state decides; only what was taken in just now lies in the scratch folder.
    seen = replace(gathered.run, paths=run.paths)
    known = look_around(seen, gathered.ingested, window_only=False)
    scanned = scan_family(
        seen,
        known,
        installed_strategy(run.family),
        calibration,
        gathered.inputs,
        wanted.options,
        run_scope=RUN_SCOPE,
        tuned_in=gathered.run.paths,
    )
    return seen, scanned


@contextmanager
def scratch(run: Run) -> Iterator[Run]:
    """Give the same run a folder of its own, in which it finds the root's tables and fits."""
    with TemporaryDirectory(prefix="kalshi-alpha-") as folder:
        paths = Paths(Path(folder))
        for source in sources_needed(run):
            _link_below(run.paths.table(source), paths.table(source))
        _link(run.paths.calibration(run.family), paths.calibration(run.family))
        _link(run.paths.fill_alpha, paths.fill_alpha)
        yield replace(run, paths=paths, store=FeedStore(paths))


def _link_below(folder: Path, into: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            _link(path, into / path.relative_to(folder))


def _link(path: Path, into: Path) -> None:
    """Link a file; a writer replaces the link, never what it points to."""
    if path.exists():
        into.parent.mkdir(parents=True, exist_ok=True)
        into.symlink_to(path)
