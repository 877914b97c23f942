"""Ask systemd and logrotate themselves whether they take what lies in ``configs/``.

    python -m scripts.check_ops

One line a check. A tool that this machine lacks is named with what it leaves unchecked and the
package that brings it. Exit codes: 0 nothing failed, 1 a check failed.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

REPO = Path(__file__).resolve().parents[1]
UNITS = REPO / "configs" / "systemd"
LOGROTATE = REPO / "configs" / "logrotate" / "kalshi-alpha"
EXPOSURE_MAX = 3.0
NEW_YORK = ZoneInfo("America/New_York")
CLOCK_CHANGES = ("2026-10-31 12:00:00 UTC", "2027-03-13 12:00:00 UTC")
"""The days before the clocks go back, and before they go forward."""

# What the units wait for, and what they run: as much of a host as verify looks at.
_TARGETS = (
    *("basic", "network-online", "shutdown", "sysinit", "time-sync", "timers"),
    *("multi-user", "network"),
)
_PROGRAMS = (".venv/bin/python", "scripts/make_status.sh")
_SYSTEM = "/usr/sbin:/usr/bin:/sbin:/bin"
_NEXT = re.compile(r"(?:Next elapse|Iter\. #\d+): \w{3} (\S+ \S+) UTC")
_EXPOSURE = re.compile(r"exposure level for \S+: ([0-9.]+)")


class Check(NamedTuple):
    """One check: what was looked at, whether it holds (None: not looked at), and the words."""

    subject: str
    ok: bool | None
    said: str

    def __str__(self) -> str:
        word = {True: "ok", False: "FAILED", None: "NOT CHECKED"}[self.ok]
        return f"{word}: {self.subject}: {self.said}"


def main() -> int:
    """Run every check, print it, and return the exit code."""
    checks = list(all_checks())
    for check in checks:
        print(check)
    return 1 if any(check.ok is False for check in checks) else 0


def all_checks() -> Iterator[Check]:
    """Yield the checks of all units, of their times, and of the rotation."""
    if not _found("systemd-analyze"):
        yield Check("configs/systemd", None, "systemd-analyze is not here; install systemd")
    else:
        yield verified()
        yield from (exposed(unit) for unit in sorted(UNITS.glob("*.service")))
        yield from (timed(unit) for unit in sorted(UNITS.glob("*.timer")))
    if not _found("logrotate"):
        yield Check("configs/logrotate", None, "logrotate is not here; install logrotate")
    else:
        yield rotated()


def verified() -> Check:
    """Let ``systemd-analyze verify`` read all units where a host would have them."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        units = root / "etc/systemd/system"
        shutil.copytree(UNITS, units)
        for name in _TARGETS:
            (units / f"{name}.target").write_text(f"[Unit]\nDescription={name}\n")
        for name in _PROGRAMS:
            program = root / "opt/kalshi-alpha" / name
            program.parent.mkdir(parents=True, exist_ok=True)
            program.touch(mode=0o755)
        names = [unit.name for unit in sorted(UNITS.iterdir())]
        done = _ran("systemd-analyze", "verify", "--man=no", f"--root={root}", *names)
    said = done.stderr.replace(str(root), "").strip().replace("\n", "; ")
    clean = done.returncode == 0 and not said
    return Check("configs/systemd", clean, said or f"verify is clean on {len(names)} units")


def exposed(unit: Path) -> Check:
    """Let ``systemd-analyze security`` say how exposed a service is."""
    done = _ran("systemd-analyze", "security", "--offline=true", "--no-pager", str(unit))
    found = _EXPOSURE.search(done.stdout)
    if found is None:
        return Check(unit.name, ok=False, said=done.stderr.strip() or "no exposure level was given")
    ok = float(found[1]) <= EXPOSURE_MAX
    return Check(unit.name, ok, f"exposure {found[1]}, at most {EXPOSURE_MAX} is allowed")


def timed(unit: Path) -> Check:
    """Look when a timer elapses while the clocks change: never from 01:00 to 03:00."""
    expressions = re.findall(r"^OnCalendar=(.*)$", unit.read_text(), re.MULTILINE)
    times = [at for each in expressions for begin in CLOCK_CHANGES for at in _elapses(each, begin)]
    night = [at for at in times if at.hour in {1, 2}]
    if not times or night:
        return Check(unit.name, ok=False, said=f"elapses at {night[0]}" if night else "never")
    return Check(unit.name, ok=True, said=f"{len(times)} times looked at, none from 01:00 to 03:00")


def rotated() -> Check:
    """Let ``logrotate`` rotate a day that is 20 days old, beside those of today and yesterday.

    The old one must move away once it was shipped, and not before; the others must stay.
    """
    with tempfile.TemporaryDirectory() as folder:
        root, now = Path(folder), datetime.now(UTC)
        days = [now - timedelta(days=age) for age in (0, 1, 20)]
        files = [root / f"data/raw/kalshi/{day:%Y/%m/%d}/exec.jsonl" for day in days]
        for file, day in zip(files, days, strict=True):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f'"{day:%F}"\n')
            os.utime(file, (day.timestamp(), day.timestamp()))
        config, state = _rotation(root, files)
        refused = _ran("logrotate", "--state", str(state), str(config))
        untouched = all(file.exists() for file in files)
        shipped = root / f"reports/_artifacts/telemetry/exec-{days[2]:%F}.manifest.json"
        shipped.parent.mkdir(parents=True)
        shipped.touch()
        done = _ran("logrotate", "--state", str(state), str(config))
        moved = (root / "data/raw/kalshi/rotated/exec.jsonl.1.gz").exists()
        kept = [file.exists() and file.stat().st_size > 0 for file in files]
    if refused.returncode == 0 or not untouched or "never shipped" not in refused.stderr:
        return Check("configs/logrotate", ok=False, said="rotated what was never shipped")
    if done.returncode or not moved or kept != [True, True, False]:
        return Check("configs/logrotate", ok=False, said=f"rotated wrongly: {done.stderr.strip()}")
    return Check("configs/logrotate", ok=True, said="takes what is old and shipped, and no other")


def _rotation(root: Path, files: list[Path]) -> tuple[Path, Path]:
    """Write the configuration for a root, and a state in which every file was seen before."""
    text = LOGROTATE.read_text().replace("/opt/kalshi-alpha", str(root))
    # The user of a host is not on this machine.
    text = re.sub(r"^ *(su|createolddir) .*\n", "", text, flags=re.MULTILINE)
    (root / "data/raw/kalshi/rotated").mkdir()
    config, state = root / "kalshi-alpha", root / "state"
    config.write_text(text)
    config.chmod(0o644)
    seen = "".join(f'"{file}" 2026-1-2-3:4:5\n' for file in files)
    state.write_text(f"logrotate state -- version 2\n{seen}")
    state.chmod(0o600)
    return config, state


def _elapses(expression: str, begin: str) -> list[datetime]:
    done = _ran(
        "systemd-analyze", "calendar", f"--base-time={begin}", "--iterations=400", expression
    )
    found = (datetime.fromisoformat(f"{at}+00:00") for at in _NEXT.findall(done.stdout))
    return [at.astimezone(NEW_YORK) for at in found]


def _path() -> str:
    # A tool of the system may lie where a user's PATH does not reach.
    return f"{os.environ.get('PATH', '')}:{_SYSTEM}"


def _found(tool: str) -> bool:
    return shutil.which(tool, path=_path()) is not None


def _ran(*command: str) -> subprocess.CompletedProcess[str]:
    environ = {"PATH": _path(), "TZ": "UTC", "LC_ALL": "C.UTF-8"}
    program = shutil.which(command[0], path=_path()) or command[0]
    return subprocess.run(
        (program, *command[1:]),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=environ,
    )


if __name__ == "__main__":
    sys.exit(main())
