from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kalshi_alpha.exec.doctor.artifacts import artifact_versions, leftovers, torn_files
from kalshi_alpha.exec.doctor.finding import Status

WHOLE = '{"schema": 1, "generated_at": "2024-12-11T11:30:00Z"}'
NOW = datetime(2024, 12, 11, 11, 30, tzinfo=UTC)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "go_no_go.json"
    path.write_text(WHOLE)
    return path


def test_a_later_schema_is_one_finding_and_a_torn_file_another(file: Path) -> None:
    assert artifact_versions({file: 1}).status is Status.OK
    assert torn_files({file: 1}, ()).status is Status.OK
    assert artifact_versions({file: 0}).status is Status.FAIL
    assert torn_files({file: 0}, ()).status is Status.OK
    file.write_text(WHOLE[:-1])
    assert artifact_versions({file: 1}).status is Status.OK
    assert torn_files({file: 1}, ()).status is Status.FAIL


def test_a_file_that_has_just_gone_is_no_finding(tmp_path: Path) -> None:
    gone = {tmp_path / "gone.json": 1}
    assert artifact_versions(gone).status is torn_files(gone, ()).status is Status.OK


def test_a_log_ends_with_a_whole_line(tmp_path: Path) -> None:
    log = tmp_path / "alerts.jsonl"
    assert torn_files({}, [log]).status is Status.OK
    for text, status in (("", Status.OK), ("{}\n", Status.OK), ('{}\n{"a"', Status.FAIL)):
        log.write_text(text)
        assert torn_files({}, [log]).status is status


def test_a_writer_has_an_hour_before_its_file_is_a_leftover(tmp_path: Path) -> None:
    left = tmp_path / ".heartbeat.json.7.ab.tmp"
    left.write_text("{")
    for age_s, status in ((3_600, Status.OK), (3_601, Status.WARN)):
        at = NOW.timestamp() - age_s
        os.utime(left, (at, at))
        assert leftovers([tmp_path, tmp_path / "absent"], NOW).status is status
