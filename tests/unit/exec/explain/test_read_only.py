from __future__ import annotations

import os
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from desk import AT, Desk
from kalshi_alpha.core.errors import UsageError
from kalshi_alpha.core.ledger.entry import ClockSource
from kalshi_alpha.datastore.state import set_kill_switch
from kalshi_alpha.exec import online as online_module
from kalshi_alpha.exec.clock import RunClock
from kalshi_alpha.exec.explain.explanation import explanation
from kalshi_alpha.exec.explain.read_only import ScanWanted, scan_apart, scratch
from kalshi_alpha.exec.inputs import Gathered, read_inputs
from kalshi_alpha.exec.online import Online
from kalshi_alpha.exec.scan_options import ScanOptions
from kalshi_alpha.exec.scanning import ingest_payloads
from kalshi_alpha.exec.wiring import DataMode, Run
from kalshi_alpha.strategies.cpi import STRATEGY


def wanted(desk: Desk, **change: Any) -> ScanWanted:
    asked = ScanWanted(
        series="CPI",
        mode=DataMode.OFFLINE,
        fixtures_root=desk.venue,
        driver_fixtures=desk.drivers,
        pal_policy=None,
        portfolio_config=None,
        options=ScanOptions(),
        as_of=None,
    )
    return replace(asked, **change)


def traces(root: Path) -> dict[str, tuple[int, int]]:
    stats = {path: path.lstat() for path in root.rglob("*")}
    return {str(path): (stat.st_mtime_ns, stat.st_size) for path, stat in stats.items()}


def test_the_scan_is_the_scanners_own_and_leaves_nothing_behind(desk: Desk) -> None:
    before = traces(desk.root)
    run, scanned = scan_apart(wanted(desk), os.environ)
    assert traces(desk.root) == before
    assert desk.scan().code == 0
    written = desk.proposals()
    told = explanation(run, scanned, "CPI")
    assert {name: told[name] for name in told if name != "verdict"} == {
        name: written[name] for name in told if name != "verdict"
    }
    assert told["verdict"]["go"] is written["verdict"]["go"] is True


def test_what_the_root_knows_already_is_read_and_not_touched(desk: Desk) -> None:
    assert desk.scan("--paper-ledger").code == 0
    before = traces(desk.root)
    _, scanned = scan_apart(wanted(desk, options=ScanOptions(fill_alpha="auto")), os.environ)
    assert traces(desk.root) == before
    assert {each.new_rows for each in scanned.known.ingested} == {0}


def test_the_desks_own_state_decides_the_gate(desk: Desk, run: Run) -> None:
    paths = replace(run.paths, root=desk.root)
    set_kill_switch(paths.kill_switch, AT)
    _, scanned = scan_apart(wanted(desk), os.environ)
    assert scanned.verdict.words == ("kill_switch",)
    assert len(scanned.withheld) == 7


def test_options_are_checked_before_anything_is_read(desk: Desk) -> None:
    with pytest.raises(UsageError, match="--min-ev"):
        scan_apart(wanted(desk, options=ScanOptions(min_ev=-1.0)), os.environ)


def test_a_clock_is_refused_where_the_venue_keeps_its_own(desk: Desk) -> None:
    online = wanted(desk, mode=DataMode.ONLINE, as_of=datetime.isoformat(AT))
    with pytest.raises(UsageError, match="--as-of with --online"):
        scan_apart(online, os.environ)


def test_live_books_are_read_for_it_and_leave_nothing_either(
    desk: Desk, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert desk.scan().code == 0
    before, roots = traces(desk.root), list[Path]()

    def gather(online: Online, series: str) -> Gathered:
        roots.append(online.run.paths.root)
        inputs = read_inputs(run, STRATEGY, series)
        seen = replace(online.run, clock=RunClock(AT, ClockSource.SYSTEM))
        return Gathered(seen, inputs, ingest_payloads(seen, inputs.payloads))

    monkeypatch.setattr(online_module, "gather", gather)
    environ = {"KALSHI_ALPHA_HOME": str(desk.root)}
    seen, scanned = scan_apart(wanted(desk, mode=DataMode.ONLINE, driver_fixtures=None), environ)
    assert (seen.environment, seen.paths.root) == ("prod", desk.root)
    assert roots != [desk.root]
    assert len(scanned.result.proposals) == 7
    assert traces(desk.root) == before


def test_a_writer_replaces_a_link_and_not_the_file_behind_it(run: Run) -> None:
    table = run.paths.table("bls_cpi")
    table.mkdir(parents=True)
    (table / "schema.json").write_text("{}")
    with scratch(run) as apart:
        linked = apart.paths.table("bls_cpi") / "schema.json"
        assert linked.read_text() == "{}"
        linked.unlink()
        folder = apart.paths.root
    assert (table / "schema.json").read_text() == "{}"
    assert not folder.exists()
