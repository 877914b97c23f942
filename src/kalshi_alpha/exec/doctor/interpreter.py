"""The interpreter and the packages, and whether they are those that were tested."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from kalshi_alpha.exec.doctor.finding import Finding, fail, not_applicable, ok, warn

Installed = Callable[[str], str | None]
"""Returns the version of a distribution, or None if it is not installed."""

_REQUIREMENT = re.compile(
    r"(?P<name>[A-Za-z0-9._-]+)(?:\[[^]]*\])?\s*(?P<bounds>[^;]*?)\s*"
    r"(?:;\s*(?P<marker>.*))?"
)
_EXTRA = re.compile(r"extra\s*==\s*['\"]([\w-]+)['\"]")
_BOUND = re.compile(r"(>=|<=|==|!=|~=|<|>)\s*([0-9][\w.!+*-]*)")
# A pin with a marker is of another system, or of another Python.
_PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^\s;\\]+) *\\?$", re.MULTILINE)
_SETUP = "run `make setup`, or pip install the package again"
_USED = ("live", "notify", "fast", "replay", "scale", "report", "metrics", "web", "mcp")
"""Extras that a desk may want; the others are for those who change the program."""


def python(version: tuple[int, ...], requires: str) -> Finding:
    """Judge the interpreter's version by the package's own bounds."""
    shown = ".".join(map(str, version))
    if _within(shown, requires):
        return ok("python", f"Python {shown}")
    return fail(
        "python",
        f"Python {shown}, and the package asks for {requires}",
        "numbers, types and the lock are tested with these versions only",
        "install that Python and run `make setup`",
    )


def packages(requirements: Iterable[str], installed: Installed) -> Finding:
    """Judge what is installed by the bounds of the package's own metadata, extras aside."""
    needed = [each for each in _parsed(requirements) if each[2] is None]
    wrong = [_trouble(name, bounds, installed(name)) for name, bounds, _ in needed]
    troubles = [each for each in wrong if each]
    if not troubles:
        return ok("packages", f"{len(needed)} packages within their bounds")
    return fail(
        "packages", "; ".join(troubles), "what is computed may differ or not start at all", _SETUP
    )


def lock(locks: Mapping[str, str], installed: Installed) -> Finding:
    """Compare what is installed with the lock that it was plainly installed from.

    Parameters
    ----------
    locks
        The repository's locks by name; none where the root is no repository. The one that is
        followed best is meant, and of equals the largest.
    """
    if not locks:
        return not_applicable("lock", "no lock in requirements/ below this root")
    pinned = {name: dict(_PIN.findall(text)) for name, text in locks.items()}
    drifts = {name: _drift(pins, installed) for name, pins in pinned.items()}
    name = min(drifts, key=lambda each: (len(drifts[each]), -len(pinned[each])))
    if not drifts[name]:
        return ok("lock", f"{len(pinned[name])} packages as {name} has them")
    return warn(
        "lock",
        f"beside {name}: {'; '.join(drifts[name])}",
        "the figures of the documentation were measured with the locked versions",
        "run `make setup`",
    )


def _drift(pins: Mapping[str, str], installed: Installed) -> list[str]:
    return [
        f"{package} {seen or 'missing'}, locked {version}"
        for package, version in pins.items()
        if (seen := installed(package)) != version
    ]


def extras(requirements: Iterable[str], installed: Installed, *, venue: bool) -> Finding:
    """Say which extras are whole; one is needed wherever a venue is spoken to: ``live``."""
    missing: dict[str, list[str]] = {}
    for name, bounds, extra in _parsed(requirements):
        if extra in _USED:
            short = missing.setdefault(extra, [])
            if _trouble(name, bounds, installed(name)):
                short.append(name)
    whole = [extra for extra in _USED if not missing.get(extra, ["?"])]
    lacking = "; ".join(
        f"{extra} lacks {', '.join(missing[extra])}" for extra in _USED if missing.get(extra)
    )
    shown = f"installed: {', '.join(whole) or 'none'}" + (f"; {lacking}" if lacking else "")
    if venue and missing.get("live"):
        return fail(
            "extras",
            shown,
            "KALSHI_ENV names a venue, and what speaks its protocol is not installed",
            "run `make setup`, or pip install 'kalshi-alpha[live]'",
        )
    return ok("extras", shown)


def _parsed(requirements: Iterable[str]) -> list[tuple[str, str, str | None]]:
    """Return name, bounds and extra of each requirement."""
    found = []
    for text in requirements:
        if (match := _REQUIREMENT.fullmatch(text.strip())) is not None:
            extra = _EXTRA.search(match["marker"] or "")
            found.append((match["name"], match["bounds"], extra[1] if extra else None))
    return found


def _trouble(name: str, bounds: str, version: str | None) -> str:
    if version is None:
        return f"{name} is not installed"
    return "" if _within(version, bounds) else f"{name} {version} is not {bounds}"


def _within(version: str, bounds: str) -> bool:
    """Say whether a version lies within bounds, by the numbers it begins with."""
    found = _numbers(version)
    tests: Mapping[str, Callable[[tuple[int, ...]], bool]] = {
        ">=": lambda bound: found >= bound,
        "<=": lambda bound: found <= bound,
        ">": lambda bound: found > bound,
        "<": lambda bound: found < bound,
        "==": lambda bound: found[: len(bound)] == bound,
        "!=": lambda bound: found[: len(bound)] != bound,
        "~=": lambda bound: found >= bound and found[: len(bound) - 1] == bound[:-1],
    }
    return all(tests[sign](_numbers(bound)) for sign, bound in _BOUND.findall(bounds))


def _numbers(version: str) -> tuple[int, ...]:
    release = re.match(r"[0-9]+(?:\.[0-9]+)*", version)
    return tuple(map(int, release[0].split("."))) if release else ()
