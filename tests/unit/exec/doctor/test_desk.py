from __future__ import annotations

import pytest

from doctor_desk import Patient
from kalshi_alpha.config.environment import KalshiEnv
from kalshi_alpha.core.errors import ConfigError
from kalshi_alpha.datastore.execution_state import SCHEMA as FITTED_SCHEMA
from kalshi_alpha.exec import artifacts
from kalshi_alpha.exec.doctor import desk as doctors_desk
from kalshi_alpha.exec.doctor.desk import installed, zone


def test_the_environment_is_the_processs_and_the_dotenv_files(patient: Patient) -> None:
    patient.write(patient.root / ".env", b"KALSHI_ENV=demo\nOTHER=1\n")
    patient.process = {"KALSHI_ENV": "sim"}
    assert patient.desk.environ == {"KALSHI_ENV": "sim", "OTHER": "1"}
    assert patient.desk.venue is KalshiEnv.SIM


def test_what_cannot_be_read_is_left_to_its_own_check(patient: Patient) -> None:
    patient.write(patient.root / ".env", b"KALSHI_ALPHA_HOME=x\n")
    patient.process = {"KALSHI_ENV": "nowhere"}
    assert patient.desk.environ == {"KALSHI_ENV": "nowhere"}
    assert patient.desk.venue is None
    patient.write(patient.paths.config("series"), b"[")
    assert isinstance(patient.desk.configuration, ConfigError)
    patient.write(patient.paths.table("macro_calendar") / "schema.json", b"{")
    assert patient.desk.calendar is None


def test_every_artifact_is_read_with_the_schema_of_its_writer(patient: Patient) -> None:
    assert artifacts.SCHEMA == doctors_desk._SCAN_SCHEMA
    patient.write(patient.paths.fill_alpha, b"{}")
    newest = patient.paths.proposals / "CPI" / "2024-12-11T113000Z.json"
    patient.write(newest, b"{}")
    patient.write(newest.with_name("2024-12-11T112000Z.json"), b"{}")
    files = patient.desk.json_files
    assert files[patient.paths.fill_alpha] == FITTED_SCHEMA
    assert [path for path in files if path.is_relative_to(patient.paths.proposals)] == [newest]


def test_the_newest_file_is_no_writers_temporary_one_and_may_have_just_gone(
    patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient.write(patient.paths.state / ".x.json.1.ab.tmp", b"{")
    monkeypatch.setattr(doctors_desk, "_changed_s", lambda path: float(path.name == "ledger_all"))
    assert patient.desk.newest is not None
    assert not patient.desk.newest[0].name.startswith(".")
    monkeypatch.undo()
    assert doctors_desk._changed_s(patient.root / "gone") == 0.0


def test_an_installation_is_asked_by_name() -> None:
    assert installed("click")
    assert installed("unheard-of") is None
    assert zone("America/New_York").key == "America/New_York"
