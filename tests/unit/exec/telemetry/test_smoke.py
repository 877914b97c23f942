from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kalshi_alpha.core.ledger.entry import ClockSource
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.clock import RunClock
from kalshi_alpha.exec.telemetry.events import read_telemetry
from kalshi_alpha.exec.telemetry.smoke import SEQUENCE, main, write_smoke

AT = datetime(2025, 6, 11, 10, 30, tzinfo=UTC)


def test_the_sequence_is_written_marked_and_read_back(tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    report = write_smoke(paths, RunClock(AT, ClockSource.SET), "smoke-1")
    assert report.lines == len(SEQUENCE)
    assert report.path == str(paths.telemetry(AT.date()))
    found = read_telemetry(paths.telemetry(AT.date()))
    assert found.torn == ()
    assert all(line.payload["synthetic"] is True for line in found.lines)
    assert {"sent", "fill", "partial_fill", "reject", "heartbeat"} <= {
        line.event for line in found.lines
    }
    assert "****smok" in paths.telemetry(AT.date()).read_text()


def test_a_second_smoke_appends(tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    for session in ("one", "two"):
        write_smoke(paths, RunClock(AT, ClockSource.SET), session)
    assert len(read_telemetry(paths.telemetry(AT.date())).lines) == 2 * len(SEQUENCE)


def test_the_command_prints_the_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KALSHI_ALPHA_HOME", str(tmp_path))
    assert main(["--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert Path(said["path"]).is_file()
    assert main([]) == 0
    assert f"{len(SEQUENCE)} synthetic lines written and read: {said['path']}" in (
        capsys.readouterr().out
    )


def test_a_folder_that_may_not_be_written_is_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "data").write_text("no folder")
    monkeypatch.setenv("KALSHI_ALPHA_HOME", str(tmp_path))
    assert main([]) == 1
    assert "cannot be written" in capsys.readouterr().err
