from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.client import BadStatusLine
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kalshi_alpha.core.errors import ConfigError
from kalshi_alpha.core.monitors.endings import ended
from kalshi_alpha.core.monitors.outcome import FamilyOutcome, MonitorStatus
from kalshi_alpha.core.monitors.texts import Monitor
from kalshi_alpha.exec.monitors.notify import (
    SERVICES,
    SLACK,
    Sent,
    notify,
    post_service,
    post_slack,
    read_told,
    senders,
    told_state,
    within,
)

AT = datetime(2025, 6, 11, 15, tzinfo=UTC)
HALF_HOUR = timedelta(minutes=30)
OK, ALERT = MonitorStatus.OK, MonitorStatus.ALERT
LINES = {"ev_gap": "kalshi-alpha ALERT ev_gap: <!channel> & more", "websocket": "lost"}


class Hook:
    """A webhook on loopback, which answers as it is told and keeps what it was sent."""

    def __init__(self) -> None:
        self.status, self.hangs, self.location = 200, threading.Event(), ""
        self.hang = False
        self.bodies: list[dict[str, Any]] = []
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                hook.bodies.append(json.loads(body))
                if hook.hang:
                    hook.hangs.wait(10)
                    return
                self.send_response(hook.status)
                if hook.location:
                    self.send_header("location", hook.location)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/services/T0/SECRET"


@contextmanager
def serving() -> Iterator[Hook]:
    hook = Hook()
    hook.server.daemon_threads = True
    thread = threading.Thread(target=lambda: hook.server.serve_forever(0.01))
    thread.start()
    try:
        yield hook
    finally:
        hook.hangs.set()
        hook.server.shutdown()
        thread.join()
        hook.server.server_close()


@pytest.fixture
def hook() -> Iterator[Hook]:
    with serving() as found:
        yield found


def tell(path: Path, statuses: Mapping[str, str], minutes: float, hook: Hook) -> tuple[str, ...]:
    at = AT + timedelta(minutes=minutes)
    return notify(path, statuses, LINES, at, HALF_HOUR, senders({SLACK: hook.url}))


def test_a_change_is_posted_as_slack_takes_it_with_hostile_text_escaped(
    tmp_path: Path, hook: Hook
) -> None:
    assert tell(tmp_path / "told.json", {"ev_gap": ALERT, "websocket": OK}, 0, hook) == ()
    [body] = hook.bodies
    assert body == {
        "text": "kalshi-alpha ALERT ev_gap: &lt;!channel&gt; &amp; more",
        "mrkdwn": False,
        "link_names": False,
        "parse": "none",
    }


def test_what_did_not_change_is_told_once(tmp_path: Path, hook: Hook) -> None:
    path = tmp_path / "told.json"
    for minutes in (0, 5, 35, 600):
        assert tell(path, {"ev_gap": ALERT}, minutes, hook) == ()
    assert len(hook.bodies) == 1


def test_a_state_that_flaps_is_told_again_after_half_an_hour_only(
    tmp_path: Path, hook: Hook
) -> None:
    path = tmp_path / "told.json"
    told = []
    for minutes, status in (
        (0, ALERT),
        (5, OK),
        (10, ALERT),
        (15, ALERT),
        (29.9, ALERT),
        (30, ALERT),
    ):
        before = len(hook.bodies)
        tell(path, {"ev_gap": status}, minutes, hook)
        told.append(len(hook.bodies) - before)
    assert told == [1, 1, 0, 0, 0, 1]


CPI = FamilyOutcome(ALERT, 1, 0, "of CPI")
CALM = FamilyOutcome(OK, 0, 0)
ONE, BOTH = {"CPI": CPI, "TNEY": CALM}, {"CPI": CPI, "TNEY": CPI}


@pytest.mark.parametrize(
    ("status", "series", "blocks", "state"),
    [
        (OK, {}, False, "OK"),
        (MonitorStatus.NO_DATA, {}, False, "OK"),
        (MonitorStatus.STALE, {}, False, "OK"),
        (MonitorStatus.NO_DATA, {}, True, "NO_DATA stops"),
        (MonitorStatus.STALE, {}, True, "STALE stops"),
        (ALERT, {}, True, "ALERT stops"),
        (ALERT, ONE, True, "ALERT stops CPI"),
        (ALERT, BOTH, True, "ALERT stops CPI TNEY"),
        (ALERT, ONE, False, "ALERT CPI"),
    ],
)
def test_what_is_told_changes_with_what_stops_and_with_every_series(
    status: MonitorStatus, series: dict[str, FamilyOutcome], blocks: bool, state: str
) -> None:
    outcome = ended(Monitor.EV_GAP, status, None, 0, "found", series=series)
    assert told_state(outcome, blocks=blocks) == state


def test_a_series_that_joins_is_told_at_once(tmp_path: Path, hook: Hook) -> None:
    path = tmp_path / "told.json"
    for minutes, state in enumerate(("ALERT stops CPI", "ALERT stops CPI TNEY", "NO_DATA stops")):
        tell(path, {"ev_gap": state}, minutes, hook)
    assert len(hook.bodies) == 3


def test_a_desk_in_order_says_nothing(tmp_path: Path, hook: Hook) -> None:
    assert tell(tmp_path / "told.json", {"ev_gap": OK, "websocket": OK}, 0, hook) == ()
    assert hook.bodies == []


def test_a_hook_that_hangs_costs_two_seconds_and_is_not_asked_twice(
    tmp_path: Path, hook: Hook
) -> None:
    hook.hang = True
    begun = time.monotonic()
    [problem] = tell(tmp_path / "told.json", {"ev_gap": ALERT}, 0, hook)
    assert time.monotonic() - begun < 2.9
    assert problem in {"slack: gave no answer within 2 s", "slack: failed: ReadTimeout"}
    # It may have arrived, so it is not sent again at once; the change still stands later.
    assert tell(tmp_path / "told.json", {"ev_gap": ALERT}, 5, hook) == ()
    hook.hang = False
    tell(tmp_path / "told.json", {"ev_gap": ALERT}, 31, hook)
    assert len(hook.bodies) == 2


@pytest.mark.parametrize(("status", "asked_again"), [(429, 1), (500, 0), (404, 0), (302, 0)])
def test_what_was_refused_for_sure_is_tried_again_at_the_next_run(
    tmp_path: Path, hook: Hook, status: int, asked_again: int
) -> None:
    hook.status, hook.location = status, "http://127.0.0.1:1/elsewhere"
    said = tell(tmp_path / "told.json", {"ev_gap": ALERT}, 0, hook)
    assert said == (f"slack: answered {status}",)
    tell(tmp_path / "told.json", {"ev_gap": ALERT}, 5, hook)
    assert len(hook.bodies) == 1 + asked_again


def test_nobody_there_is_said_without_the_address(tmp_path: Path) -> None:
    said = post_slack("http://127.0.0.1:1/services/T0/SECRET", "x", 0.5)
    assert said == Sent("cannot be reached", may_have_arrived=False)


@pytest.mark.parametrize(
    "url", ["http://example.com/SECRET", "ftp://127.0.0.1/SECRET", "SECRET", "https://[SECRET"]
)
def test_an_address_that_cannot_be_used_is_refused_and_never_shown(url: str) -> None:
    with pytest.raises(ConfigError) as caught:
        senders({SLACK: url})
    assert "SECRET" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_no_variable_is_nobody_to_tell(tmp_path: Path) -> None:
    assert senders({SLACK: " ", SERVICES: ""}) == {}
    assert notify(tmp_path / "t.json", {"ev_gap": ALERT}, LINES, AT, HALF_HOUR, {}) == ()


def test_the_other_services_need_their_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    said = post_service("json://127.0.0.1", "x")
    assert said.said == f"{SERVICES} needs the extra: pip install 'kalshi-alpha[notify]'"


def test_any_other_service_is_told_by_its_address(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[tuple[str, str, str]] = []

    class Apprise:
        def add(self, url: str) -> bool:
            self.url = url
            return url.startswith("json://")

        def notify(self, *, body: str, body_format: str) -> bool:
            sent.append((self.url, body, body_format))
            return "refuse" not in self.url

    monkeypatch.setitem(sys.modules, "apprise", SimpleNamespace(Apprise=Apprise))
    assert post_service("json://h", "@channel <b>") == Sent()
    assert sent == [("json://h", "\uff20channel <b>", "text")]
    assert post_service("json://refuse", "x").said == "did not take the message"
    assert "SECRET" not in post_service("nothing://SECRET", "x").said


# The library loads what Python has called old since; none of our own code warns.
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_library_itself_reaches_a_service(hook: Hook) -> None:
    url = hook.url.replace("http://", "json://")
    assert post_service(url, "drawdown: $2,100 of $2,000") == Sent()
    assert hook.bodies[0]["message"] == "drawdown: $2,100 of $2,000"
    hook.status = 500
    assert post_service(url, "x").said == "did not take the message"


def test_a_file_of_what_was_told_that_cannot_be_read_is_told_anew(
    tmp_path: Path, hook: Hook
) -> None:
    path = tmp_path / "told_slack.json"
    path.write_text("{")
    assert read_told(path, AT).statuses == {}
    tell(tmp_path / "told.json", {"ev_gap": ALERT}, 0, hook)
    assert len(hook.bodies) == 1
    assert read_told(path, AT).statuses == {"ev_gap": "ALERT"}


def test_a_folder_that_cannot_be_written_is_a_line_and_no_error(tmp_path: Path, hook: Hook) -> None:
    (tmp_path / "file").touch()
    [problem] = tell(tmp_path / "file/told.json", {"ev_gap": ALERT}, 0, hook)
    assert problem.startswith("slack: what was told cannot be kept")


def test_a_sender_that_never_comes_back_is_left_behind() -> None:
    hang = threading.Event()

    def forever() -> Sent:
        hang.wait(5)
        return Sent()

    assert within(0.05, forever) == Sent("gave no answer within 0.05 s")
    hang.set()


@pytest.mark.parametrize(
    "error",
    [
        ConnectionResetError("https://SECRET"),
        UnicodeEncodeError("ascii", "https://SECRET", 0, 1, "no"),
        KeyError("https://SECRET"),
        RuntimeError("https://SECRET"),
        ModuleNotFoundError("https://SECRET"),
        BadStatusLine("https://SECRET"),
    ],
)
def test_what_a_sender_raises_is_told_by_its_name_and_nothing_else(error: Exception) -> None:
    def fail() -> Sent:
        raise error

    assert within(1.0, fail) == Sent(f"failed: {type(error).__name__}")
