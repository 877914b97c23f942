"""A dated forecast and what it was made from."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime

from kalshi_alpha.core.errors import BadParameter, FutureData
from kalshi_alpha.core.forecast.pmf import GridPmf


@dataclass(frozen=True, slots=True)
class InputUsed:
    """One number a forecast was made from, and the moment it could first be known.

    Raises
    ------
    BadParameter
        If the value is not finite, the name is empty, or ``available_at`` has no time zone.
    """

    name: str
    value: float
    unit: str
    available_at: datetime

    def __post_init__(self) -> None:
        if not (self.name and math.isfinite(self.value)):
            raise BadParameter(f"input {self.name!r} has the value {self.value}")
        _require_aware(f"input {self.name}", self.available_at)


@dataclass(frozen=True, slots=True)
class Forecast:
    """A family's forecast of one settlement value, as of one moment.

    ``pmf`` is on the settlement grid; ``latent_mean`` and ``latent_sd`` describe the value before
    rounding, in the grid's unit. ``period`` is what the value measures (a month's first day, a
    week's ending day, the day itself), not when it is published.

    Raises
    ------
    FutureData
        If an input became available after ``as_of``: such a forecast never existed.
    BadParameter
        If a moment has no time zone, the latent is not finite with a positive standard
        deviation, or the model or its calibration is not named.
    """

    family: str
    quantity: str
    period: date
    pmf: GridPmf
    latent_mean: float
    latent_sd: float
    as_of: datetime
    inputs: tuple[InputUsed, ...]
    model_id: str
    calibration_hash: str
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _require_aware("as_of", self.as_of)
        if not (math.isfinite(self.latent_mean) and 0.0 < self.latent_sd < math.inf):
            raise BadParameter(f"latent mean {self.latent_mean}, sd {self.latent_sd}")
        if not (self.family and self.quantity and self.model_id and self.calibration_hash):
            raise BadParameter("a forecast names its family, quantity, model and calibration")
        for used in self.inputs:
            if used.available_at > self.as_of:
                raise FutureData(
                    f"{used.name} became available at {used.available_at.isoformat()}, "
                    f"after the forecast's {self.as_of.isoformat()}"
                )


def _require_aware(what: str, moment: datetime) -> None:
    if moment.utcoffset() is None:
        raise BadParameter(f"{what} has no time zone: {moment.isoformat()}")
