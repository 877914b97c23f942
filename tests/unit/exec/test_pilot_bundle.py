from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bundle_root import AT, SECRET, STAMP, make_root
from kalshi_alpha.core.ledger.entry import ClockSource
from kalshi_alpha.datastore import bundle_check
from kalshi_alpha.datastore.bundle_check import check_bundle
from kalshi_alpha.datastore.kill_switch import set_kill_switch
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.bundle import members as bundle_members
from kalshi_alpha.exec.clock import RunClock
from kalshi_alpha.exec.pilot_bundle import Unsettled, main, make_bundle

CLOCK = RunClock(AT, ClockSource.SYSTEM)
AS_OF = ("--as-of", AT.isoformat())


@pytest.fixture
def paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Paths:
    monkeypatch.setenv("KALSHI_ALPHA_HOME", str(tmp_path))
    for name in ("KALSHI_ENV", "KALSHI_ALPHA_AS_OF"):
        monkeypatch.delenv(name, raising=False)
    return make_root(tmp_path)


def test_the_same_files_and_clock_give_the_same_bytes_wherever_the_root_lies(
    paths: Paths, tmp_path: Path
) -> None:
    elsewhere = make_root(tmp_path / "elsewhere")
    first = make_bundle(paths, CLOCK)
    assert first.data == make_bundle(paths, CLOCK).data == make_bundle(elsewhere, CLOCK).data


def test_a_stop_is_bundled_like_a_go(paths: Paths) -> None:
    set_kill_switch(paths.kill_switch, AT, "rollback")
    bundle = make_bundle(paths, CLOCK)
    assert not bundle.manifest.go
    assert bundle.manifest.rationale[0].startswith("kill_switch: ")
    assert check_bundle(bundle.data).ok


def test_a_desk_without_anything_can_still_be_bundled(tmp_path: Path) -> None:
    bundle = make_bundle(Paths(tmp_path), CLOCK)
    assert [each.name for each in bundle.manifest.members] == ["README_pilot.md"]
    assert {"reports/pilot_ready.json", "reports/CPI/YYYY-MM-DD/REPORT.md"} <= {
        each.name for each in bundle.manifest.missing
    }


def test_files_that_keep_changing_make_no_bundle(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundle_members, "is_unchanged", lambda *_: False)
    with pytest.raises(Unsettled, match="kept changing"):
        make_bundle(paths, CLOCK)


def test_more_than_a_bundle_may_hold_makes_none(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundle_check, "MEMBERS_MAX", 3)
    with pytest.raises(Unsettled, match="more than 3 members"):
        make_bundle(paths, CLOCK)


def test_the_desks_own_key_id_in_a_report_makes_no_bundle(
    paths: Paths, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ours = "a952bcbe-ec3b-4b5b-b8f9-11dae589608c"
    monkeypatch.setenv("KALSHI_API_KEY_ID", ours)
    report = next(paths.root.glob("reports/CPI/*-10/REPORT.md"))
    report.write_text(f"{report.read_text()}signed by {ours}\n")
    assert main([*AS_OF]) == 3
    err = capsys.readouterr().err
    assert "value of KALSHI_API_KEY_ID" in err
    assert ours not in err
    assert not paths.pilot_bundle(STAMP).exists()


def test_the_command_writes_one_archive_and_prints_the_verdict(
    paths: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    make_root(paths.root, "set")
    assert main([*AS_OF]) == 0
    archive = paths.pilot_bundle(STAMP)
    out = capsys.readouterr().out
    assert out.splitlines()[1] == "pilot bundle at 2025-06-11T10:30:00Z: GO"
    assert out.splitlines()[-1] == f"wrote {archive}"
    assert check_bundle(archive.read_bytes()).ok
    assert main(["verify", str(archive)]) == 0
    assert "as they were written at 2025-06-11T10:30:00Z; verdict GO" in capsys.readouterr().out


def test_json_is_the_manifest_and_where_it_lies(
    paths: Paths, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_root(paths.root, "set")
    file = tmp_path / "kept/bundle.tar.gz"
    assert main([*AS_OF, "--output", str(file), "--json"]) == 0
    said: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert (said["file"], said["size"]) == (str(file), file.stat().st_size)
    assert said["manifest"]["go"] is True
    assert main(["verify", str(file), "--json"]) == 0
    checked = json.loads(capsys.readouterr().out)
    assert (checked["ok"], checked["manifest"]) == (True, said["manifest"])


def test_a_secret_refuses_and_nothing_is_written(
    paths: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    paths.scoreboard(7).write_text(f"{SECRET}\n")
    assert main([*AS_OF]) == 3
    assert list(paths.reports.glob("*.tar.gz*")) == list(paths.reports.glob(".*.tmp")) == []
    said = capsys.readouterr().err
    assert said.startswith("pilot_bundle: reports/scoreboard_7d.md, line 1")
    assert SECRET not in said


def test_an_altered_archive_is_refused_by_name(
    paths: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    main([*AS_OF])
    archive = paths.pilot_bundle(STAMP)
    archive.write_bytes(archive.read_bytes() + b"x")
    capsys.readouterr()
    assert main(["verify", str(archive), "--json"]) == 4
    out, err = capsys.readouterr()
    assert json.loads(out)["faults"][0]["member"] == "the archive"
    assert "trailing garbage" in err
    assert len(err.splitlines()) == 1


def test_an_archive_that_is_not_there_is_a_wrong_command(tmp_path: Path) -> None:
    assert main(["verify", str(tmp_path / "none")]) == 2
