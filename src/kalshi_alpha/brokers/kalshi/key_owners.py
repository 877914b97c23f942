"""Which environment a key that is named by variables belongs to; no key belongs to two.

The names with an environment in them are its own. Those without one belong to the environment that
``KALSHI_ENV`` names, and to the exchange itself where it names none: a demo session never takes
them up by default. The local exchange makes its own keys and never takes them either.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

from kalshi_alpha.config.environment import ENV, KalshiEnv, kalshi_env
from kalshi_alpha.core.errors import VenueKeyError

KEY_ID, PEM_PATH = "API_KEY_ID", "PRIVATE_KEY_PEM_PATH"


class KeyNames(NamedTuple):
    """The two variables that name one key."""

    key_id: str
    path: str

    def are_set(self, environ: Mapping[str, str]) -> bool:
        """Return whether either of them has a value."""
        return any(environ.get(name) for name in self)


GENERIC = KeyNames(f"KALSHI_{KEY_ID}", f"KALSHI_{PEM_PATH}")


def own_names(env: KalshiEnv) -> KeyNames:
    """Return the variables that belong to one environment whatever else is set."""
    return KeyNames(f"KALSHI_{env.upper()}_{KEY_ID}", f"KALSHI_{env.upper()}_{PEM_PATH}")


def names_to_use(env: KalshiEnv, environ: Mapping[str, str]) -> KeyNames | None:
    """Return the variables that name an environment's key, or None if none does.

    Raises
    ------
    VenueKeyError
        If only the names without an environment are set, and they belong to another one.
    UsageError
        If ``KALSHI_ENV`` names no environment.
    """
    own = own_names(env)
    if own.are_set(environ):
        return own
    if env is KalshiEnv.SIM or not GENERIC.are_set(environ):
        return None
    owner = _generic_owner(environ)
    if owner is env:
        return GENERIC
    whose = f"to {ENV}={owner}" if environ.get(ENV) else f"to {owner} while {ENV} is not set"
    raise VenueKeyError(
        f"{GENERIC.key_id} belongs {whose}; for {env} set {own.key_id} and {own.path}"
    )


def foreign_names(env: KalshiEnv, environ: Mapping[str, str]) -> tuple[KeyNames, ...]:
    """Return the variables that are set and name a key which an environment may not use."""
    return tuple(names for owner, names in _named(environ) if _strangers(owner, env))


def refuse_shared(environ: Mapping[str, str]) -> None:
    """Refuse one key id, or one key file by any spelling, named for two environments.

    Raises
    ------
    VenueKeyError
        If one of the two would be shown the other's key.
    UsageError
        If ``KALSHI_ENV`` names no environment.
    """
    for (one, first), (other, second) in combinations(_named(environ), 2):
        if not _strangers(one, other):
            continue
        ids = [environ.get(names.key_id, "").strip().lower() for names in (first, second)]
        if ids[0] and ids[0] == ids[1]:
            raise VenueKeyError(
                f"{first.key_id} and {second.key_id} are the same; each environment has its own key"
            )
        paths = [_marks(environ.get(names.path, "")) for names in (first, second)]
        if not paths[0].isdisjoint(paths[1]):
            raise VenueKeyError(
                f"{first.path} and {second.path} name one key file; each environment has its own "
                "key"
            )


def _named(environ: Mapping[str, str]) -> Iterator[tuple[KalshiEnv | None, KeyNames]]:
    """Yield owner and variables of every key that is named; None owns what nobody may use."""
    for env in KalshiEnv:
        if own_names(env).are_set(environ):
            yield env, own_names(env)
    if GENERIC.are_set(environ):
        owner = _generic_owner(environ)
        yield (None if owner is KalshiEnv.SIM else owner), GENERIC


def _generic_owner(environ: Mapping[str, str]) -> KalshiEnv:
    return kalshi_env(environ) or KalshiEnv.PROD


def _strangers(one: KalshiEnv | None, other: KalshiEnv | None) -> bool:
    """Say whether two owners may not share a key.

    While the local exchange is practised on, the names without an environment are out of use, and
    may hold the key of the exchange or of its demo: only the local exchange must not have it.
    """
    if one is None or other is None:
        return KalshiEnv.SIM in {one, other}
    return one is not other


def _marks(path: str) -> frozenset[object]:
    """Return everything that two spellings of one file have in common."""
    if not path:
        return frozenset()
    try:
        resolved = os.path.realpath(path)
        found = Path(resolved).stat()
    except (OSError, ValueError):
        # Whoever loads it says what is wrong with it.
        return frozenset({path})
    return frozenset({path, resolved, (found.st_dev, found.st_ino)})
