"""Telling people: a message when something changed, once in half an hour, and never in the way.

Two seconds is all that a message may take, whatever the other side does. What goes wrong is said
in a word without the address, which is a secret.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.client import HTTPException
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from kalshi_alpha.core.errors import ConfigError, DataError
from kalshi_alpha.core.monitors.messages import plain_text, slack_text
from kalshi_alpha.core.monitors.outcome import MonitorOutcome, MonitorStatus
from kalshi_alpha.core.monitors.texts import Monitor
from kalshi_alpha.datastore.artifacts import read_typed
from kalshi_alpha.datastore.atomic import write_json
from kalshi_alpha.datastore.paths import Paths

SLACK = "KALSHI_MONITOR_SLACK_WEBHOOK"
SERVICES = "KALSHI_MONITOR_NOTIFY_URL"
SCHEMA = 1
TOTAL_S = 2.0
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_TOO_MANY = 429
# What a library of others fails with: a connection, an answer or an address without sense, a
# service that it cannot load, a thread that it cannot start. Apprise catches its services' own.
_FAILURES = (
    *(OSError, HTTPException, ValueError, LookupError, TypeError, AttributeError),
    *(ImportError, RuntimeError),
)


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What was told last, and when each message was sent: ``monitor_notify.json``.

    ``statuses`` holds what people know, ``sent`` when a message of a monitor and a state left.
    """

    schema: int = SCHEMA
    generated_at: datetime
    statuses: dict[str, str] = {}
    sent: dict[str, datetime] = {}


@dataclass(frozen=True, slots=True)
class Sent:
    """How sending ended: a line for the operator, empty if it arrived; and if it may have."""

    said: str = ""
    may_have_arrived: bool = True

    @property
    def arrived(self) -> bool:
        """Whether it arrived for sure."""
        return not self.said


Send = Callable[[str], Sent]


def notify_path(paths: Paths) -> Path:
    """Return where it is kept what was told."""
    return paths.state / "monitor_notify.json"


def senders(environ: Mapping[str, str]) -> dict[str, Send]:
    """Return how to reach each service that the environment names.

    Raises
    ------
    ConfigError
        If an address cannot be used; the message never shows it.
    """
    found: dict[str, Send] = {}
    if webhook := environ.get(SLACK, "").strip():
        _require_web_address(webhook)
        found["slack"] = lambda text: within(TOTAL_S, lambda: post_slack(webhook, text))
    if url := environ.get(SERVICES, "").strip():
        found["notify"] = lambda text: within(TOTAL_S, lambda: post_service(url, text))
    return found


def _require_web_address(url: str) -> None:
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        host = None
    if host is None or not (
        parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK)
    ):
        raise ConfigError(f"{SLACK} is no https address; copy it from Slack again")


CLEAR = MonitorStatus.OK.value


def told_state(outcome: MonitorOutcome, *, blocks: bool) -> str:
    """Return what people are told of a monitor in a few words: they hear when it changes.

    That is whether it alerts, which series do, and whether it stops live trading, by an alert or
    for want of anything young enough to look at.
    """
    if outcome.status is not MonitorStatus.ALERT and not blocks:
        return CLEAR
    own = sorted(n for n, each in outcome.series.items() if each.status is MonitorStatus.ALERT)
    return " ".join([outcome.status.value, *(["stops"] if blocks else []), *own])


def told_line(monitor: Monitor, outcome: MonitorOutcome, *, blocks: bool) -> str:
    """Return the line about a monitor; without an alert it says what that does to trading."""
    said = outcome.cause or "in order again"
    if outcome.status in {MonitorStatus.NO_DATA, MonitorStatus.STALE}:
        said = f"{'stops live trading' if blocks else 'stops nothing'}; {said}"
    return f"kalshi-alpha {outcome.status} {monitor}: {said}"


def notify(
    path: Path,
    statuses: Mapping[str, str],
    lines: Mapping[str, str],
    at: datetime,
    repeat_after: timedelta,
    send_by: Mapping[str, Send],
) -> tuple[str, ...]:
    """Tell every service what changed, and return one line for each that could not be told.

    Parameters
    ----------
    path
        Keeps what was told.
    statuses
        By monitor, its state now as `told_state` says it.
    lines
        By monitor, what is said of it.
    at
        The clock.
    repeat_after
        How long the same message is not sent again.
    send_by
        By name, how to reach a service.
    """
    problems: list[str] = []
    for name, send in send_by.items():
        try:
            own = path.with_name(f"{path.stem}_{name}.json")
            said = _tell(own, statuses, lines, at, repeat_after, send)
        except OSError as error:
            said = f"what was told cannot be kept: {error.strerror}"
        if said:
            problems.append(f"{name}: {said}")
    return tuple(problems)


def _tell(
    path: Path,
    statuses: Mapping[str, str],
    lines: Mapping[str, str],
    at: datetime,
    repeat_after: timedelta,
    send: Send,
) -> str:
    told = read_told(path, at)
    due = due_now(told, statuses, at, repeat_after)
    if not due:
        return ""
    ending = send("\n".join(lines[name] for name in due))
    sent = {key: when for key, when in told.sent.items() if at - when < repeat_after}
    if ending.may_have_arrived:
        sent |= {_key(name, statuses[name]): at for name in due}
    known = dict(told.statuses)
    if ending.arrived:
        known |= {name: statuses[name] for name in due}
    write_json(path, Told(generated_at=at, statuses=known, sent=sent))
    return ending.said


def due_now(
    told: Told, statuses: Mapping[str, str], at: datetime, repeat_after: timedelta
) -> tuple[str, ...]:
    """Return the monitors whose state changed since it was told, and may be told now.

    Whatever was never told of a monitor, it counted as clear. A message that left less than
    ``repeat_after`` ago is not sent again; if the change still stands by then, it is.
    """
    changed = [name for name, state in statuses.items() if state != told.statuses.get(name, CLEAR)]
    return tuple(
        name
        for name in changed
        if (last := told.sent.get(_key(name, statuses[name]))) is None
        or not timedelta(0) <= at - last < repeat_after
    )


def read_told(path: Path, at: datetime) -> Told:
    """Return what was told; nothing if that cannot be read, so that people hear twice at worst."""
    try:
        return read_typed(path, Told, SCHEMA, at)
    except DataError:
        return Told(generated_at=at)


def _key(monitor: str, state: str) -> str:
    return f"{monitor} {state}"


def within(total_s: float, send: Callable[[], Sent]) -> Sent:
    """Run ``send`` in a thread of its own, and leave it behind after so many seconds.

    Names are looked up and bytes trickle in without any limit of their own; the thread ends with
    the process. What ``send`` fails with is told by the error's name alone.
    """
    found: list[Sent] = []

    def run() -> None:
        try:
            found.append(send())
        except _FAILURES as error:
            # What it says may hold the address; its name does not.
            found.append(Sent(f"failed: {type(error).__name__}"))

    thread = threading.Thread(target=run, daemon=True, name="notify")
    thread.start()
    thread.join(total_s)
    if found:
        return found[0]
    return Sent(f"gave no answer within {total_s:g} s" if thread.is_alive() else "failed")


def post_slack(url: str, text: str, timeout_s: float = TOTAL_S) -> Sent:
    """Post a text to a Slack webhook; nothing is raised, and nothing said shows the address."""
    try:
        import httpx2
    except ImportError:
        return Sent("needs the extra: pip install 'kalshi-alpha[live]'", may_have_arrived=False)
    body = {"text": slack_text(text), "mrkdwn": False, "link_names": False, "parse": "none"}
    try:
        with httpx2.Client(timeout=timeout_s, follow_redirects=False) as client:
            status = client.post(url, json=body).status_code
    except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.UnsupportedProtocol):
        return Sent("cannot be reached", may_have_arrived=False)
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError) as error:
        return Sent(f"failed: {type(error).__name__}")
    if status // 100 == 2:
        return Sent()
    return Sent(f"answered {status}", may_have_arrived=status != _TOO_MANY)


def post_service(url: str, text: str) -> Sent:
    """Send a text to any service that apprise knows by its address."""
    try:
        # Found by name: it is an extra, and most desks do without.
        apprise: Any = import_module("apprise")
    except ImportError:
        return Sent(
            f"{SERVICES} needs the extra: pip install 'kalshi-alpha[notify]'",
            may_have_arrived=False,
        )
    services = apprise.Apprise()
    if not services.add(url):
        return Sent(f"{SERVICES} names no service that is known", may_have_arrived=False)
    sent = services.notify(body=plain_text(text), body_format="text")
    return Sent("" if sent else "did not take the message")
