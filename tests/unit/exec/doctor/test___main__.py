from __future__ import annotations

import json

import pytest

from desk import CLOCK
from doctor_desk import Patient
from kalshi_alpha.exec.doctor.__main__ import main


def test_the_command_examines_and_prints_json(
    patient: Patient, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KALSHI_ALPHA_HOME", str(patient.root))
    for name, value in patient.process.items():
        monkeypatch.setenv(name, value)
    flags = ["--json", "--as-of", CLOCK, "--fixtures-root", str(patient.fixtures)]
    assert main(flags) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["mode"], document["healthy"]) == ("DEMO", True)
    assert document["counts"]["ok"] == 32


def test_a_broken_dotenv_file_is_a_finding_and_no_end(
    patient: Patient, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KALSHI_ALPHA_HOME", str(patient.root))
    patient.write(patient.root / ".env", b"KALSHI_ALPHA_HOME=elsewhere\n")
    assert main(["--json"]) == 1
    checks = {each["name"]: each for each in json.loads(capsys.readouterr().out)["checks"]}
    assert checks["environment"]["status"] == "fail"


def test_a_clock_that_is_none_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--as-of", "noon"]) == 2
    assert capsys.readouterr().err.count("\n") == 1
