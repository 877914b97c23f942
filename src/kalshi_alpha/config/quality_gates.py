"""``configs/quality_gates.yaml``: minimum advantages, tolerances and the drift limit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from kalshi_alpha.core.errors import BadParameter, ConfigError

if TYPE_CHECKING:
    from kalshi_alpha.core.gates.quality import QualityLimits


class Advantage(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Least skill against the baseline forecast, 1 - score / baseline score."""

    crps: float
    brier: float

    def __post_init__(self) -> None:
        if not (-1.0 < self.crps < 1.0 and -1.0 < self.brier < 1.0):
            raise BadParameter("an advantage is a skill and must lie in (-1, 1)")


class Tolerances(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How often each fault is tolerated; the baseline is never."""

    tz_not_et: int
    non_monotone_ladders: int
    negative_ev_after_fees: int


class ModelDrift(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Largest relative worsening of the rolling score that is no drift."""

    max_worsening: float

    def __post_init__(self) -> None:
        if not 0.0 <= self.max_worsening < 1.0:
            raise BadParameter("max_worsening must lie in [0, 1)")


class QualityGates(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The quality gates of every family."""

    schema: Literal[1]
    minimum_advantage: dict[str, Advantage]
    tolerances: Tolerances
    model_drift: ModelDrift

    def limits(self, family: str) -> QualityLimits:
        """Return the limits of one family.

        Raises
        ------
        ConfigError
            If the file names no minimum for it: none is no licence.
        """
        from kalshi_alpha.core.gates.quality import QualityLimits

        advantage = self.minimum_advantage.get(family)
        if advantage is None:
            raise ConfigError(f"quality_gates.yaml: minimum_advantage.{family} is missing; add it")
        return QualityLimits(
            min_crps_advantage=advantage.crps,
            min_brier_advantage=advantage.brier,
            max_non_monotone_ladders=self.tolerances.non_monotone_ladders,
            max_negative_ev_after_fees=self.tolerances.negative_ev_after_fees,
            max_tz_not_et=self.tolerances.tz_not_et,
        )
