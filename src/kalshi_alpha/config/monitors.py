"""``configs/monitors.yaml``: where monitors alert, and what stops trading without data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from kalshi_alpha.config.loading import Loaded, load
from kalshi_alpha.core.errors import BadParameter, ConfigWeakened, UsageError
from kalshi_alpha.core.monitors.texts import Monitor

if TYPE_CHECKING:
    from kalshi_alpha.core.monitors.blocking import BlockingPolicy


class MonitorThresholds(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where the monitors alert; the defaults are the agreed ones, and nothing may be looser."""

    drawdown_day_usd: Decimal = Decimal(2000)
    drawdown_week_usd: Decimal = Decimal(6000)
    ev_gap_t: float = -2.0
    fill_gap_points: float = 10.0
    ws_disconnects_per_hour: float = 1.0
    ws_window_hours: float = 6.0
    auth_rejects: int = 3
    session_max_age_hours: float = 24.0
    scan_max_age_hours: float = 24.0

    def __post_init__(self) -> None:
        # Stated as what must hold, so that a NaN fails too.
        for name in ("drawdown_day_usd", "drawdown_week_usd"):
            value = getattr(self, name)
            if not (value.is_finite() and 0 < value <= 10**9 and (100 * value) % 1 == 0):
                raise BadParameter(f"{name} must be above zero, in whole cents")
        for name in ("fill_gap_points", "ws_disconnects_per_hour"):
            if not 0.0 <= getattr(self, name) <= 100.0:
                raise BadParameter(f"{name} must lie in [0, 100]")
        for name in ("ws_window_hours", "session_max_age_hours", "scan_max_age_hours"):
            if not 0.0 < getattr(self, name) <= 168.0:
                raise BadParameter(f"{name} must lie in (0, 168]")
        if not -100.0 <= self.ev_gap_t <= 0.0:
            raise BadParameter("ev_gap_t must lie in [-100, 0]")
        if not 1 <= self.auth_rejects <= 1000:
            raise BadParameter("auth_rejects must lie in [1, 1000]")


class GuardSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Allowance of the sequential guard, and its wanted run length by family, in units."""

    k: float
    run_length: dict[str, int]

    def __post_init__(self) -> None:
        if not (0.0 <= self.k <= 1.0 and all(2 <= n <= 10_000 for n in self.run_length.values())):
            raise BadParameter("k must lie in [0, 1] and a run length in [2, 10000]")


class Notify(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """When the same message may be sent again."""

    repeat_minutes: int

    def __post_init__(self) -> None:
        if not 1 <= self.repeat_minutes <= 24 * 60:
            raise BadParameter("repeat_minutes must lie in [1, 1440]")


class MonitorSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Everything that ``monitors.yaml`` decides."""

    schema: Literal[1]
    thresholds: MonitorThresholds
    guard: GuardSettings
    no_data_blocks: tuple[Monitor, ...]
    stale_blocks: tuple[Monitor, ...]
    scheduled: tuple[Monitor, ...]
    notify: Notify

    @property
    def policy(self) -> BlockingPolicy:
        """What stops live trading besides an alert."""
        from kalshi_alpha.core.monitors.blocking import BlockingPolicy

        return BlockingPolicy(
            frozenset(self.no_data_blocks), frozenset(self.stale_blocks), frozenset(self.scheduled)
        )


BASELINE = MonitorThresholds()
_GUARD = GuardSettings(k=0.25, run_length={"CPI": 24, "CLAIMS": 104, "TNEY": 500, "WEATHER": 500})
_SCHEDULED = {Monitor.FREEZE_WINDOW}
_NO_DATA = {Monitor.FRESHNESS}
_TIGHTER_ABOVE = frozenset({"ev_gap_t", "ws_window_hours"})
_AS_AGREED = frozenset({"ws_window_hours"})
"""Neither longer nor shorter is stricter: it is asked for as agreed."""


def loosened(found: MonitorThresholds, base: MonitorThresholds = BASELINE) -> tuple[str, ...]:
    """Return one line per threshold that alerts later than agreed; empty if none does."""
    return tuple(_loosened(found, base))


def _loosened(found: MonitorThresholds, base: MonitorThresholds) -> Iterator[str]:
    for name in found.__struct_fields__:
        value, agreed = getattr(found, name), getattr(base, name)
        if name in _AS_AGREED:
            if value != agreed:
                yield f"thresholds.{name}: {value} is not {agreed}"
        elif name in _TIGHTER_ABOVE:
            if not value >= agreed:
                yield f"thresholds.{name}: {value} is below {agreed}"
        elif not value <= agreed:
            yield f"thresholds.{name}: {value} is above {agreed}"


def weakening(found: MonitorSettings) -> tuple[str, ...]:
    """Return one line per way in which a file is looser than agreed; empty if it is not."""
    return (*loosened(found.thresholds), *_policy_weakened(found))


def _policy_weakened(found: MonitorSettings) -> Iterator[str]:
    if found.guard.k != _GUARD.k:
        yield f"guard.k: {found.guard.k} is not {_GUARD.k}"
    for family, agreed in _GUARD.run_length.items():
        length = found.guard.run_length.get(family)
        if length is None:
            yield f"guard.run_length.{family}: was deleted"
        elif length > agreed:
            yield f"guard.run_length.{family}: {length} is above {agreed}"
    for monitor in sorted(_NO_DATA - set(found.no_data_blocks)):
        yield f"no_data_blocks: {monitor} was removed"
    for monitor in sorted(set(found.scheduled) - _SCHEDULED):
        yield f"scheduled: {monitor} was added"


def load_monitors(path: Path) -> Loaded[MonitorSettings]:
    """Read the configuration of the monitors.

    Raises
    ------
    ConfigError
        If it is absent or wrong.
    ConfigWeakened
        If it is looser than agreed.
    """
    loaded = load(path, MonitorSettings)
    if lines := weakening(loaded.value):
        raise ConfigWeakened(f"{path}: {'; '.join(lines)}; restore the committed values")
    return loaded


def load_as_agreed(path: Path) -> tuple[MonitorSettings, tuple[str, ...]]:
    """Read the configuration with what is looser than agreed put back, and say what was.

    The monitors judge and write by it, so that whoever reads them learns what is wrong with the
    file; nothing is ever judged by the looser value.

    Raises
    ------
    ConfigError
        If it is absent or wrong.
    """
    found = load(path, MonitorSettings).value
    lines = weakening(found)
    if not lines:
        return found, ()
    kept = {
        name: getattr(base if loosened(_with(base, found, name)) else found.thresholds, name)
        for base in (BASELINE,)
        for name in base.__struct_fields__
    }
    agreed = msgspec.structs.replace(
        found,
        thresholds=MonitorThresholds(**kept),
        guard=_GUARD if any(line.startswith("guard.") for line in lines) else found.guard,
        no_data_blocks=tuple(sorted({*found.no_data_blocks, *_NO_DATA})),
        scheduled=tuple(monitor for monitor in found.scheduled if monitor in _SCHEDULED),
    )
    return agreed, lines


def _with(base: MonitorThresholds, found: MonitorSettings, name: str) -> MonitorThresholds:
    return msgspec.structs.replace(base, **{name: getattr(found.thresholds, name)})


def with_flags(settings: MonitorSettings, flags: Mapping[str, Any]) -> MonitorSettings:
    """Return the settings with the thresholds that a command line gives.

    Raises
    ------
    UsageError
        If a value is impossible.
    """
    given = {name: value for name, value in flags.items() if value is not None}
    if not given:
        return settings
    whole = msgspec.structs.asdict(settings.thresholds) | given
    try:
        # `replace` would skip the checks of the type.
        changed = msgspec.convert(whole, MonitorThresholds)
    except msgspec.ValidationError as error:
        raise UsageError(f"{error}; correct the flag") from error
    return msgspec.structs.replace(settings, thresholds=changed)
