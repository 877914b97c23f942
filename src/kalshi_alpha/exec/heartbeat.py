"""The kill switch and the heartbeat, from the command line.

Standard library and msgspec only: this command must start at once and work when the rest of
the installation does not. It reads no dotenv file; the root comes from the process environment.

Exit codes: 0 done, 1 failure, 2 usage.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from kalshi_alpha.core.errors import KalshiAlphaError, UsageError
from kalshi_alpha.datastore.kill_switch import (
    SCHEMA,
    lift_kill_switch,
    read_kill_switch,
    set_kill_switch,
)
from kalshi_alpha.datastore.paths import HOME_VARIABLE, Paths


def main(argv: Sequence[str] | None = None, environ: Mapping[str, str] = os.environ) -> int:
    """Run the command and return its exit code; the first line printed names the path touched."""
    args = _parser().parse_args(argv)
    try:
        paths = _paths(environ)
        if args.beat:
            report = _beat(paths.heartbeat, args.as_of, environ)
        else:
            report = _kill_switch(paths.kill_switch, args.kill_switch, args.note)
    except KalshiAlphaError as error:
        sys.stderr.write(f"heartbeat: {error}\n")
        return error.exit_code
    except OSError as error:
        sys.stderr.write(f"heartbeat: {error}\n")
        return 1
    sys.stdout.write((report.to_json() if args.json else report.to_text()) + "\n")
    return 0 if report.ok else 1


@dataclass(frozen=True, slots=True)
class _Report:
    """What was done, as it is printed."""

    what: str
    state: str
    path: str
    generated_at: datetime
    ok: bool
    detail: str = ""

    def to_text(self) -> str:
        """Return one line: what, its state, the absolute path."""
        detail = f" ({self.detail})" if self.detail else ""
        return f"{self.what} {self.state}: {self.path}{detail}"

    def to_json(self) -> str:
        """Return one JSON object."""
        import json

        written = self.generated_at.isoformat().replace("+00:00", "Z")
        said = {name: getattr(self, name) for name in ("what", "state", "path", "ok", "detail")}
        return json.dumps(said | {"generated_at": written, "schema": SCHEMA}, sort_keys=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m kalshi_alpha.exec.heartbeat",
        description="Set, lift or show the kill switch, or beat by hand.",
    )
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "--kill-switch",
        choices=("on", "off", "status"),
        help="on: stop every submission; off: lift it (nothing else does); status: show it",
    )
    what.add_argument(
        "--beat",
        action="store_true",
        help="replace the heartbeat, once the operator knows what became of the old session",
    )
    parser.add_argument("--note", default="", help="why, kept in the kill-switch file")
    parser.add_argument("--as-of", help="clock of the beat, such as 2024-12-11T11:30:00Z")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser


def _paths(environ: Mapping[str, str]) -> Paths:
    paths = Paths.from_environ(environ)
    if not paths.root.is_dir():
        # Creating it would put the switch where no running session looks.
        raise UsageError(f"{HOME_VARIABLE} is not a folder: {paths.root}")
    return paths


def _kill_switch(path: Path, wanted: str, note: str) -> _Report:
    now = datetime.now(UTC)
    detail = ""
    if wanted == "on":
        detail = _switch_on(path, now, note)
    elif wanted == "off":
        lift_kill_switch(path)
    switch = read_kill_switch(path)
    state = "on" if switch.on else "off"
    reached = wanted in {"status", state}
    return _Report(
        what="kill switch",
        state=state,
        path=str(path),
        generated_at=now,
        ok=reached and switch.readable,
        detail=detail or (f"unreadable, counts as on: {switch.detail}" if switch.detail else ""),
    )


def _switch_on(path: Path, now: datetime, note: str) -> str:
    try:
        set_kill_switch(path, now, note)
    except OSError as error:
        # What matters is whether the sentinel stands; without its note it stops as well.
        switch = read_kill_switch(path)
        if not (switch.on and switch.readable):
            raise
        return f"without a note: {error}"
    return ""


def _beat(path: Path, as_of: str | None, environ: Mapping[str, str]) -> _Report:
    from kalshi_alpha.datastore.state import Heartbeat, write_heartbeat

    now = datetime.now(UTC)
    if as_of is not None or environ.get("KALSHI_ALPHA_AS_OF"):
        from kalshi_alpha.config.environment import set_clock

        now = set_clock(as_of, environ) or now
    # Beaten by hand for no session: it clears a stale file and keeps no order alive for long.
    beat = Heartbeat(generated_at=now, session="operator", running=False, pid=os.getpid())
    write_heartbeat(path, beat)
    return _Report(what="heartbeat", state="beat", path=str(path), generated_at=now, ok=True)


if __name__ == "__main__":
    sys.exit(main())
