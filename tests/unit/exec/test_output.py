from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from desk import Morning
from kalshi_alpha.datastore.ingest import FeedSummary
from kalshi_alpha.datastore.ledger import LedgerStore
from kalshi_alpha.exec.output import (
    Written,
    exit_code,
    scan_document,
    send_dry,
    summary,
    write_decision,
    write_ledger,
    write_report,
)
from kalshi_alpha.exec.scan_options import ScanOptions
from kalshi_alpha.exec.scanning import Scanned
from kalshi_alpha.exec.wiring import Run
from kalshi_alpha.strategies.cpi import STRATEGY

NOTHING = Written((), None, ())


@pytest.fixture
def here(morning: Morning, run: Run) -> Run:
    """The morning's run, writing below a root of its own and reading the morning's tables."""
    return replace(morning.run, paths=run.paths)


def refused(scanned: Scanned) -> Scanned:
    verdict = replace(scanned.verdict, go=False, safety_go=False)
    return replace(scanned, verdict=verdict, proposals=(), withheld=scanned.proposals)


def test_every_proposal_is_handed_to_the_broker_once(morning: Morning) -> None:
    gateway = send_dry(morning.run, morning.scanned.proposals)
    assert len(gateway.resting) == len(morning.scanned.proposals)
    total = sum(p.contracts.e2 for p in morning.scanned.proposals)
    assert gateway.resting_contracts.e2 == total


def test_the_decision_is_written_as_proposals_and_verdict(
    here: Run, morning: Morning, tmp_path: Path
) -> None:
    written = write_decision(here, morning.scanned, "KXCPI", tmp_path / "out")
    assert written.files == (
        tmp_path / "out/KXCPI/2024-12-11T113000Z.json",
        here.paths.go_no_go,
    )
    assert all(path.exists() for path in written.files)
    assert (written.entries, written.settled) == (None, ())
    document = scan_document(here, morning.scanned, "KXCPI", written)
    assert document["files"] == [str(path) for path in written.files]


def test_paper_orders_expire_with_the_window(here: Run, morning: Morning) -> None:
    written = write_ledger(here, morning.scanned, STRATEGY, ScanOptions(), "pre_cpi", NOTHING)
    rests_until = morning.known.phase.rests_until
    assert rests_until is not None
    assert written.entries
    times = [row.filled_at for row in written.entries if row.filled_at is not None]
    assert times
    assert max(times) <= rests_until < min(p.closes_at for p in morning.scanned.proposals)


def test_a_repeat_that_proposes_nothing_clears_its_former_rows(here: Run, morning: Morning) -> None:
    options = ScanOptions()
    write_ledger(here, morning.scanned, STRATEGY, options, "scan", NOTHING)
    write_ledger(here, morning.scanned, STRATEGY, options, "pre_cpi", NOTHING)
    store = LedgerStore(here.paths)
    both = len(store.entries())

    written = write_ledger(here, refused(morning.scanned), STRATEGY, options, "pre_cpi", NOTHING)

    assert written.entries == ()
    assert {row.run_scope for row in store.entries()} == {"scan"}
    assert 2 * len(store.entries()) == both


def test_without_orders_no_ledger_is_made(here: Run, morning: Morning) -> None:
    write_ledger(here, refused(morning.scanned), STRATEGY, ScanOptions(), "pre_cpi", NOTHING)
    assert not here.paths.ledger_all.exists()
    assert (here.paths.artifacts / "paper_ledger_CPI.json").exists()


def test_the_report_has_three_places_and_a_picture_for_each_ladder(
    here: Run, morning: Morning
) -> None:
    kept, report, flat = write_report(here, morning.scanned, NOTHING).files
    assert kept == report.parent / "113000Z/REPORT.md"
    assert kept.read_bytes() == report.read_bytes()
    assert report.read_bytes() == flat.read_bytes()
    pictures = sorted(path.name for path in report.parent.glob("*.svg"))
    assert pictures == sorted(path.name for path in flat.parent.glob("*.svg"))
    assert len(pictures) == 3
    picture = (report.parent / "2024-12-11-KXCPI-24NOV.svg").read_text()
    assert picture.count('class="dot"') == 8
    quoted = [p for p in morning.scanned.proposals if p.event_ticker == "KXCPI-24NOV"]
    assert picture.count('class="quote"') == len(quoted) + 2  # two in the legend


def test_the_exit_code_tells_a_failed_feed_from_a_refusal(morning: Morning) -> None:
    scanned = morning.scanned
    assert exit_code(scanned) == 0
    assert exit_code(refused(scanned)) == 3
    torn = FeedSummary("aaa_gas", 1, 0, 0, "", None, None, None, {}, ("ParseRefused: x",))
    failed = replace(scanned, known=replace(scanned.known, ingested=(torn,)))
    assert exit_code(failed) == 4


def test_the_summary_is_one_screen(morning: Morning) -> None:
    written = NOTHING.and_files(Path("/a"), Path("/b"))
    lines = summary(morning.run, morning.scanned, written).splitlines()
    assert lines[0] == "CPI OFFLINE 2024-12-11T11:30:00Z: GO"
    assert lines[-2:] == ["wrote /a", "wrote /b"]
    assert len(lines) == 4 + len(morning.scanned.proposals)
    assert "NO-GO" in summary(morning.run, refused(morning.scanned), written)


def test_a_terminal_gets_the_proposals_as_a_table(
    morning: Morning, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "100")
    said = summary(morning.run, morning.scanned, NOTHING)
    assert "honest edge, cents" in said
    assert all(each.market_ticker in said for each in morning.scanned.proposals)
    assert " @ " not in said


def test_what_may_only_be_looked_at_rests_nowhere(here: Run, morning: Morning) -> None:
    scanned = morning.scanned
    made = tuple(
        replace(each, notes=("no_live_quote: dry only, there is no quote",))
        for each in scanned.forecasts.forecasts
    )
    seen = replace(scanned, forecasts=replace(scanned.forecasts, forecasts=made))

    written = write_ledger(here, seen, STRATEGY, ScanOptions(), "pre_cpi", NOTHING)

    assert written.entries == ()
    assert not here.paths.ledger_all.exists()
    assert "dry only: no_live_quote" in summary(here, seen, written)
