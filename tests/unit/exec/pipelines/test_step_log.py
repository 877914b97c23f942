from __future__ import annotations

import json

import pytest

from kalshi_alpha.core.errors import DataError
from kalshi_alpha.exec.pipelines.step_log import StepLog
from kalshi_alpha.exec.wiring import Run


def test_steps_are_recorded_in_order_with_their_facts(run: Run) -> None:
    log = StepLog(run, "pre_cpi")
    with log.step("ingest") as facts:
        facts["rows"] = 3
    with log.step("scan"):
        pass
    log.scan_notes.append("the window is shut")

    path = log.write(3)

    assert path == run.paths.root / "data/proc/logs/2024-12-11/daily_pre_cpi_20241211T113000Z.json"
    document = json.loads(path.read_bytes())
    assert [(s["step"], s["ok"], s["facts"]) for s in document["steps"]] == [
        ("ingest", True, {"rows": 3}),
        ("scan", True, {}),
    ]
    assert all(step["duration_ms"] >= 0.0 for step in document["steps"])
    assert (document["exit_code"], document["scan_notes"]) == (3, ["the window is shut"])
    assert (document["schema"], document["mode"], document["data_mode"]) == (
        1,
        "pre_cpi",
        "OFFLINE",
    )


def test_an_error_on_purpose_is_recorded_and_goes_on(run: Run) -> None:
    log = StepLog(run, "pre_cpi")
    with pytest.raises(DataError), log.step("ingest"):
        raise DataError("torn")
    [step] = log.steps
    assert (step["ok"], step["error"]) == (
        False,
        {"type": "DataError", "message": "torn", "exit_code": 4},
    )


def test_an_error_that_nobody_meant_leaves_the_step_failed(run: Run) -> None:
    log = StepLog(run, "pre_cpi")
    with pytest.raises(ZeroDivisionError), log.step("scan"):
        raise ZeroDivisionError
    assert log.steps[0]["ok"] is False
    assert "error" not in log.steps[0]
