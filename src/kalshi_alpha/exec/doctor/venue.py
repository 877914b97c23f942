"""What the environment decides: the venue, its address, and a clock that was set."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from kalshi_alpha.brokers.kalshi.hosts import venue_host
from kalshi_alpha.config.environment import (
    AS_OF,
    ENV,
    HOME,
    KalshiEnv,
    kalshi_env,
    read_dotenv,
    set_clock,
)
from kalshi_alpha.core.errors import ConfigError, UsageError
from kalshi_alpha.exec.doctor.finding import Finding, not_applicable, ok, refused


def environment(environ: Mapping[str, str], dotenv_files: Iterable[Path]) -> Finding:
    """Judge the variables and the dotenv files as every command does when it begins."""
    try:
        merged = {**read_dotenv(dotenv_files), **environ}
        venue, at = kalshi_env(merged), set_clock(None, merged)
    except (ConfigError, UsageError) as error:
        return refused(
            "environment",
            error,
            "no command starts: it would not know which venue or which files are meant",
            f"correct {ENV}, {AS_OF} or {HOME}",
        )
    said = f"{ENV} is {venue}" if venue else f"{ENV} is not set: nothing is sent anywhere"
    return ok("environment", said if at is None else f"{said}; the clock is set to {at}")


def venue_address(venue: KalshiEnv | None, environ: Mapping[str, str]) -> Finding:
    """Judge whether the address belongs to the environment; nobody is asked."""
    if venue is None:
        return not_applicable("venue_address", "no venue is named")
    try:
        host = venue_host(venue, environ)
    except ConfigError as error:
        return refused(
            "venue_address",
            error,
            "signed requests would go to nobody, or to somebody else",
            "correct the variable that the message names",
        )
    return ok("venue_address", f"{venue}: {host.rest}")
