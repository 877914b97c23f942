from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import kalshi_alpha
from kalshi_alpha.datastore import kill_switch
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.state import (
    Heartbeat,
    read_heartbeat,
    read_kill_switch,
    write_heartbeat,
)
from kalshi_alpha.exec.heartbeat import main

Capture = pytest.CaptureFixture[str]
# What the command may load besides the standard library.
ALLOWED = {"kalshi_alpha", "msgspec", "typing_extensions"}


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"KALSHI_ALPHA_HOME": str(tmp_path)}


def test_on_off_and_status_name_the_absolute_path(
    tmp_path: Path, environ: dict[str, str], capsys: Capture
) -> None:
    path = Paths(tmp_path).kill_switch
    for command, shown in (("status", "off"), ("on", "on"), ("status", "on"), ("off", "off")):
        assert main(["--kill-switch", command], environ) == 0
        assert capsys.readouterr().out == f"kill switch {shown}: {path}\n"
        assert read_kill_switch(path).on is (shown == "on")
    assert path.is_absolute()


def test_json_is_one_object_with_schema_and_time(
    environ: dict[str, str], tmp_path: Path, capsys: Capture
) -> None:
    assert main(["--kill-switch", "on", "--note", "drill", "--json"], environ) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["schema"], said["state"], said["ok"]) == (1, "on", True)
    assert said["path"] == str(Paths(tmp_path).kill_switch)
    assert datetime.fromisoformat(said["generated_at"]).tzinfo is not None
    assert json.loads(Paths(tmp_path).kill_switch.read_text())["note"] == "drill"


def test_an_unreadable_switch_is_shown_as_on_and_fails(
    tmp_path: Path, environ: dict[str, str], capsys: Capture
) -> None:
    (tmp_path / "data").symlink_to(tmp_path / "unmounted")
    assert main(["--kill-switch", "status"], environ) == 1
    assert "kill switch on" in (said := capsys.readouterr().out)
    assert "unreadable, counts as on" in said


def test_on_fails_where_no_sentinel_can_be_put(
    tmp_path: Path, environ: dict[str, str], capsys: Capture
) -> None:
    # It counts as on for now, and would be off as soon as the disk is back.
    (tmp_path / "data").symlink_to(tmp_path / "unmounted")
    assert main(["--kill-switch", "on"], environ) == 1
    assert "heartbeat: " in capsys.readouterr().err


def test_a_switch_that_cannot_be_lifted_is_a_failure(
    tmp_path: Path, environ: dict[str, str], capsys: Capture
) -> None:
    Paths(tmp_path).kill_switch.mkdir(parents=True)
    assert main(["--kill-switch", "off"], environ) == 1
    assert "kill_switch" in capsys.readouterr().err


def test_on_succeeds_while_the_disk_is_full(
    environ: dict[str, str], capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def disk_full(path: Path, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(kill_switch, "write_atomic", disk_full)
    assert main(["--kill-switch", "on"], environ) == 0
    assert "without a note" in capsys.readouterr().out


def test_a_home_that_is_no_folder_is_a_usage_error(tmp_path: Path, capsys: Capture) -> None:
    missing = tmp_path / "typo"
    assert main(["--kill-switch", "on"], {"KALSHI_ALPHA_HOME": str(missing)}) == 2
    assert str(missing) in capsys.readouterr().err
    assert not missing.exists()


@pytest.mark.parametrize(
    "argv", [[], ["--kill-switch", "maybe"], ["--kill-switch", "on", "--beat"]]
)
def test_wrong_usage_exits_with_two(argv: list[str], environ: dict[str, str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(argv, environ)
    assert stopped.value.code == 2


def test_beat_replaces_a_stale_heartbeat_and_claims_no_session(
    tmp_path: Path, environ: dict[str, str], capsys: Capture
) -> None:
    path = Paths(tmp_path).heartbeat
    old = datetime.now(UTC) - timedelta(days=1)
    write_heartbeat(path, Heartbeat(generated_at=old, session="dead", running=True, pid=1))
    assert main(["--beat"], environ) == 0
    assert capsys.readouterr().out == f"heartbeat beat: {path}\n"
    found = read_heartbeat(path, datetime.now(UTC))
    assert found is not None
    assert (found.session, found.running) == ("operator", False)


def test_beat_takes_a_set_clock_and_the_flag_wins(tmp_path: Path, environ: dict[str, str]) -> None:
    environ["KALSHI_ALPHA_AS_OF"] = "2024-12-11T11:30:00Z"
    at = datetime(2024, 12, 11, 11, 30, tzinfo=UTC)
    assert main(["--beat"], environ) == 0
    assert read_heartbeat(Paths(tmp_path).heartbeat, at) is not None
    assert main(["--beat", "--as-of", "2024-12-11T07:29:00-04:00"], environ) == 0
    found = read_heartbeat(Paths(tmp_path).heartbeat, at)
    assert found is not None
    assert found.generated_at == at - timedelta(minutes=1)


@pytest.mark.parametrize("venue", ["prod", "demo"])
def test_a_set_clock_is_refused_with_a_real_venue(
    tmp_path: Path, environ: dict[str, str], venue: str
) -> None:
    environ["KALSHI_ENV"] = venue
    assert main(["--beat", "--as-of", "2024-12-11T11:30:00Z"], environ) == 2
    assert not Paths(tmp_path).heartbeat.exists()


def test_the_command_loads_nothing_but_the_standard_library_and_msgspec(tmp_path: Path) -> None:
    code = (
        "import sys; from kalshi_alpha.exec.heartbeat import main; "
        "main(['--kill-switch', 'on']); "
        "print(sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        env={"KALSHI_ALPHA_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(json.loads(run.stdout.splitlines()[-1].replace("'", '"')))
    ours = loaded - sys.stdlib_module_names - {"sitecustomize", "usercustomize"}
    foreign = {name for name in ours if not name.startswith("_")}
    assert foreign <= ALLOWED
    assert {"zoneinfo", "yaml", "numpy", "polars", "asyncio", "ssl"} & loaded == set()


def test_the_module_runs_as_the_run_book_writes_it(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "kalshi_alpha.exec.heartbeat", "--kill-switch", "on"],
        env={"KALSHI_ALPHA_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stderr) == (0, "")
    assert (tmp_path / "data" / "proc" / "state" / "kill_switch").exists()


def test_nothing_else_lifts_the_kill_switch() -> None:
    package = Path(next(iter(kalshi_alpha.__path__)))
    users = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        if "lift_kill_switch" in path.read_text(encoding="utf-8")
    }
    assert users == {"datastore/kill_switch.py", "datastore/state.py", "exec/heartbeat.py"}
