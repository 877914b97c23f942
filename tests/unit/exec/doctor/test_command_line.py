from __future__ import annotations

from datetime import UTC, datetime

import pytest

from desk import CLOCK
from doctor_desk import Patient
from kalshi_alpha.core.errors import UsageError
from kalshi_alpha.core.ledger.entry import ClockSource
from kalshi_alpha.exec.doctor.command_line import _clock, diagnose

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def at_the_desk(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KALSHI_ALPHA_HOME", str(patient.root))
    monkeypatch.delenv("KALSHI_ALPHA_AS_OF", raising=False)
    for name, value in patient.process.items():
        monkeypatch.setenv(name, value)


def test_a_healthy_desk_ends_with_zero_and_quietly_with_nothing(
    patient: Patient, capsys: pytest.CaptureFixture[str]
) -> None:
    assert diagnose(patient.fixtures, CLOCK, as_json=False, quiet=False) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"mode: DEMO\ndoctor: {patient.root}\n")
    assert "32 checks: 32 ok" in out
    assert diagnose(patient.fixtures, CLOCK, as_json=False, quiet=True) == 0
    assert capsys.readouterr() == ("", "")


def test_a_failure_ends_with_one_and_is_said_quietly_too(
    patient: Patient, capsys: pytest.CaptureFixture[str]
) -> None:
    patient.fake("space", (1, 10**12))
    assert diagnose(patient.fixtures, CLOCK, as_json=False, quiet=True) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("doctor: disk_space: 0.0 GB free of 1000.0 GB; ")
    assert err.count("\n") == 1


def test_a_warning_fails_nothing(patient: Patient) -> None:
    patient.write(patient.paths.kill_switch, b"{}")
    assert diagnose(patient.fixtures, CLOCK, as_json=True, quiet=False) == 0


def test_data_are_judged_at_the_clock_that_was_set(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _clock(CLOCK, NOW).source is ClockSource.SET
    with pytest.raises(UsageError, match="not an instant"):
        _clock("noon", NOW)
    assert _clock(None, NOW).at == NOW
    monkeypatch.setenv("KALSHI_ALPHA_AS_OF", CLOCK)
    assert _clock(None, NOW).at == datetime.fromisoformat(CLOCK)
    monkeypatch.setenv("KALSHI_ALPHA_AS_OF", "noon")
    assert _clock(None, NOW).at == NOW
