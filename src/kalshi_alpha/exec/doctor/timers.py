"""Units of systemd: all of them set up, and the sweep of the monitors in time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from kalshi_alpha.exec.doctor.finding import Finding, not_applicable, ok, warn

RUNNING = Path("/run/systemd/system")
"""There exactly while systemd runs the machine."""
UNIT_FOLDERS = (Path("/etc/systemd/system"), Path("/usr/lib/systemd/system"))
UNITS = tuple(
    f"kalshi-alpha-{name}.timer" for name in ("housekeeping", "monitors", "runner", "telemetry")
)
_SWEPT_WITHIN = timedelta(hours=2, minutes=15)
"""The monitors' timer pauses two hours at night, when a change of the clocks could repeat them."""
_SET_UP = "docs/how-to/run-unattended.md"


def timers(
    running: Path,
    unit_folders: Iterable[Path],
    swept_at: datetime | None,
    now: datetime,
) -> Finding:
    """Judge the timers where systemd runs.

    Parameters
    ----------
    running
        Folder that is there exactly while systemd runs the machine.
    unit_folders
        Where units are installed; a timer is switched on by a link in ``timers.target.wants``.
    swept_at
        When the monitors ran last under the system's clock; None if never.
    now
        The system's clock.
    """
    if not running.exists():
        return not_applicable("timers", "systemd does not run this machine")
    places = list(unit_folders)
    there = [unit for unit in UNITS if any((folder / unit).exists() for folder in places)]
    if not there:
        return not_applicable("timers", f"no unit is installed; to run unattended: {_SET_UP}")
    missing = [unit for unit in UNITS if unit not in there]
    off = [unit for unit in there if not _is_on(unit, places)]
    if missing or off:
        found = [f"{unit} is not installed" for unit in missing]
        found += [f"{unit} is not switched on" for unit in off]
        switched = " ".join([*missing, *off])
        return warn(
            "timers",
            "; ".join(found),
            "what it starts is not done: no verdict, no monitors, or a full disk",
            f"install what is missing ({_SET_UP}), then systemctl enable --now {switched}",
        )
    if swept_at is None or now - swept_at > _SWEPT_WITHIN:
        seen = "never" if swept_at is None else f"last at {swept_at:%Y-%m-%dT%H:%M:%SZ}"
        return warn(
            "timers",
            f"all are switched on, and the monitors ran {seen}",
            "nothing is sent while the monitors are older than two hours: monitors_stale",
            "journalctl -u kalshi-alpha-monitors.service",
        )
    return ok("timers", f"{len(UNITS)} switched on, the monitors ran at {swept_at:%H:%M} UTC")


def _is_on(unit: str, folders: Iterable[Path]) -> bool:
    return any((folder / "timers.target.wants" / unit).is_symlink() for folder in folders)
