from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from kalshi_alpha.config.ramp import BASELINE
from kalshi_alpha.core.ledger.entry import ClockSource, LedgerEntry, LedgerMode
from kalshi_alpha.datastore.ledger import LedgerStore
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.clock import RunClock
from kalshi_alpha.exec.tearsheet.facts import Facts, Reader, desk_clock, sheet_clock
from kalshi_alpha.exec.tearsheet.scans import Scan

AT = datetime(2024, 12, 11, 11, 30, tzinfo=UTC)
CLOCK = RunClock(AT, ClockSource.SET)
NOW = RunClock(datetime(2026, 1, 2, tzinfo=UTC), ClockSource.SYSTEM)


def test_the_ledger_is_read_as_it_was_known(
    paths: Paths, entry: Callable[..., LedgerEntry]
) -> None:
    later = entry(placed_at=AT + timedelta(hours=1), run_scope="later")
    LedgerStore(paths).upsert([entry(), later], AT)
    reader = Reader(paths)
    assert len(reader.facts(CLOCK).entries) == 1
    assert len(reader.facts(replace(CLOCK, at=AT + timedelta(hours=2))).entries) == 2


def test_evidence_is_shown_before_anything_else(
    facts: Facts, evidence: tuple[LedgerEntry, ...], entry: Callable[..., LedgerEntry]
) -> None:
    both = replace(facts, entries=(*evidence, entry()))
    shown = both.shown("CPI")
    assert shown.counts
    assert shown.label == "Evidence: PAPER orders with fills"
    assert set(shown.rows) == set(evidence)


def test_without_evidence_one_carrier_is_shown_and_never_two(
    facts: Facts, entry: Callable[..., LedgerEntry], practised: tuple[LedgerEntry, ...]
) -> None:
    mixed = replace(facts, entries=(*practised, entry()))
    shown = mixed.shown(None)
    assert {row.mode for row in shown.rows} == {LedgerMode.OFFLINE}
    assert not shown.counts
    assert "never count" in shown.label
    assert replace(facts, entries=()).shown("CPI").rows == ()


def test_what_cannot_be_read_is_named_and_nothing_stops(paths: Paths) -> None:
    paths.ledger_all.parent.mkdir(parents=True, exist_ok=True)
    paths.ledger_all.write_bytes(b"no parquet")
    (paths.configs / "ramp.yaml").write_text("schema: [")
    (paths.configs / "series.yaml").write_text("families: [")
    (paths.state / "ev_seq_guard.json").parent.mkdir(parents=True, exist_ok=True)
    (paths.state / "ev_seq_guard.json").write_text("{")
    found = Reader(paths).facts(CLOCK)
    assert found.entries == ()
    assert found.ramp == BASELINE
    said = " ".join(found.faults)
    for name in ("ledger_all.parquet", "ramp.yaml", "series.yaml", "ev_seq_guard.json"):
        assert name in said
    assert str(paths.root) not in said


def test_the_past_is_the_calibration_s_or_a_reason(paths: Paths) -> None:
    reader = Reader(paths)
    replays, _ = reader.past("CPI")
    assert [each.key for each in replays] == ["cpi_mom"]
    assert reader.past("NOBODY")[1].startswith("NOBODY: no strategy is installed")
    paths.calibration("cpi").unlink()
    replays, why = reader.past("CPI")
    assert replays == ()
    assert "run the calibration first" in why


def test_a_series_of_a_family_is_known_by_it(paths: Paths) -> None:
    reader = Reader(paths)
    assert reader.family_of("KXCPI") == "CPI"
    assert reader.family_of("KXUNKNOWN") == "KXUNKNOWN"
    assert reader.report_folder("CPI") == "CPI"
    assert reader.report_folder("KXCPI") == "KXCPI"


def test_a_whole_family_s_scan_goes_before_that_of_one_series(facts: Facts, scan: Scan) -> None:
    alone = replace(scan, series="KXCPI")
    both = replace(facts, scans={"CPI": (scan,), "KXCPI": (alone,)})
    assert both.newest() == {"CPI": scan}
    assert replace(facts, scans={"KXCPI": (alone,)}).newest() == {"CPI": alone}


def test_a_practised_scan_is_looked_at_as_of_its_own_clock(scan: Scan) -> None:
    live = replace(scan, said={**scan.said, "clock_source": "system"})
    assert sheet_clock(NOW, scan) == CLOCK
    assert sheet_clock(NOW, live) == NOW
    assert sheet_clock(NOW, None) == NOW
    assert desk_clock(NOW, [scan]) == CLOCK
    assert desk_clock(NOW, [scan, live]) == NOW
    assert desk_clock(NOW, []) == NOW
    assert desk_clock(CLOCK, [replace(scan, at=AT - timedelta(days=1))]) == CLOCK
