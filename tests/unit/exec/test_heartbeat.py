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
from kalshi_alpha.exec import heartbeat
from kalshi_alpha.exec.heartbeat import main
from left_orders import cancel_with, rest_an_order

SOURCE = Path(next(iter(kalshi_alpha.__path__))).parent
Capture = pytest.CaptureFixture[str]


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


def test_the_document_says_the_mode_of_the_environment_or_of_the_dotenv_files(
    environ: dict[str, str], tmp_path: Path, capsys: Capture
) -> None:
    (tmp_path / ".env").write_text("KALSHI_ENV=demo\n")
    for more, mode in (({}, "DEMO"), ({"KALSHI_ENV": "prod"}, "LIVE")):
        assert main(["--kill-switch", "status", "--json"], {**environ, **more}) == 0
        assert json.loads(capsys.readouterr().out)["mode"] == mode


def test_quiet_says_only_what_went_wrong(
    environ: dict[str, str], tmp_path: Path, capsys: Capture
) -> None:
    assert main(["--kill-switch", "on", "--quiet"], environ) == 0
    assert main(["--kill-switch", "off", "--quiet"], environ) == 0
    assert capsys.readouterr() == ("", "")
    (tmp_path / "data").rename(tmp_path / "elsewhere")
    (tmp_path / "data").symlink_to(tmp_path / "unmounted")
    assert main(["--kill-switch", "status", "--quiet"], environ) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("heartbeat: kill switch on: ")


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


@pytest.mark.parametrize(
    "argv",
    [
        ["--kill-switch", "on", "--note", "looks wrong"],
        ["--note", "looks wrong", "--kill-switch", "on"],
        ["--kill-switch=on", "--note=looks wrong"],
        ["--note", "looks wrong", "--kill", "on", "--json"],
    ],
)
def test_every_way_to_write_the_line_does_the_same(
    tmp_path: Path, environ: dict[str, str], argv: list[str]
) -> None:
    assert main(argv, environ) == 0
    assert json.loads(Paths(tmp_path).kill_switch.read_text())["note"] == "looks wrong"


@pytest.mark.parametrize("argv", [["--kill-switch"], ["on"], ["--kill-switch", "on", "--note"]])
def test_half_a_line_is_a_usage_error_of_one_line(
    argv: list[str], environ: dict[str, str], capsys: Capture
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(argv, environ)
    assert stopped.value.code == 2
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("heartbeat: ")
    assert line.endswith("; python -m kalshi_alpha.exec.heartbeat --help has the options")


def test_the_help_has_an_example(environ: dict[str, str], capsys: Capture) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--help"], environ)
    assert stopped.value.code == 0
    assert 'heartbeat --kill-switch on --note "books look wrong"' in capsys.readouterr().out


def test_the_command_line_that_operators_type_loads_no_parser(tmp_path: Path) -> None:
    code = (
        "import sys; from kalshi_alpha.exec.heartbeat import main; "
        "main(['--kill-switch', 'on', '--note', 'drill']); "
        "sys.exit(bool({'argparse', 'dataclasses', 'json'} & set(sys.modules)))"
    )
    subprocess.run(
        [sys.executable, "-S", "-c", code],
        env={"KALSHI_ALPHA_HOME": str(tmp_path), "PYTHONPATH": str(SOURCE)},
        check=True,
    )


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


BROKEN = """
import sys
class Broken:
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top not in sys.stdlib_module_names and top != "kalshi_alpha":
            raise ImportError(f"{name} is broken")
sys.meta_path.insert(0, Broken())
from kalshi_alpha.exec import emergency_cancel, heartbeat
from kalshi_alpha.exec.heartbeat import main
code = main(sys.argv[1:])
print(sorted({name.partition(".")[0] for name in sys.modules}))
sys.exit(code)
"""


@pytest.mark.parametrize("command", ["on", "status", "off"])
def test_the_switch_works_while_every_installed_package_is_broken(
    tmp_path: Path, command: str
) -> None:
    run = subprocess.run(
        [sys.executable, "-c", BROKEN, "--kill-switch", command],
        env={"KALSHI_ALPHA_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stderr) == (0, "")
    assert Paths(tmp_path).kill_switch.exists() is (command == "on")
    loaded = set(json.loads(run.stdout.splitlines()[-1].replace("'", '"')))
    assert {"sqlite3", "subprocess", "zoneinfo", "asyncio", "ssl"} & loaded == set()


def test_the_orders_are_cancelled_even_while_every_installed_package_is_broken(
    tmp_path: Path,
) -> None:
    rest_an_order(Paths(tmp_path))
    run = subprocess.run(
        [sys.executable, "-c", BROKEN, "--kill-switch", "on"],
        env={"KALSHI_ALPHA_HOME": str(tmp_path), "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    # The orders command itself has no key here: what counts is that it was tried and told.
    assert run.returncode != 0
    first, second, *rest = run.stdout.splitlines()
    assert first == f"kill switch on: {Paths(tmp_path).kill_switch}"
    assert second == (
        "orders: 0 resting, 1 unknown: no session runs, starting exec.orders cancel-all"
    )
    assert "cancel-all failed with exit code" in rest[0]


def test_on_reports_what_the_cancel_confirmed(
    tmp_path: Path, environ: dict[str, str], capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    rest_an_order(Paths(tmp_path))
    cancel_with(monkeypatch, "import os; print(os.path.exists('data/proc/state/kill_switch'))")
    assert main(["--kill-switch", "on"], environ) == 0
    path, told, confirmed, shown = capsys.readouterr().out.splitlines()
    assert path.startswith("kill switch on: ")
    assert "no session runs" in told
    # The sentinel stood before the cancel began.
    assert (confirmed, shown) == ("orders: cancel-all confirmed:", "True")
    assert main(["--kill-switch", "on", "--json"], environ) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["orders"] == {"confirmed": True, "detail": "cancel-all confirmed:\nTrue"}


def test_a_cancel_that_was_not_confirmed_is_the_exit_code(
    tmp_path: Path, environ: dict[str, str], capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    rest_an_order(Paths(tmp_path))
    cancel_with(monkeypatch, "raise SystemExit(5)")
    assert main(["--kill-switch", "on"], environ) == 5
    assert "kill switch on" in capsys.readouterr().out
    assert read_kill_switch(Paths(tmp_path).kill_switch).on


def test_orders_are_cancelled_though_the_sentinel_cannot_be_set(
    tmp_path: Path, environ: dict[str, str], capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_only(path: Path, at: datetime, note: str) -> None:
        raise OSError(30, "Read-only file system")

    rest_an_order(Paths(tmp_path))
    cancel_with(monkeypatch, "print('cancelled 1')")
    monkeypatch.setattr(heartbeat, "set_kill_switch", read_only)
    assert main(["--kill-switch", "on"], environ) == 1
    said = capsys.readouterr()
    assert "Read-only file system" in said.err
    assert "cancelled 1" in said.out


@pytest.mark.parametrize("command", ["status", "off"])
def test_only_switching_on_touches_orders(
    tmp_path: Path,
    environ: dict[str, str],
    command: str,
    capsys: Capture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rest_an_order(Paths(tmp_path))
    cancel_with(monkeypatch, "raise SystemExit(5)")
    assert main(["--kill-switch", command], environ) == 0
    assert "orders" not in capsys.readouterr().out


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
