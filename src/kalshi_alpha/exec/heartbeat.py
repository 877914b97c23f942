"""The kill switch and the heartbeat, from the command line.

Standard library only, except to beat: this command must start at once and work when the rest of
the installation does not. It reads no dotenv file; the root comes from the process environment.

Switching on writes the sentinel first. Then, if the order journal shows orders that may rest, it
sees to it that they are cancelled: by the session that runs, else by a process of its own.

Exit codes: 0 done, 1 failure or output that could not be written, 2 usage, 5 the switch stands and
the cancel was not confirmed.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from kalshi_alpha.config.mode import stated_mode
from kalshi_alpha.core.errors import KalshiAlphaError, UsageError
from kalshi_alpha.datastore import home
from kalshi_alpha.datastore.kill_switch import (
    SCHEMA,
    lift_kill_switch,
    read_kill_switch,
    set_kill_switch,
)
from kalshi_alpha.datastore.streams import complain, open_streams, say, unheard

if TYPE_CHECKING:
    import argparse

    from kalshi_alpha.exec.emergency_cancel import Cancelling


def main(
    argv: Sequence[str] | None = None,
    environ: Mapping[str, str] = os.environ,
    *,
    head: Callable[[], str] | None = None,
) -> int:
    """Run the command and return its exit code; the first line printed names the path touched.

    Nothing is printed before the switch is set and the cancel of what rests is under way: output
    that cannot be written, or that nobody reads, is no reason for an order to stay.

    Parameters
    ----------
    head
        Returns a line to print above the others; it is called once everything is under way.
    """
    if argv is None:
        open_streams()
    given = sys.argv[1:] if argv is None else argv
    args = _plain(given) or _parsed(given)
    report, problem = None, ""
    try:
        root = _root(environ)
        if args.beat:
            report = _beat(home.heartbeat(root), args.as_of, environ)
        else:
            report = _kill_switch(home.kill_switch(root), args.kill_switch or "status", args.note)
    except KalshiAlphaError as error:
        complain(f"heartbeat: {error}\n")
        return error.exit_code
    except OSError as error:
        problem = str(error)
    told = _Told(report, problem, head, quiet=args.json or args.quiet)
    orders = None
    if args.kill_switch == "on":
        # Also when the sentinel could not be set: then the orders are all that can be stopped.
        orders = _orders_off(root, environ, told)
    told.begin()
    if report is not None and args.json:
        told.say(report.to_json(orders, stated_mode(environ, home.dotenv_files(root))))
    elif report is not None and args.quiet and not report.ok:
        complain(f"heartbeat: {report.to_text()}\n")
    ok = report is not None and report.ok
    code = (0 if orders is None else orders.exit_code) if ok else 1
    if told.lost:
        return max(code, unheard(f"heartbeat: {_done_unseen(report, orders)}", told.lost))
    return code


class _Told:
    """Says what was done, in order, and keeps why standard output could not be written."""

    def __init__(
        self, report: _Report | None, problem: str, head: Callable[[], str] | None, *, quiet: bool
    ) -> None:
        self._report, self._problem, self._head = report, problem, head
        self._quiet, self._begun = quiet, False
        self.lost = ""

    def begin(self) -> None:
        """Say what became of the switch, if it was not said yet."""
        if self._begun:
            return
        self._begun = True
        if self._problem:
            complain(f"heartbeat: {self._problem}\n")
        if not self._quiet:
            lines = [] if self._head is None else [self._head()]
            lines += [] if self._report is None else [self._report.to_text()]
            self.say("\n".join(lines))

    def orders(self, text: str) -> None:
        """Say something of the orders, below what became of the switch."""
        self.begin()
        if not self._quiet:
            self.say(f"orders: {text}")

    def say(self, text: str) -> None:
        """Print lines, unless that has failed before."""
        if text and not self.lost:
            self.lost = say(f"{text}\n")


def _done_unseen(report: _Report | None, orders: Cancelling | None) -> str:
    done = [] if report is None else [report.to_text()]
    if orders is not None:
        done.append(f"orders: {orders.detail.splitlines()[0].rstrip(':')}")
    return "".join(f"{each}; " for each in done)


def _orders_off(root: Path, environ: Mapping[str, str], told: _Told) -> Cancelling | None:
    """See to it that nothing rests; None if no order was ever journalled here."""
    if not os.path.lexists(home.order_journal(root)):
        return None
    from kalshi_alpha.exec.emergency_cancel import cancel_what_rests

    found = cancel_what_rests(root, environ, datetime.now(UTC), tell=told.orders)
    told.orders(found.detail)
    return found


class _Args(NamedTuple):
    """The command line."""

    kill_switch: str | None = None
    beat: bool = False
    note: str = ""
    as_of: str | None = None
    json: bool = False
    quiet: bool = False


class _Report(NamedTuple):
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

    def to_json(self, orders: Cancelling | None, mode: str) -> str:
        """Return one JSON object, with what became of the orders if there may be any."""
        import json

        written = self.generated_at.isoformat().replace("+00:00", "Z")
        names = ("what", "state", "path", "ok", "detail")
        said: dict[str, object] = {name: getattr(self, name) for name in names}
        if orders is not None:
            said["orders"] = {"confirmed": orders.confirmed, "detail": orders.detail}
        said |= {"generated_at": written, "mode": mode, "schema": SCHEMA}
        return json.dumps(said, sort_keys=True)


def _plain(argv: Sequence[str]) -> _Args | None:
    """Read the line that operators type in a hurry; None leaves any other to the parser.

    The parser costs as much as everything else together.
    """
    match list(argv):
        case ["--kill-switch", wanted]:
            note = ""
        case ["--kill-switch", wanted, "--note", note]:
            pass
        case _:
            return None
    if wanted not in {"on", "off", "status"} or note.startswith("-"):
        return None
    return _Args(kill_switch=wanted, note=note)


def _parsed(argv: Sequence[str]) -> _Args:
    found = _parser().parse_args(argv)
    return _Args(found.kill_switch, found.beat, found.note, found.as_of, found.json, found.quiet)


def _parser() -> argparse.ArgumentParser:
    import argparse

    name = "python -m kalshi_alpha.exec.heartbeat"

    class OneLine(argparse.ArgumentParser):
        def error(self, message: str) -> NoReturn:
            self.exit(2, f"heartbeat: {message}; {name} --help has the options\n")

    parser = OneLine(
        prog=name,
        description="Set, lift or show the kill switch, or beat by hand.",
        epilog=f'example: {name} --kill-switch on --note "books look wrong"',
        formatter_class=argparse.RawDescriptionHelpFormatter,
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
    parser.add_argument("--quiet", action="store_true", help="print nothing but errors")
    return parser


def _root(environ: Mapping[str, str]) -> Path:
    root = home.home(environ)
    if not root.is_dir():
        # Creating it would put the switch where no running session looks.
        raise UsageError(f"{home.HOME_VARIABLE} is not a folder: {root}")
    return root


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
