"""Feeds and families that installed packages offer, each name from one package only."""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points

from kalshi_alpha.core.errors import ConfigError

DRIVERS = "kalshi_alpha.drivers"
STRATEGIES = "kalshi_alpha.strategies"


def plug_ins(group: str) -> dict[str, EntryPoint]:
    """Return the entry points of a group by name, in the order of their names.

    Raises
    ------
    ConfigError
        If two packages offer one name: which of them is loaded would be chance, and a package
        could put itself in the place of one of the program's own.
    """
    found: dict[str, EntryPoint] = {}
    for point in sorted(entry_points(group=group), key=lambda point: point.name):
        if point.name in found:
            both = sorted({_package(found[point.name]), _package(point)})
            raise ConfigError(
                f"{point.name}: offered more than once under {group}, by {' and '.join(both)}; "
                "uninstall one"
            )
        found[point.name] = point
    return found


def _package(point: EntryPoint) -> str:
    return "an unnamed package" if point.dist is None else point.dist.name
