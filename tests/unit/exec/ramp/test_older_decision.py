from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from desk_root import AT
from kalshi_alpha.config.ramp import BASELINE, Evidence
from kalshi_alpha.core.errors import (
    ConfigError,
    ConfigWeakened,
    KalshiAlphaError,
    MissingData,
    UsageError,
)
from kalshi_alpha.core.ledger.entry import ClockSource, LedgerMode
from kalshi_alpha.datastore.atomic import write_json
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.clock import RunClock
from kalshi_alpha.exec.ramp import older_decision
from kalshi_alpha.exec.ramp.agreement import disagreements
from kalshi_alpha.exec.ramp.memory import Memory
from kalshi_alpha.exec.ramp.older_decision import OlderDecision
from kalshi_alpha.exec.ramp.readiness import read_readiness
from kalshi_alpha.exec.ramp.under_way import DecisionUnderWay, Mark, is_under_way
from readiness_cases import KEY, readiness

LATER = RunClock(AT + timedelta(hours=1), ClockSource.SYSTEM)


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    found = Paths(tmp_path)
    write_json(found.pilot_ready, readiness())
    found.pilot_readiness.write_text("# Pilot readiness: GO\n")
    return found


def fails(paths: Paths, error: BaseException) -> None:
    with pytest.raises(type(error)), OlderDecision(paths, LATER):
        raise error


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (ConfigError("pal_policy.yaml: torn"), "config_unreadable"),
        (ConfigWeakened("pal_policy.yaml: loose"), "config_weakened"),
        (MissingData("no ledger"), "reading_missing"),
        (KalshiAlphaError("anything"), "reading_unreadable"),
        (ZeroDivisionError("unforeseen"), "reading_unreadable"),
        (KeyboardInterrupt(), "reading_unreadable"),
    ],
)
def test_no_go_outlives_a_run_that_fails(paths: Paths, error: BaseException, word: str) -> None:
    fails(paths, error)
    found = read_readiness(paths.pilot_ready, LATER.at)
    assert (found.overall.go, found.overall.global_reasons) == (False, (word,))
    (cpi,) = found.series
    assert (cpi.go, cpi.size_multiplier) == (False, 0.0)
    (row,) = cpi.reasons
    assert row.detail == f"the ramp could not decide: {str(error) or 'KeyboardInterrupt'}"
    assert disagreements(found) == ()
    page = paths.pilot_readiness.read_text()
    assert page.startswith("# Pilot readiness: NO-GO\n")
    assert row.detail in page


def test_what_rises_slowly_is_remembered_over_a_failure(paths: Paths) -> None:
    fails(paths, MissingData("no ledger"))
    memory = Memory.read(paths.pilot_ready, LATER)
    assert memory.weights("CPI") == {KEY: 0.75}
    (cpi,) = read_readiness(paths.pilot_ready, LATER.at).series
    assert (cpi.size_day_start, cpi.ev_honesty_bins[0].weight_day_start) == (0.25, 0.75)


def test_from_the_start_of_a_reading_no_go_stands(paths: Paths) -> None:
    with OlderDecision(paths, LATER) as older:
        memory = older.put_aside()
        found = read_readiness(paths.pilot_ready, LATER.at)
        assert (found.overall.go, [each.go for each in found.series]) == (False, [False])
        assert "has not ended" in found.overall.global_details[0].detail
        assert paths.pilot_readiness.read_text().startswith("# Pilot readiness: NO-GO\n")
        assert is_under_way(paths.pilot_ready)
    assert not is_under_way(paths.pilot_ready)
    assert memory.last is not None
    assert memory.last.overall.go


def test_a_run_that_fails_while_it_reads_says_why_and_forgets_nothing(paths: Paths) -> None:
    def reads_in_vain() -> None:
        with OlderDecision(paths, LATER) as older:
            older.put_aside()
            raise MissingData("no ledger")

    with pytest.raises(MissingData):
        reads_in_vain()
    found = read_readiness(paths.pilot_ready, LATER.at)
    assert found.overall.global_details[0].detail == "the ramp could not decide: no ledger"
    assert Memory.read(paths.pilot_ready, LATER).weights("CPI") == {KEY: 0.75}
    assert not is_under_way(paths.pilot_ready)


def test_a_first_decision_keeps_others_out_though_it_has_nothing_to_put_aside(
    tmp_path: Path,
) -> None:
    decision = Paths(tmp_path).pilot_ready
    with OlderDecision(Paths(tmp_path), LATER) as older:
        assert older.put_aside().last is None
        with pytest.raises(DecisionUnderWay):
            Mark.begin(decision, timedelta(0))
    assert not is_under_way(decision)
    assert list(decision.parent.iterdir()) == []


def test_a_first_decision_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def fails_after_it_began() -> None:
        with OlderDecision(Paths(tmp_path), LATER) as older:
            older.put_aside()
            raise MissingData("no ledger")

    with pytest.raises(MissingData):
        fails_after_it_began()
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_what_cannot_be_read_is_replaced_too(paths: Paths) -> None:
    paths.pilot_ready.write_text("{")
    fails(paths, MissingData("no ledger"))
    found = read_readiness(paths.pilot_ready, LATER.at)
    assert (found.overall.decision, found.series) == ("NO-GO", ())


def test_a_wrong_flag_and_a_decision_leave_the_file_to_whoever_wrote_it(paths: Paths) -> None:
    before = paths.pilot_ready.read_bytes()
    fails(paths, UsageError("--min-fills"))
    with OlderDecision(paths, LATER):
        pass
    assert paths.pilot_ready.read_bytes() == before


def test_where_nothing_stands_nothing_is_written(tmp_path: Path) -> None:
    fails(Paths(tmp_path), MissingData("no ledger"))
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_takes_no_no_go_keeps_no_go_either(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(older_decision, "write_atomic", full)
    with pytest.raises(OSError, match="No space"), OlderDecision(paths, LATER):
        raise MissingData("no ledger")
    assert not paths.pilot_ready.exists()
    assert not paths.pilot_readiness.exists()


def test_a_set_clock_does_not_replace_a_decision_of_the_systems(paths: Paths) -> None:
    def asked(source: ClockSource, *, practice: bool = False) -> None:
        evidence = Evidence(modes=(LedgerMode.SIM,), practice=True)
        ramp = msgspec.structs.replace(BASELINE, evidence=evidence) if practice else BASELINE
        # The day before: what stands is later than the clock.
        clock = RunClock(AT - timedelta(days=1), source)
        OlderDecision(paths, clock).require_replaceable(ramp)

    with pytest.raises(UsageError, match="decided under the system's clock"):
        asked(ClockSource.SET)
    asked(ClockSource.SYSTEM)
    asked(ClockSource.SET, practice=True)
    write_json(paths.pilot_ready, readiness(clock_source="set"))
    asked(ClockSource.SET)
    paths.pilot_ready.unlink()
    asked(ClockSource.SET)
