from __future__ import annotations

import io
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from kalshi_alpha.config.environment import KalshiEnv
from kalshi_alpha.core.errors import UsageError
from kalshi_alpha.exec.scan_options import ScanOptions
from kalshi_alpha.exec.session.request import PilotRequest


def request(**changes: Any) -> PilotRequest:
    fields: dict[str, Any] = {
        "series": "KXCPI",
        "env": KalshiEnv.SIM,
        "pilot_config": Path("configs/pilot.yaml"),
        "fixtures_root": Path("tests/data_fixtures"),
        "driver_fixtures": None,
        "seed": 0,
        "pace": 1.0,
        "options": ScanOptions(),
        "as_json": False,
        "quiet": False,
    }
    return PilotRequest(**(fields | changes))


@pytest.mark.parametrize(
    ("flags", "said"), [({}, "a line\n"), ({"quiet": True}, ""), ({"as_json": True}, "")]
)
def test_a_person_is_told_unless_a_program_reads(
    flags: dict[str, Any], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    request(**flags).speaker()("a line")
    assert capsys.readouterr().out == said


def test_output_that_breaks_stops_no_session_and_is_told_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class ReadByNobody(io.StringIO):
        def write(self, _text: str) -> int:
            raise BrokenPipeError(32, "Broken pipe")

    monkeypatch.setattr(sys, "stdout", ReadByNobody())
    speak = request().speaker()
    speak("KILL SWITCH is on")
    speak("+ A-1 YES 5.00 @ 34c")
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("pilot: goes on unheard, standard output cannot be written: Broken pipe")
    monkeypatch.setattr(sys, "stderr", ReadByNobody())
    request().speaker()("ALERT left_over: an order may rest")


@pytest.mark.parametrize("number", [float("nan"), float("inf"), 0.0, -1.0, 1e12])
@pytest.mark.parametrize(("field", "flag"), [("pace", "--pace"), ("run_s", "--run-seconds")])
def test_a_number_that_no_session_can_be_held_by_is_refused_by_its_flag(
    field: str, flag: str, number: float
) -> None:
    with pytest.raises(
        UsageError, match=f"{flag} must be above 0 and at most .*, was {re.escape(str(number))}"
    ):
        request(**{field: number})
    request(**{field: 30.0})
