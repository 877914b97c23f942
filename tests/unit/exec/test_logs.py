from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from kalshi_alpha.core.errors import ConfigError
from kalshi_alpha.core.ledger.entry import ClockSource
from kalshi_alpha.exec.clock import RunClock
from kalshi_alpha.exec.logs import log_request, mask_secrets, open_log

CLOCK = RunClock(datetime(2025, 6, 11, 10, 30, tzinfo=UTC), ClockSource.SET)
KEY = "8f2c1d4e-5b6a-4c7d-9e0f-a1b2c3d4e5f6"


@pytest.fixture
def stream() -> io.StringIO:
    return io.StringIO()


def said(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_request_is_logged_with_its_status_and_its_retries(stream: io.StringIO) -> None:
    log = open_log(CLOCK, run_id="pilot-1", stream=stream)
    log_request(log, method="GET", path="/x", status=200, retries=2, elapsed_ms=12.34567)
    assert said(stream) == [
        {
            "timestamp": "2025-06-11T10:30:00Z",
            "level": "info",
            "event": "request",
            "run": "pilot-1",
            "method": "GET",
            "path": "/x",
            "status": 200,
            "retries": 2,
            "elapsed_ms": 12.346,
        }
    ]


@pytest.mark.parametrize(
    ("status", "level"),
    [(201, "info"), (404, "warning"), (429, "warning"), (503, "error"), (None, "error")],
)
def test_refusals_warn_and_failures_are_errors(
    stream: io.StringIO, status: int | None, level: str
) -> None:
    log = open_log(CLOCK, run_id="r", stream=stream)
    log_request(log, method="POST", path="/x", status=status, fault="reset")
    assert [line["level"] for line in said(stream)] == [level]


def test_a_log_that_cannot_be_written_stops_nobody() -> None:
    class Full(io.StringIO):
        def write(self, _text: str) -> int:
            raise OSError(28, "No space left on device")

    log = open_log(CLOCK, run_id="r", stream=Full())
    log_request(log, method="DELETE", path="/portfolio/orders", status=429)
    log.bind(more=1).error("nothing was written")


@pytest.mark.parametrize("readable", [True, False])
def test_keys_arrive_masked_to_four_characters(stream: io.StringIO, *, readable: bool) -> None:
    log = open_log(CLOCK, run_id="r", stream=stream, readable=readable)
    log.info("signed", headers={"KALSHI-ACCESS-KEY": KEY, "Idempotency-Key": KEY})
    log.info(f"sent with KALSHI-ACCESS-KEY: {KEY}")
    assert KEY not in stream.getvalue()
    assert stream.getvalue().count("****e5f6") == 3


def test_a_traceback_is_masked_too(stream: io.StringIO) -> None:
    log = open_log(CLOCK, run_id="r", stream=stream)
    try:
        int(f"api_key={KEY}")
    except ValueError:
        log.exception("failed")
    text = stream.getvalue()
    assert "ValueError" in text
    assert KEY not in text


def test_what_is_below_the_level_is_not_written(stream: io.StringIO) -> None:
    log = open_log(CLOCK, run_id="r", stream=stream, level="warning")
    log.info("quiet")
    log.warning("loud")
    assert [line["event"] for line in said(stream)] == ["loud"]


def test_an_unknown_level_is_named() -> None:
    with pytest.raises(ConfigError, match="loud"):
        open_log(CLOCK, run_id="r", level="loud")


def test_the_processor_keeps_what_is_no_secret() -> None:
    assert mask_secrets(None, "info", {"event": "x", "n": 1}) == {"event": "x", "n": 1}


def test_structlog_is_loaded_with_the_first_log_and_not_before() -> None:
    code = "import sys; import kalshi_alpha.exec.logs; sys.exit('structlog' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_without_structlog_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "structlog", None)
    with pytest.raises(ConfigError, match=r"pip install 'kalshi-alpha\[live\]'"):
        open_log(CLOCK, run_id="r")


def test_a_pipe_that_nobody_empties_holds_no_log_and_loses_no_line_beyond_count() -> None:
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb", buffering=0) as reader, os.fdopen(writing, "w") as pipe:
        log = open_log(CLOCK, run_id="r", stream=pipe)
        for number in range(3_000):
            log.info("request", number=number, path="x" * 100)
        text = b""
        while not (b"lines_left_out" in text and text.endswith(b"\n")):
            text += reader.read(1 << 16)
    lines = [json.loads(line) for line in text.splitlines()]
    numbers = [line["number"] for line in lines if "number" in line]
    assert numbers == list(range(len(numbers)))
    assert lines[-1]["event"] == "lines_left_out"
    assert lines[-1]["count"] > 0
    assert len(numbers) + lines[-1]["count"] == 3_000
