"""What runs the program by itself: systemd's units, log rotation, and the nightly workflow."""

from __future__ import annotations

import importlib.util
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
import pytest
import yaml

from kalshi_alpha.brokers.kalshi.keys import CREDENTIALS_DIRECTORY, load_credentials
from kalshi_alpha.config.environment import KalshiEnv
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec import housekeeping, watchdog
from kalshi_alpha.exec.pipelines import daily
from kalshi_alpha.exec.runners import pilot
from kalshi_alpha.exec.telemetry import shipper
from runs import REPO, new_root
from scripts import check_ops

UNITS = REPO / "configs" / "systemd"
LOGROTATE = REPO / "configs" / "logrotate" / "kalshi-alpha"
WORKFLOW = REPO / ".github" / "workflows" / "ci.yml"
NEW_YORK = ZoneInfo("America/New_York")
SERVICES = ("housekeeping", "live", "monitors", "runner", "telemetry", "watchdog")
TIMERS = ("housekeeping", "monitors", "runner", "telemetry")
PYTHON = "/opt/kalshi-alpha/.venv/bin/python -m kalshi_alpha."
COMMANDS: dict[str, click.Command] = {
    "exec.housekeeping": housekeeping.cli,
    "exec.telemetry.shipper": shipper.cli,
    "exec.watchdog": watchdog.cli,
    "exec.runners.pilot": pilot.cli,
}
# Measured with these, every service stays at 1.6 of 10 or below; 3.0 is the limit.
SANDBOX = {
    "NoNewPrivileges": "yes",
    "CapabilityBoundingSet": "",
    "AmbientCapabilities": "",
    "ProtectSystem": "strict",
    "ReadWritePaths": "/opt/kalshi-alpha",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "ProtectClock": "yes",
    "ProtectHostname": "yes",
    "ProtectKernelLogs": "yes",
    "ProtectKernelModules": "yes",
    "ProtectKernelTunables": "yes",
    "ProtectControlGroups": "yes",
    "RestrictNamespaces": "yes",
    "RestrictRealtime": "yes",
    "RestrictSUIDSGID": "yes",
    "LockPersonality": "yes",
    "MemoryDenyWriteExecute": "yes",
    "RemoveIPC": "yes",
    "UMask": "0027",
    "SystemCallArchitectures": "native",
}


class Unit:
    """A unit file: every value of every key, in order."""

    def __init__(self, name: str) -> None:
        self.values: dict[tuple[str, str], list[str]] = {}
        section = ""
        for line in (UNITS / f"kalshi-alpha-{name}").read_text().splitlines():
            if re.fullmatch(r"\[\w+\]", line):
                section = line[1:-1]
            elif line and not line.startswith("#"):
                key, equals, value = line.partition("=")
                assert equals, line
                self.values.setdefault((section, key), []).append(value)

    def all(self, section: str, key: str) -> list[str]:
        return self.values.get((section, key), [])

    def one(self, section: str, key: str) -> str:
        (value,) = self.all(section, key)
        return value


def test_there_is_a_service_for_each_duty_and_a_timer_for_each_recurring_one() -> None:
    assert {each.name for each in UNITS.iterdir()} == {
        *(f"kalshi-alpha-{name}.service" for name in SERVICES),
        *(f"kalshi-alpha-{name}.timer" for name in TIMERS),
    }


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_runs_unprivileged_in_the_markets_zone_and_in_a_sandbox(name: str) -> None:
    unit = Unit(f"{name}.service")
    assert unit.one("Service", "User") == unit.one("Service", "Group") == "kalshi-alpha"
    environment = " ".join(unit.all("Service", "Environment")).split()
    assert {"TZ=America/New_York", "KALSHI_ALPHA_HOME=/opt/kalshi-alpha"} <= set(environment)
    # Without this Polars would refuse to start where no memory may be written and executed.
    assert "POLARS_SKIP_CPU_CHECK=1" in environment
    assert {key: unit.one("Service", key) for key in SANDBOX} == SANDBOX
    assert unit.all("Service", "SystemCallFilter") == ["@system-service", "~@privileged @resources"]
    read_only = " ".join(unit.all("Service", "ReadOnlyPaths"))
    assert all(f"/opt/kalshi-alpha/{each}" in read_only for each in (".venv", "configs", "src"))


@pytest.mark.parametrize("name", ["housekeeping", "runner", "telemetry"])
def test_a_service_that_asks_nobody_has_no_network(name: str) -> None:
    unit = Unit(f"{name}.service")
    assert unit.one("Service", "PrivateNetwork") == "yes"
    assert unit.one("Service", "RestrictAddressFamilies") == "AF_UNIX"


@pytest.mark.parametrize("name", SERVICES)
def test_three_is_a_success_exactly_where_a_verdict_is_asked(name: str) -> None:
    asked = name in {"housekeeping", "live", "monitors", "runner"}
    assert Unit(f"{name}.service").all("Service", "SuccessExitStatus") == ["3"] * asked


def test_the_services_run_the_commands_of_the_run_book() -> None:
    ran = {name: Unit(f"{name}.service").all("Service", "ExecStart") for name in SERVICES}
    make = "/opt/kalshi-alpha/scripts/make_status.sh"
    assert ran["runner"] == [f"{make} report", f"{make} pilot-readiness"]
    assert ran["monitors"] == [f"{PYTHON}exec.monitors.cli"]
    assert ran["telemetry"] == [f"{PYTHON}exec.telemetry.shipper --day yesterday --compress"]
    assert ran["housekeeping"] == [f"{PYTHON}exec.housekeeping"]
    assert ran["watchdog"] == [f"{PYTHON}exec.watchdog"]
    assert ran["live"][0].startswith(f"{PYTHON}exec.runners.pilot --series ")


@pytest.mark.parametrize("name", ["housekeeping", "live", "telemetry", "watchdog"])
def test_the_program_knows_every_flag_that_a_service_gives_it(name: str) -> None:
    (command,) = Unit(f"{name}.service").all("Service", "ExecStart")
    module, *rest = shlex.split(command.removeprefix(PYTHON))
    assert importlib.util.find_spec(f"kalshi_alpha.{module}") is not None
    known = {flag for option in COMMANDS[module].params for flag in option.opts}
    assert {word for word in rest if word.startswith("--")} <= known


def test_the_live_session_is_acknowledged_by_its_operator_and_by_no_file_of_ours() -> None:
    unit = Unit("live.service")
    assert "--i-understand-the-risks" not in unit.one("Service", "ExecStart")
    assert unit.one("Service", "ExecStart").endswith(" $KALSHI_PILOT_ACKNOWLEDGEMENT")
    # Without a hyphen before it, a file that is missing stops the unit.
    assert unit.all("Service", "EnvironmentFile") == [
        *("/etc/kalshi-alpha/venue.env", "/etc/kalshi-alpha/live.env")
    ]
    assert "kalshi-alpha-watchdog.service" in unit.one("Unit", "Requires")
    assert not unit.all("Install", "WantedBy")
    assert Unit("watchdog.service").one("Install", "WantedBy") == "multi-user.target"


@pytest.mark.parametrize("name", ["live", "watchdog"])
def test_the_key_is_found_under_the_names_that_the_units_load_it_by(
    name: str, tmp_path: Path
) -> None:
    from cryptography.hazmat.primitives import serialization as form
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    pem = Ed25519PrivateKey.generate().private_bytes(
        form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption()
    )
    contents = iter((b"made-up-key-id", pem))
    for loaded in Unit(f"{name}.service").all("Service", "LoadCredential"):
        credential, _, source = loaded.partition(":")
        assert source == f"/etc/kalshi-alpha/{credential}"
        (tmp_path / credential).write_bytes(next(contents))
        (tmp_path / credential).chmod(0o440)
    found = load_credentials(KalshiEnv.PROD, {CREDENTIALS_DIRECTORY: str(tmp_path)})
    assert found.key_id == "made-up-key-id"


@pytest.mark.parametrize("name", TIMERS)
def test_no_timer_elapses_in_the_hours_that_a_change_of_the_clocks_repeats(name: str) -> None:
    unit = Unit(f"{name}.timer")
    expressions = unit.all("Timer", "OnCalendar")
    assert expressions
    hours = {at.hour for each in expressions for _, at in _elapses(each, date(2026, 11, 1), 7)}
    assert hours.isdisjoint({1, 2})
    assert unit.one("Timer", "Persistent") == "false"
    assert unit.one("Timer", "Unit") == f"kalshi-alpha-{name}.service"
    # Nothing else sets it off: no time counted from the boot or from the last run.
    assert {key for section, key in unit.values if section == "Timer" and key.startswith("On")} == {
        "OnCalendar"
    }


@pytest.mark.parametrize(
    ("monday", "utc"), [(date(2026, 1, 12), "10:30"), (date(2026, 7, 6), "09:30")]
)
def test_the_runner_starts_at_half_past_five_on_weekdays_in_both_seasons(
    monday: date, utc: str
) -> None:
    found = list(_elapses(Unit("runner.timer").one("Timer", "OnCalendar"), monday, 7))
    assert [day.weekday() for day, _ in found] == [0, 1, 2, 3, 4]
    assert {f"{at.astimezone(ZoneInfo('UTC')):%H:%M}" for _, at in found} == {utc}


def test_the_monitors_sweep_every_five_minutes_of_the_other_hours() -> None:
    expression = Unit("monitors.timer").one("Timer", "OnCalendar")
    found = [at for _, at in _elapses(expression, date(2026, 7, 6), 1)]
    assert len(found) == 22 * 12
    assert {b - a for a, b in pairwise(found)} == {
        *(timedelta(minutes=5), timedelta(hours=2, minutes=5))
    }


@pytest.mark.parametrize("day", [date(2026, 1, 12), date(2026, 7, 6)])
def test_telemetry_is_shipped_twice_after_its_day_ended_in_utc(day: date) -> None:
    expressions = Unit("telemetry.timer").all("Timer", "OnCalendar")
    clocks = [at.astimezone(ZoneInfo("UTC")) for e in expressions for _, at in _elapses(e, day, 1)]
    evening, morning = clocks
    assert evening.date() - timedelta(days=1) == day
    assert timedelta(0) < evening - datetime.combine(evening.date(), time(), evening.tzinfo)
    assert morning.date() - timedelta(days=1) == day - timedelta(days=1)


def _elapses(expression: str, first: date, days: int) -> Iterator[tuple[date, datetime]]:
    """Yield when an expression of the kind that the timers use elapses, by New York's clock."""
    match = re.fullmatch(
        r"(Mon\.\.Fri )?\*-\*-\* ([0-9,.]+):([0-9/]+)(?::00)? America/New_York", expression
    )
    assert match is not None, expression
    weekdays, hours, minutes = match.groups()
    start, _, step = minutes.partition("/")
    for day in (first + timedelta(days=n) for n in range(days)):
        if weekdays and day.weekday() > 4:
            continue
        for hour in (h for part in hours.split(",") for h in _range(part)):
            for minute in range(int(start), 60, int(step)) if step else (int(start),):
                yield day, datetime.combine(day, time(hour, minute), NEW_YORK)


def _range(part: str) -> range:
    first, _, last = part.partition("..")
    return range(int(first), int(last or first) + 1)


def test_logrotate_keeps_two_weeks_and_takes_nothing_that_anybody_writes_or_ships() -> None:
    text = re.sub(r"#.*", "", LOGROTATE.read_text())
    pattern, _, body = text.partition(" {")
    before_script = body.partition("firstaction")[0]
    said = {tuple(line.split()) for line in before_script.splitlines() if line.strip()}
    assert {("daily",), ("rotate", "14"), ("minage", "14"), ("missingok",), ("nocreate",)} <= said
    assert {("nocopytruncate",), ("nocopy",), ("su", "kalshi-alpha", "kalshi-alpha")} <= said
    assert not {"copytruncate", "copy", "shred", "create"} & {words[0] for words in said}
    telemetry = Paths(Path("/opt/kalshi-alpha")).telemetry(date(2026, 11, 26))
    assert telemetry.match(pattern.strip())
    # Where the rotated ones go, nothing that reads telemetry by its day looks.
    rotated = Path("/opt/kalshi-alpha/data/raw/kalshi/rotated")
    assert ("olddir", str(rotated)) in said
    assert not (rotated / "exec.jsonl").match(pattern.strip())


def test_the_ops_check_names_what_it_could_not_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check_ops, "_found", lambda _: False)
    said = [str(check) for check in check_ops.all_checks()]
    assert [line.split(":")[0] for line in said] == ["NOT CHECKED", "NOT CHECKED"]
    assert all("is not here; install" in line for line in said)


def test_the_tools_of_this_machine_find_nothing_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    # The timers' own times are asked for by `make test-more`; above they are computed.
    monkeypatch.setattr(
        check_ops, "timed", lambda unit: check_ops.Check(unit.name, ok=True, said="")
    )
    checks = list(check_ops.all_checks())
    assert [str(check) for check in checks if check.ok is False] == []
    assert {check.subject for check in checks} >= {"configs/systemd", "configs/logrotate"}


@pytest.mark.parametrize("environ", [{}, {"MAKELEVEL": "1", "MAKEFLAGS": "w"}])
def test_the_script_of_the_runner_ends_with_the_exit_code_of_the_command(
    environ: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("MAKELEVEL", "MAKEFLAGS", "MFLAGS"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "scripts").mkdir()
    script = tmp_path / "scripts" / "make_status.sh"
    script.write_bytes((REPO / "scripts" / "make_status.sh").read_bytes())
    script.chmod(0o755)
    (tmp_path / "Makefile").write_text("ok:\n\t@true\nrefused:\n\t@exit 3\nbad:\n\t@exit 1\n")

    def code(target: str) -> int:
        return subprocess.run([script, target], capture_output=True, check=False).returncode

    assert [code(target) for target in ("ok", "refused", "bad", "absent")] == [0, 3, 1, 2]


# --- the workflow ---------------------------------------------------------------------------


def _workflow() -> dict[str, Any]:
    # YAML 1.1 reads the key `on` as true.
    read: dict[Any, Any] = yaml.safe_load(WORKFLOW.read_text())
    return {"on" if key is True else str(key): value for key, value in read.items()}


def _step(job: str, wanted: str) -> dict[str, Any]:
    steps = _workflow()["jobs"][job]["steps"]
    (step,) = (s for s in steps if wanted in s.get("run", "") or wanted in s.get("uses", ""))
    found: dict[str, Any] = step
    return found


def test_the_workflow_checks_pushes_and_runs_the_pipeline_every_night() -> None:
    flow = _workflow()
    assert {"push", "pull_request", "schedule"} <= set(flow["on"])
    (cron,) = (each["cron"] for each in flow["on"]["schedule"])
    minute, hour, *rest = cron.split()
    assert (0 <= int(minute) <= 59, int(hour) >= 8, rest) == (True, True, ["*", "*", "*"])
    assert flow["permissions"] == {"contents": "read"}
    assert flow["env"]["TZ"] == "America/New_York"
    assert _step("check", ".ci/run")["run"] == ".ci/run"
    for job in flow["jobs"].values():
        assert job["timeout-minutes"] <= 60
        uses = [step["uses"] for step in job["steps"] if "uses" in step]
        assert all(re.fullmatch(r"actions/[a-z-]+@v\d+", each) for each in uses)
        assert job["steps"][0]["with"]["persist-credentials"] is False
    assert "schedule" in flow["jobs"]["offline-pipeline"]["if"]


def test_every_script_that_the_workflow_runs_is_there_and_is_executable() -> None:
    steps = [step for job in _workflow()["jobs"].values() for step in job["steps"]]
    scripts = [step["run"].split()[0] for step in steps if step.get("run", "").startswith(".")]
    scripts += [
        step["run"].split()[0] for step in steps if step.get("run", "").startswith("scripts/")
    ]
    assert "scripts/setup.sh" in scripts
    ours = [REPO / each for each in scripts if not each.startswith(".venv")]
    assert all(os.access(each, os.X_OK) for each in ours)


def test_the_nightly_pipeline_is_the_one_of_the_run_book() -> None:
    words = shlex.split(_step("offline-pipeline", "pipelines.daily")["run"].replace("\\\n", " "))
    assert words[:3] == [".venv/bin/python", "-m", "kalshi_alpha.exec.pipelines.daily"]
    context = daily.cli.make_context("daily", words[3:])
    wanted = {"mode": "full", "offline": True, "report": True, "paper_ledger": True}
    assert {name: context.params[name] for name in wanted} == wanted


def test_the_nightly_step_leaves_everything_that_is_uploaded(tmp_path: Path) -> None:
    root = new_root(tmp_path)
    python = root / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} "$@"\n')
    python.chmod(0o755)
    step = _step("offline-pipeline", "pipelines.daily")["run"]
    environ = {k: v for k, v in os.environ.items() if not k.startswith("KALSHI")}
    environ |= {name: str(value) for name, value in _workflow()["env"].items()}

    # One mode of the four, for the sake of time; `make demo` runs them all.
    one = step.replace("--mode full", "--mode pre_claims")
    assert one != step
    subprocess.run(
        ["bash", "-eo", "pipefail", "-c", one], cwd=root, env=environ, check=True, timeout=110
    )

    upload = _step("offline-pipeline", "upload-artifact")
    assert upload["if"] == "always()"
    assert upload["with"]["name"] == "offline-reports"
    assert upload["with"]["if-no-files-found"] == "error"
    uploaded = {
        pattern: [path for path in root.glob(pattern.replace("/**", "/**/*")) if path.is_file()]
        for pattern in upload["with"]["path"].split()
    }
    assert all(uploaded.values())
    names = {path.name for found in uploaded.values() for path in found}
    assert {"REPORT.md", "ledger_all.parquet", "paper_ledger_CLAIMS.csv"} <= names
