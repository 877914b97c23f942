"""What the process environment and the dotenv files decide."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from kalshi_alpha.core.errors import ConfigError, UsageError

ENV = "KALSHI_ENV"
HOME = "KALSHI_ALPHA_HOME"
AS_OF = "KALSHI_ALPHA_AS_OF"


class KalshiEnv(StrEnum):
    """Which venue a run may talk to: the exchange, its demo, or the local simulator."""

    PROD = "prod"
    DEMO = "demo"
    SIM = "sim"


@dataclass(frozen=True, slots=True)
class Environment:
    """What was decided outside the command line.

    Attributes
    ----------
    root
        Folder below which every file lies, absolute.
    kalshi_env
        The venue, or None if ``KALSHI_ENV`` is not set.
    as_of
        The set clock in UTC, or None if ``KALSHI_ALPHA_AS_OF`` is not set.
    """

    root: Path
    kalshi_env: KalshiEnv | None
    as_of: datetime | None


def read_environment(environ: Mapping[str, str], root: Path) -> Environment:
    """Return what an environment decides.

    Raises
    ------
    UsageError
        If a value is impossible, or a clock is set for a venue whose clock is real.
    """
    return Environment(
        root=root.absolute(), kalshi_env=kalshi_env(environ), as_of=set_clock(None, environ)
    )


def kalshi_env(environ: Mapping[str, str]) -> KalshiEnv | None:
    """Return the venue that ``KALSHI_ENV`` names, or None if it is unset or empty.

    Raises
    ------
    UsageError
        If it names none.
    """
    name = environ.get(ENV, "")
    if not name:
        return None
    try:
        return KalshiEnv(name)
    except ValueError as error:
        raise UsageError(f"{ENV} must be one of {', '.join(KalshiEnv)}, was {name!r}") from error


def set_clock(flag: str | None, environ: Mapping[str, str]) -> datetime | None:
    """Return the clock that was set, in UTC: the flag's, else the environment's, else None.

    Raises
    ------
    UsageError
        If it is no instant with a zone, or ``KALSHI_ENV`` is ``prod`` or ``demo``: orders for a
        real clock must not be decided at another.
    """
    text = flag if flag is not None else environ.get(AS_OF) or None
    if text is None:
        return None
    refuse_real_venue(environ, f"unset {AS_OF} or --as-of")
    return parse_instant(text)


def refuse_real_venue(environ: Mapping[str, str], remedy: str) -> None:
    """Return unless the environment names a venue whose clock is real.

    Raises
    ------
    UsageError
        If ``KALSHI_ENV`` is ``prod`` or ``demo``; the message ends with the remedy.
    """
    venue = kalshi_env(environ)
    if venue in {KalshiEnv.PROD, KalshiEnv.DEMO}:
        raise UsageError(f"the clock cannot be set with {ENV}={venue}: {remedy}")


def parse_instant(text: str) -> datetime:
    """Read an ISO 8601 instant such as ``2024-12-11T11:30:00Z`` and return it in UTC.

    Raises
    ------
    UsageError
        If it is not one, carries no zone, or lies beyond the calendar once it is in UTC.
    """
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"not an instant like 2024-12-11T11:30:00Z: {text!r}") from error
    if at.tzinfo is None:
        raise UsageError(f"an instant needs its zone, as in 2024-12-11T11:30:00Z: {text!r}")
    try:
        return at.astimezone(UTC)
    except OverflowError as error:
        raise UsageError(f"not within the years 1 to 9999 of UTC: {text!r}") from error


def read_dotenv(files: Iterable[Path]) -> dict[str, str]:
    """Return the variables of dotenv files, the first file winning; absent files say nothing.

    Values are taken as written: a ``$`` in a secret is not expanded.

    Raises
    ------
    ConfigError
        If a file sets ``KALSHI_ALPHA_HOME`` or cannot be read.
    """
    from dotenv import dotenv_values

    found: dict[str, str] = {}
    for path in files:
        try:
            values = dotenv_values(path, interpolate=False) if path.exists() else {}
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"{path}: cannot be read: {error}") from error
        if HOME in values:
            raise ConfigError(
                f"{path}: {HOME} may be set in the process environment only; remove it"
            )
        for name, value in values.items():
            if value is not None:
                found.setdefault(name, value)
    return found
