"""A pilot's bundle from a small root: as the run-book reviews it, and as it captures a stop."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from bundle_root import AT, STAMP, make_root
from kalshi_alpha.datastore.ledger import LedgerStore
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec import heartbeat, pilot_bundle, scoreboard
from runs import at_home_in_new_york
from score_cases import END, worked_rows

AS_OF = ("--as-of", AT.isoformat())


def members(archive: Path) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(archive.read_bytes()), mode="r:gz") as opened:
        return {
            each.name: opened.extractfile(each).read()  # type: ignore[union-attr]
            for each in opened.getmembers()
        }


def manifest(files: dict[str, bytes]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(files["manifest.json"])
    return found


def test_a_bundle_of_a_desk_that_is_go_holds_every_listed_file_once(tmp_path: Path) -> None:
    paths = make_root(tmp_path, "set")
    with at_home_in_new_york(tmp_path):
        assert scoreboard.main(["--quiet", *AS_OF]) == 0
        assert pilot_bundle.main([*AS_OF]) == 0
        assert pilot_bundle.main(["verify", str(paths.pilot_bundle(STAMP))]) == 0
    files = members(paths.pilot_bundle(STAMP))
    found = manifest(files)
    assert (found["go"], found["rationale"], found["missing"]) == (True, [], [])
    assert sorted(files) == sorted([*(each["name"] for each in found["members"]), "manifest.json"])
    assert sum(name.endswith("exec.jsonl") for name in files) == 3
    assert sum(name.endswith("/REPORT.md") for name in files) == 4
    for name in ("reports/pilot_ready.json", "reports/pilot_readiness.md"):
        assert files[name] == (tmp_path / name).read_bytes()
    assert b"## Final verdict: GO" in files["README_pilot.md"]


def test_a_rollback_is_captured_with_the_ramp_still_saying_go(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = make_root(tmp_path, "set")
    with at_home_in_new_york(tmp_path):
        assert heartbeat.main(["--kill-switch", "on"], {"KALSHI_ALPHA_HOME": str(tmp_path)}) == 0
        capsys.readouterr()
        assert pilot_bundle.main([*AS_OF]) == 0
    assert "NO-GO\n  kill_switch: " in capsys.readouterr().out
    files = members(paths.pilot_bundle(STAMP))
    assert manifest(files)["go"] is False
    assert b"**kill switch**: ON" in files["README_pilot.md"]
    assert json.loads(files["reports/pilot_ready.json"])["overall"]["go"] is True


def test_the_scoreboard_of_a_ledger_is_in_the_bundle_as_it_was_made(tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    LedgerStore(paths).upsert(worked_rows(), END)
    clock = ("--as-of", END.isoformat())
    with at_home_in_new_york(tmp_path):
        assert scoreboard.main(["--window", "7", "--window", "30", "--quiet", *clock]) == 0
        assert pilot_bundle.main([*clock]) == 0
    files = members(paths.pilot_bundle(f"{END:%Y%m%d_%H%M%S}"))
    assert b"net realised" in files["reports/scoreboard_7d.md"]
    assert b"NO-GO" in files["reports/pilot_readiness.md"]
    assert manifest(files)["rationale"][0].startswith("monitors_missing")
