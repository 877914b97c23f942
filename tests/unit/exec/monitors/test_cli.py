from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from kalshi_alpha.core.gates import Reason
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.monitors import cli
from kalshi_alpha.exec.monitors.files import read_monitors
from runs import REPO, at_home_in_new_york

STAMP = "2024-12-11T11:30:00Z"
MONITORS = Path("reports/_artifacts/monitors")


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    shutil.copytree(REPO / "configs", tmp_path / "configs")
    with at_home_in_new_york(tmp_path):
        yield tmp_path


def run(*argv: str) -> int:
    return cli.main(["--as-of", STAMP, *argv])


def test_a_desk_without_feeds_is_three_and_says_what_stops_it(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run() == 3
    out, err = capsys.readouterr()
    assert out.startswith(
        "mode: OFFLINE\nRuntime monitors at 2024-12-11 06:30:00 ET, clock set: no panic\n"
    )
    assert "| freshness | NO_DATA |" in out
    assert f"something stops live trading\nwrote {root / MONITORS}\n" in out
    assert err == ""


def test_json_is_one_object_with_every_monitor(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("--json", "--series", "teny") == 3
    tree = json.loads(capsys.readouterr().out)
    assert (tree["series"], tree["exit_code"], len(tree["monitors"])) == ("TNEY", 3, 16)
    assert len(list((root / MONITORS).iterdir())) == 17


def test_quiet_prints_nothing(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--quiet") == 3
    assert capsys.readouterr().out == ""
    assert (root / "REPORT.md").is_file()


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["--series", "CPJ"], "unknown series 'CPJ'; did you mean CPI?"),
        (["--auth-rejects", "0"], "auth_rejects must lie in [1, 1000]"),
        (["--drawdown-day-usd", "lots"], "correct the flag"),
    ],
)
def test_an_impossible_command_line_is_two(
    root: Path, capsys: pytest.CaptureFixture[str], argv: list[str], said: str
) -> None:
    assert run(*argv) == 2
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1


def test_a_configuration_that_cannot_be_read_leaves_no_older_summary(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run()
    assert (root / MONITORS / "summary.json").is_file()
    (root / "configs/monitors.yaml").write_text("schema: [")
    assert run() == 1
    assert not (root / MONITORS / "summary.json").exists()
    assert "monitors.yaml" in capsys.readouterr().err


def test_a_looser_file_is_three(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = root / "configs/monitors.yaml"
    path.write_text(path.read_text().replace("auth_rejects: 3", "auth_rejects: 30"))
    run()
    at = datetime.fromisoformat(STAMP)
    assert run() == 3
    assert "auth_rejects: 30 is above 3; restore the committed values" in capsys.readouterr().err
    found = read_monitors(Paths(root), at)
    assert (found.missing, found.problems) == ((), {})
    assert found.summary is not None
    assert found.summary.exit_code == 3
    assert found.documents["auth_error_streak"].threshold == 3
    reasons = [each.reason for each in found.reading(at).findings]
    assert Reason.CONFIG_WEAKENED in reasons


def test_a_flag_moves_a_threshold(root: Path) -> None:
    run("--drawdown-day-usd", "500")
    document = json.loads((root / MONITORS / "drawdown.json").read_bytes())
    assert document["threshold"] == 500.0


def test_practice_never_meets_a_real_venue(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KALSHI_ENV", "prod")
    path = root / "configs/ramp.yaml"
    text = path.read_text().replace("practice: false", "practice: true")
    path.write_text(text.replace("modes: [paper, live]", "modes: [sim]"))
    assert cli.main([]) == 2
    assert "use another root" in capsys.readouterr().err
