"""After the kill switch stands: see to it that nothing of ours rests, and say what was confirmed.

A session that runs sees the sentinel itself and cancels; here one only waits and looks. Without
one, the orders command is started as a process of its own, so that it goes on when the terminal
closes. Standard library only.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from kalshi_alpha.datastore import home
from kalshi_alpha.exec.journal_glance import Glance, glance
from kalshi_alpha.exec.runner_lock import read_runner_lock

ENV_VARIABLE = "KALSHI_ENV"
CANCEL_ALL = ("-m", "kalshi_alpha.exec.orders", "cancel-all")
RUNNER_CANCELS_WITHIN_S = 3.0
CANCEL_ALL_WITHIN_S = 60.0
_LOOK_EVERY_S = 0.1
_VENUE_FAILED = 5
_SHOWN_MAX = 2000


class Cancelling(NamedTuple):
    """What became of the orders.

    Attributes
    ----------
    confirmed
        Whether nothing of ours rests, as far as the journal or the venue showed.
    exit_code
        0 if confirmed, else 5.
    detail
        In words, one line or more.
    """

    confirmed: bool
    exit_code: int
    detail: str


def cancel_what_rests(
    root: Path,
    environ: Mapping[str, str],
    at: datetime,
    *,
    tell: Callable[[str], None] = lambda _: None,
    command: Sequence[str] = CANCEL_ALL,
    runner_within_s: float = RUNNER_CANCELS_WITHIN_S,
    cancel_within_s: float = CANCEL_ALL_WITHIN_S,
) -> Cancelling:
    """Make sure that nothing rests, by whoever can do it.

    Parameters
    ----------
    root, environ
        Where everything lies, and the environment that the orders command is started with.
    at
        Names the file of its output.
    tell
        Called with each thing that is about to be waited for, once nothing else has to be begun.
    command
        Arguments of this interpreter that cancel everything.
    runner_within_s, cancel_within_s
        Seconds that the runner and the orders command are given.
    """
    journal = home.order_journal(root)
    lock = read_runner_lock(journal)
    seen = glance(journal)
    if lock.held:
        who = lock.holder or "a process"
        tell(f"{who} holds the account's lock and sees the switch itself; {seen.to_text()}")
        return _wait_for_runner(journal, who, runner_within_s)
    doubt = f"; lock unreadable: {lock.problem}" if lock.held is None else ""
    if not seen.may_rest:
        return Cancelling(confirmed=True, exit_code=0, detail=seen.to_text() + doubt)
    # The orders are the journal's account's, whatever this terminal is set up for.
    venue = {ENV_VARIABLE: seen.account} if seen.account else {}
    said = f"{seen.to_text()}{doubt}: no session runs, starting exec.orders cancel-all"
    return _start_and_wait(
        root, {**environ, **venue}, at, command, cancel_within_s, lambda: tell(said)
    )


def _wait_for_runner(journal: Path, who: str, within_s: float) -> Cancelling:
    until = time.monotonic() + within_s
    seen = glance(journal)
    while seen.may_rest and time.monotonic() < until:
        time.sleep(_LOOK_EVERY_S)
        seen = glance(journal)
    if not seen.may_rest:
        return Cancelling(
            confirmed=True, exit_code=0, detail=f"confirmed by its journal: {_nothing(seen)}"
        )
    return Cancelling(
        confirmed=False,
        exit_code=_VENUE_FAILED,
        detail=(
            f"not confirmed within {within_s:g} s: {seen.to_text()}; look at {who}: if it hangs, "
            "end it and give this command again"
        ),
    )


def _nothing(seen: Glance) -> str:
    return "nothing rests" if seen.exists else seen.to_text()


def _start_and_wait(
    root: Path,
    environ: Mapping[str, str],
    at: datetime,
    command: Sequence[str],
    within_s: float,
    begun: Callable[[], None],
) -> Cancelling:
    import subprocess

    out = _output_file(root, at)
    environment = {**environ, home.HOME_VARIABLE: str(root)}
    try:
        with Path(out or os.devnull).open("ab") as said:
            # Its own session: neither Ctrl-C nor a closed terminal ends it.
            process = subprocess.Popen(  # noqa: S603 - this interpreter and our own module
                [sys.executable, *command],
                cwd=root,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
    except OSError as error:
        return Cancelling(
            confirmed=False,
            exit_code=_VENUE_FAILED,
            detail=f"cancel-all could not be started: {error}; cancel at the venue's own site",
        )
    # Only now: output that is stuck must hold up nobody but us.
    where = f"process {process.pid}" + (f", output in {out}" if out else "")
    try:
        begun()
        code = process.wait(within_s)
    except (subprocess.TimeoutExpired, KeyboardInterrupt):
        # It is left to itself on purpose; when this process ends, nobody waits for it any more.
        process.returncode = 0
        return Cancelling(
            confirmed=False, exit_code=_VENUE_FAILED, detail=f"cancel-all still runs as {where}"
        )
    shown = _shown(out)
    if code == 0:
        return Cancelling(confirmed=True, exit_code=0, detail=f"cancel-all confirmed:\n{shown}")
    return Cancelling(
        confirmed=False,
        exit_code=_VENUE_FAILED,
        detail=f"cancel-all failed with exit code {code} ({where}):\n{shown}",
    )


def _output_file(root: Path, at: datetime) -> Path | None:
    """Return where the output goes, or None if nothing can be written: it is cancelled anyway."""
    from kalshi_alpha.datastore.paths import Paths

    path = Paths(root).logs(at.date()) / f"cancel_all_{at:%Y%m%dT%H%M%S_%fZ}.log"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.open("ab").close()
    except OSError:
        return None
    return path


def _shown(out: Path | None) -> str:
    if out is None:
        return "(its output could not be kept)"
    try:
        said = out.read_text(errors="replace").strip()
    except OSError as error:
        return f"(its output cannot be read: {error})"
    return said[-_SHOWN_MAX:] or "(it said nothing)"
