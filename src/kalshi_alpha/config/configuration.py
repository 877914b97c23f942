"""The whole configuration: one registry of its files, one frozen model of what they say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import msgspec

from kalshi_alpha.config import monitors, ramp
from kalshi_alpha.config.freshness import Freshness
from kalshi_alpha.config.housekeeping import Housekeeping
from kalshi_alpha.config.loading import load
from kalshi_alpha.config.monitors import MonitorSettings
from kalshi_alpha.config.pal_policy import PalPolicy
from kalshi_alpha.config.pilot import Pilot
from kalshi_alpha.config.portfolio import Portfolio
from kalshi_alpha.config.quality_gates import QualityGates
from kalshi_alpha.config.ramp import Ramp
from kalshi_alpha.config.series import SeriesBook
from kalshi_alpha.config.settings import Settings, load_settings
from kalshi_alpha.config.weakening import config_reading, weakening
from kalshi_alpha.core.gates.readings import Finding, Reading
from kalshi_alpha.core.gates.reasons import Reason

CONFIG_FILES: Mapping[str, type[Any]] = MappingProxyType(
    {
        "freshness": Freshness,
        "housekeeping": Housekeeping,
        "monitors": MonitorSettings,
        "pal_policy": PalPolicy,
        "pilot": Pilot,
        "portfolio": Portfolio,
        "quality_gates": QualityGates,
        "ramp": Ramp,
        "series": SeriesBook,
    }
)
"""Every ``configs/<name>.yaml``, and the type that it is read into."""


_MONITORS = "monitors.yaml"


@dataclass(frozen=True, slots=True)
class Configuration:
    """Everything that the files decide.

    Attributes
    ----------
    settings
        The files that gate every run, checked against each other.
    housekeeping, monitors, ramp
        The others.
    """

    settings: Settings
    housekeeping: Housekeeping
    monitors: MonitorSettings
    ramp: Ramp


def load_configuration(folder: Path) -> Configuration:
    """Read every file of a configuration folder, however loose it is.

    Raises
    ------
    ConfigError
        If a file is absent or wrong, or two contradict each other.
    """
    return Configuration(
        settings=load_settings(folder),
        housekeeping=load(folder / "housekeeping.yaml", Housekeeping).value,
        monitors=load_monitor_file(folder),
        ramp=load(folder / "ramp.yaml", Ramp).value,
    )


def loosenings(found: Configuration) -> tuple[str, ...]:
    """Return one line per guardrail of any file that is looser than its baseline."""
    return (
        *weakening(found.settings),
        *(f"{_MONITORS}: {line}" for line in monitors.weakening(found.monitors)),
        *ramp.ramp_weakening(found.ramp),
    )


def desk_reading(settings: Settings, ramp_file: Ramp, monitor_file: MonitorSettings) -> Reading:
    """Return the reading of every file that decides whether money may be sent, and how much.

    A scan is judged by `kalshi_alpha.config.weakening.config_reading` alone: it sends nothing, and
    depends on neither the ramp's file nor the monitors'.
    """
    read = config_reading(settings)
    lines = (
        *(f"{_MONITORS}: {line}" for line in monitors.weakening(monitor_file)),
        *ramp.ramp_weakening(ramp_file),
    )
    findings = (*read.findings, *(Finding(Reason.CONFIG_WEAKENED, line) for line in lines))
    return replace(read, findings=findings)


def load_monitor_file(folder: Path) -> MonitorSettings:
    """Read the monitors' file, however loose it is.

    Raises
    ------
    ConfigError
        If it is absent or wrong.
    """
    return load(folder / _MONITORS, MonitorSettings).value


def schema_of(name: str) -> dict[str, Any]:
    """Return the JSON Schema of one configuration file.

    Values that lie between bounds are checked when the file is read; the schema says which keys
    there are, of which kind, and which must be there.
    """
    schema = msgspec.json.schema(CONFIG_FILES[name])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"configs/{name}.yaml",
    } | schema
