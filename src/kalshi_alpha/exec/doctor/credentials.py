"""Secrets: who may read them, and whether one key serves two environments."""

from __future__ import annotations

import stat
from collections.abc import Iterable, Mapping
from pathlib import Path

from kalshi_alpha.brokers.kalshi.key_file import read_key_file
from kalshi_alpha.brokers.kalshi.key_owners import GENERIC, own_names, refuse_shared
from kalshi_alpha.config.environment import KalshiEnv
from kalshi_alpha.core.errors import UsageError, VenueKeyError
from kalshi_alpha.exec.doctor.finding import Finding, fail, not_applicable, ok, refused

_OPEN = stat.S_IRWXG | stat.S_IRWXO


def secret_files(files: Iterable[Path]) -> Finding:
    """Judge the modes of the dotenv files, which hold secrets by their nature."""
    there = [path for path in files if path.exists()]
    if not there:
        return not_applicable("secret_files", "no .env or .env.local below the root")
    opened = [path for path in there if path.stat().st_mode & _OPEN]
    names = ", ".join(path.name for path in there)
    if not opened:
        return ok("secret_files", f"{names}: closed to others")
    return fail(
        "secret_files",
        "; ".join(f"{path} has mode {stat.S_IMODE(path.stat().st_mode):03o}" for path in opened),
        "every user of this machine can read the desk's secrets",
        "chmod 600 " + " ".join(map(str, opened)),
    )


def key_file(environ: Mapping[str, str]) -> Finding:
    """Judge every key that a variable names as whoever loads it does; no key is kept."""
    named = [each for each in (*map(own_names, KalshiEnv), GENERIC) if each.are_set(environ)]
    if not named:
        return not_applicable("key_file", "no variable names a key")
    cause = "nothing is signed with a key that others may know, or that is none"
    for names in named:
        missing = [name for name in names if not environ.get(name)]
        if missing:
            lacking = f"{', '.join(missing)} is not set beside its partner"
            return fail("key_file", lacking, "half a key signs nothing", f"set {missing[0]}")
        try:
            read_key_file(Path(environ[names.path]))
        except VenueKeyError as error:
            return refused("key_file", error, cause, f"correct {names.path}")
    return ok("key_file", f"{', '.join(each.path for each in named)}: closed to others")


def keys_apart(environ: Mapping[str, str]) -> Finding:
    """Judge whether one key, or one file by any spelling, is named for two environments."""
    named = [each for each in (*map(own_names, KalshiEnv), GENERIC) if each.are_set(environ)]
    if not named:
        return not_applicable("keys_apart", "no variable names a key")
    try:
        refuse_shared(environ)
    except (VenueKeyError, UsageError) as error:
        return refused(
            "keys_apart",
            error,
            "one environment would be shown the other's key",
            "make a key of its own for each environment",
        )
    return ok("keys_apart", f"{len(named)} named, each for one environment")
