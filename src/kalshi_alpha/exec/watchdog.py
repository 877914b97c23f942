"""A process of its own that takes everything off the book when the session dies or hangs.

It watches the session's heartbeat and the account's lock. From the death or the last beat of a
session to the cancel through its order groups no more than 30 seconds pass: `HUNG_AFTER_S` until
it is noticed, `LOOK_EVERY_S` twice, and the rest for the venue.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

import click
import msgspec

from kalshi_alpha.brokers.kalshi.venue_clock import SystemClock, venue_clock
from kalshi_alpha.config.environment import KalshiEnv, kalshi_env
from kalshi_alpha.config.mode import mode_of
from kalshi_alpha.core.errors import DataError, KalshiAlphaError, UsageError
from kalshi_alpha.core.ports import Clock
from kalshi_alpha.datastore.kill_switch import set_kill_switch
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.printing import is_quiet, quiet_flag
from kalshi_alpha.datastore.speaker import Speaker
from kalshi_alpha.datastore.state import Heartbeat, read_heartbeat
from kalshi_alpha.exec.command import HELP, exit_with, run_command
from kalshi_alpha.exec.group_cancel import Canceller, CancelOutcome, GroupCanceller
from kalshi_alpha.exec.pulse import HUNG_AFTER_S, Life, Pulse, Sight
from kalshi_alpha.exec.runner_lock import RunnerLock, process_lives, read_runner_lock
from kalshi_alpha.exec.telemetry.events import TelemetryEvent
from kalshi_alpha.exec.telemetry.sink import TelemetrySink

if TYPE_CHECKING:
    from kalshi_alpha.brokers.kalshi.client import VenueClient

CANCELLED_WITHIN_S = 30.0
LOOK_EVERY_S = 1.0
CANCEL_TIMEOUT_S = 10.0
RETRY_AFTER_S = 1.0
_ENDED_BADLY = frozenset({Life.DEAD, Life.HUNG})


class Watchdog:
    """Looks at the session again and again, and cancels once for each that ends badly.

    A session that hangs may wake up, so the kill switch is set as well: it stops then, and an
    operator has to look. One that died leaves nothing that could send, so the next may start
    without anybody's help; its start reconciles.

    Parameters
    ----------
    paths, clock
        The file tree, and the clock that heartbeats are compared with.
    canceller
        Takes everything off the book.
    hung_after_s
        Seconds without a beat after which a session hangs.
    tell
        Called with each thing of note.
    """

    def __init__(
        self,
        paths: Paths,
        clock: Clock,
        canceller: Canceller,
        *,
        hung_after_s: float = HUNG_AFTER_S,
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._paths, self._clock = paths, clock
        self._canceller = canceller
        self._pulse = Pulse(hung_after_s)
        self._tell = tell
        self._done: set[tuple[str, Life]] = set()
        self._last: tuple[str, Life] | None = None

    async def run(self) -> None:
        """Watch until this task is cancelled."""
        while True:
            handled = await self.look()
            await asyncio.sleep(LOOK_EVERY_S if handled else RETRY_AFTER_S)

    async def look(self) -> bool:
        """Look once, and cancel if the session ended badly; return False if that must be repeated.

        Whether the cancel was confirmed is told; until it was, each look tries again.
        """
        now_s = asyncio.get_running_loop().time()
        life = self._pulse.judge(self._sight(), now_s)
        found = (self._pulse.session, life)
        if found != self._last:
            self._last = found
            self._tell(f"session {found[0] or '(none)'} is {life}")
        if life not in _ENDED_BADLY or found in self._done:
            return True
        if life is Life.HUNG:
            self._stop(found[0])
        outcome = await self._cancel()
        self._tell(f"{'confirmed' if outcome.confirmed else 'not confirmed'}: {outcome.detail}")
        if outcome.confirmed:
            self._done.add(found)
        return outcome.confirmed

    def _stop(self, session: str) -> None:
        path = self._paths.kill_switch
        try:
            set_kill_switch(path, self._clock.now(), f"watchdog: session {session} hangs")
        except OSError as error:
            self._tell(f"kill switch not set: {error}")
        else:
            self._tell(f"kill switch on: {path}")

    async def _cancel(self) -> CancelOutcome:
        try:
            async with asyncio.timeout(CANCEL_TIMEOUT_S):
                return await self._canceller.cancel()
        except KalshiAlphaError as error:
            return CancelOutcome(confirmed=False, detail=str(error))
        except TimeoutError:
            return CancelOutcome(confirmed=False, detail=f"no end in {CANCEL_TIMEOUT_S:g} s")

    def _sight(self) -> Sight:
        now = self._clock.now()
        lock = read_runner_lock(self._paths.order_journal)
        try:
            beat = read_heartbeat(self._paths.heartbeat, now)
        except DataError:
            return Sight(None, 0.0, lock.held, process_lives=True, unreadable=True)
        if beat is None:
            return Sight(None, 0.0, lock.held, process_lives=False)
        age_s = (now - beat.generated_at).total_seconds()
        return Sight(beat, age_s, _held_by(lock, beat), process_lives=process_lives(beat.pid))


def _held_by(lock: RunnerLock, beat: Heartbeat) -> bool | None:
    if lock.held and lock.pid is not None and lock.pid != beat.pid:
        return False
    return lock.held


def venue_client(env: KalshiEnv, environ: Mapping[str, str], clock: Clock) -> VenueClient:
    """Return a client of the environment's venue with its own credentials.

    Raises
    ------
    ConfigError
        If the host or the key is not set up.
    """
    from kalshi_alpha.brokers.kalshi.client import VenueClient
    from kalshi_alpha.brokers.kalshi.hosts import venue_host
    from kalshi_alpha.brokers.kalshi.keys import load_credentials
    from kalshi_alpha.brokers.kalshi.order_wire import OrderWire
    from kalshi_alpha.brokers.kalshi.signing import Signer

    host = venue_host(env, environ)
    signer = Signer(load_credentials(env, environ))
    return VenueClient(OrderWire(host.rest), signer, clock, host)


async def watch(watchdog: Watchdog, run_s: float | None) -> None:
    """Watch for so many seconds, or until the process is asked to end."""
    loop = asyncio.get_running_loop()
    watching = asyncio.create_task(watchdog.run())
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, watching.cancel)
    try:
        with suppress(TimeoutError, asyncio.CancelledError):
            async with asyncio.timeout(run_s):
                await watching
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


@click.command(context_settings=HELP)
@click.option(
    "--env",
    "env_name",
    type=click.Choice([env.value for env in KalshiEnv]),
    help="Which venue; default: KALSHI_ENV.",
)
@click.option(
    "--hung-after",
    "hung_after_s",
    type=click.FloatRange(3.0, 15.0),
    default=HUNG_AFTER_S,
    show_default=True,
    help="Seconds without a heartbeat after which a session hangs.",
)
@click.option(
    "--run-seconds", "run_s", type=click.FloatRange(min=0.0), help="End by itself; default: never."
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object a line.")
@quiet_flag
def cli(*, env_name: str | None, hung_after_s: float, run_s: float | None, as_json: bool) -> int:
    """Watch the running session, and cancel all its orders when it dies or hangs."""
    env = _venue(env_name, kalshi_env(os.environ))
    paths, clock = Paths.from_environ(os.environ), SystemClock()
    sink = TelemetrySink(paths, clock, session=f"watchdog-{os.getpid()}", group=1)

    speak = Speaker("watchdog")
    tell = teller(sink, speak, clock, env, as_json=as_json)
    try:
        # Beats are dated by the system's clock; what is signed, by that of the venue.
        client = venue_client(env, os.environ, venue_clock(env, os.environ))
        canceller = GroupCanceller(client)
        watchdog = Watchdog(paths, clock, canceller, hung_after_s=hung_after_s, tell=tell)
        asyncio.run(_checked(canceller, watchdog, run_s, mode_of(env), tell))
    finally:
        sink.close()
        speak.finish()
    return 1 if speak.lost else 0


def teller(
    sink: TelemetrySink, speak: Speaker, clock: Clock, env: KalshiEnv, *, as_json: bool
) -> Callable[[str], None]:
    """Return what the watchdog tells things to: telemetry, and whoever reads its output, if any."""

    def tell(text: str) -> None:
        sink.emit(TelemetryEvent.WATCHDOG, {"said": text, "environment": env.value})
        if as_json:
            line = {"schema": 1, "mode": mode_of(env), "at": clock.now(), "said": text}
            speak(msgspec.json.encode(line).decode())
        elif not is_quiet():
            speak(f"watchdog: {text}")

    return tell


def _venue(flag: str | None, stated: KalshiEnv | None) -> KalshiEnv:
    if flag is None:
        if stated is None:
            raise UsageError("say which venue: --env prod, demo or sim, or KALSHI_ENV")
        return stated
    if stated is not None and stated.value != flag:
        raise UsageError(f"--env {flag} contradicts KALSHI_ENV={stated}: drop one of them")
    return KalshiEnv(flag)


async def _checked(
    canceller: GroupCanceller,
    watchdog: Watchdog,
    run_s: float | None,
    mode: str,
    tell: Callable[[str], None],
) -> None:
    # A watchdog that could not cancel must say so now, not when it is needed.
    tell(f"watching, mode {mode}; {await canceller.check()}")
    await watch(watchdog, run_s)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    return run_command(cli, "watchdog", argv)


if __name__ == "__main__":
    exit_with(main())
