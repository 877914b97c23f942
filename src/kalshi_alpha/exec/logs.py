"""Structured logs: one JSON object a line, secrets masked before anything is rendered.

structlog belongs to the extra ``live`` and takes a fifth of a second to load, so it is imported
when the first log is opened and not before.
"""

from __future__ import annotations

import atexit
import sys
from collections.abc import MutableMapping
from datetime import UTC
from typing import TYPE_CHECKING, Any, TextIO

import msgspec

from kalshi_alpha.core.errors import ConfigError
from kalshi_alpha.core.ports import Clock
from kalshi_alpha.core.redaction import redact, redact_text
from kalshi_alpha.datastore.speaker import Unhurried
from kalshi_alpha.datastore.streams import let_go

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger, Processor

LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}
_CLIENT_ERROR, _SERVER_ERROR = 400, 500


def open_log(
    clock: Clock,
    *,
    run_id: str,
    stream: TextIO | None = None,
    level: str = "info",
    readable: bool = False,
) -> FilteringBoundLogger:
    """Return a logger of its own: nothing global is configured.

    Parameters
    ----------
    clock
        Stamps the lines.
    run_id
        Names the run in every line.
    stream
        Where lines go; standard error by default, which systemd and a terminal both keep.
    level
        ``debug``, ``info``, ``warning`` or ``error``: less is not written.
    readable
        Write ``key=value`` for people instead of JSON.

    Raises
    ------
    ConfigError
        If the level is unknown, or structlog is not installed.
    """
    if level not in LEVELS:
        raise ConfigError(f"log level must be one of {', '.join(LEVELS)}, was {level!r}")
    try:
        import structlog
    except ImportError as error:
        raise ConfigError(
            "structured logs need the extra: pip install 'kalshi-alpha[live]'"
        ) from error

    def stamp(_: object, __: str, said: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        said["timestamp"] = clock.now().astimezone(UTC).isoformat().replace("+00:00", "Z")
        return said

    processors: list[Processor] = [
        structlog.processors.add_log_level,
        stamp,
        structlog.processors.format_exc_info,
        mask_secrets,
        _as_text if readable else _as_json,
    ]
    lines = _Lines(sys.stderr if stream is None else stream)
    if stream is None:
        atexit.register(lines.finish)
    logger: FilteringBoundLogger = structlog.wrap_logger(
        lines,
        processors=processors,
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
        context_class=dict,
        cache_logger_on_first_use=True,
    ).bind(run=run_id)
    return logger


class _Lines:
    """Writes lines to a stream; where that fails the line is lost, and whoever logs goes on.

    It waits for no stream that takes nothing, see `Unhurried`.
    """

    def __init__(self, stream: TextIO) -> None:
        self._out = Unhurried(lambda: stream, _left_out, lambda _why: let_go(stream))

    def msg(self, line: str) -> None:
        """Write a line."""
        self._out.write(f"{line}\n")

    def finish(self) -> None:
        """Wait until all is written, or cannot be."""
        self._out.finish()

    debug = info = warning = error = critical = msg


def _left_out(count: int) -> str:
    said = {"level": "warning", "event": "lines_left_out", "count": count}
    return f"{msgspec.json.encode(said).decode()}\n"


def log_request(
    logger: FilteringBoundLogger,
    *,
    method: str,
    path: str,
    status: int | None,
    retries: int = 0,
    elapsed_ms: float | None = None,
    fault: str | None = None,
    **more: object,
) -> None:
    """Log one request to the venue with its status and how often it was retried.

    A refusal is a warning; a failure of the venue or of the wire, where ``status`` is None, is
    an error.

    Parameters
    ----------
    logger
        From `open_log`.
    method, path
        The request; a query is masked like everything else.
    status
        The reply's, or None if no whole reply came.
    retries
        How often it was sent before.
    elapsed_ms
        Milliseconds from the first byte sent to the last one read.
    fault
        What became of the wire if no reply came.
    more
        Anything else that belongs to it, such as ``client_order_id``.
    """
    said = {"method": method, "path": path, "status": status, "retries": retries, **more}
    if elapsed_ms is not None:
        said["elapsed_ms"] = round(elapsed_ms, 3)
    if fault is not None:
        said["fault"] = fault
    if status is None or status >= _SERVER_ERROR:
        logger.error("request", **said)
    elif status >= _CLIENT_ERROR:
        logger.warning("request", **said)
    else:
        logger.info("request", **said)


def mask_secrets(_: object, __: str, said: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Mask every secret of a log line: as structlog calls its processors."""
    safe = redact(dict(said))
    return safe if isinstance(safe, dict) else {"event": safe}


def _as_json(_: object, __: str, said: MutableMapping[str, Any]) -> str:
    first = {name: said[name] for name in ("timestamp", "level", "event") if name in said}
    return msgspec.json.encode(first | dict(said)).decode()


def _as_text(_: object, __: str, said: MutableMapping[str, Any]) -> str:
    rest = {name: value for name, value in said.items() if name not in _HEAD}
    head = " ".join(str(said[name]) for name in _HEAD if name in said)
    return redact_text(" ".join([head, *(f"{name}={value}" for name, value in rest.items())]))


_HEAD = ("timestamp", "level", "event")
