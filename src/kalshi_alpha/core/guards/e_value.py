r"""Evidence that there is an edge at all, valid whenever it is looked at.

The null hypothesis is that units earn nothing on average, given the past. K is the wealth of a
bettor who stakes fixed fractions on our own fills; by Ville's inequality it reaches 20 with
probability at most 5 % under the null, over all time (Waudby-Smith & Ramdas 2024).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.guards.detector import require_unit_id

FRACTIONS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5)
REJECT_AT = 20.0  # five per cent
_LOG_LARGEST = 690.0  # exp of it is still a number
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class WealthState:
    r"""Log wealth of :math:`K \leftarrow K (1 + \lambda P / D)` for each fraction.

    Parameters
    ----------
    fractions
        Fractions staked; the e-value is the mean of their wealths.
    log_wealth
        One per fraction; empty at the start means zeros.
    units
        Ids of the units that have entered, in order; each enters once.

    Raises
    ------
    BadParameter
        If a fraction is outside (0, 1), or the lengths differ.
    """

    fractions: tuple[float, ...] = FRACTIONS
    log_wealth: tuple[float, ...] = ()
    units: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.log_wealth:
            object.__setattr__(self, "log_wealth", (0.0,) * len(self.fractions))
        sound = self.fractions and all(0.0 < fraction < 1.0 for fraction in self.fractions)
        if not sound or len(self.log_wealth) != len(self.fractions):
            raise BadParameter(f"impossible wealth: fractions {self.fractions}")
        if any(math.isnan(value) for value in self.log_wealth):
            raise BadParameter("wealth is not a number")

    @property
    def e_value(self) -> float:
        """Mean wealth: evidence against the null, 1 at the start."""
        wealth = [math.exp(min(value, _LOG_LARGEST)) for value in self.log_wealth]
        return sum(wealth) / len(wealth)

    @property
    def rejects(self) -> bool:
        """Whether the null is rejected at five per cent, as things stand."""
        return self.e_value >= REJECT_AT

    def update(self, unit_id: str, pnl: float, worst_loss: float) -> WealthState:
        """Return the state after one settled unit; unchanged if the unit entered before.

        Parameters
        ----------
        unit_id
            The unit's id.
        pnl, worst_loss
            Its net profit, and the most it could have lost (positive), in dollars.

        Raises
        ------
        BadParameter
            If the worst loss is not positive, or the loss exceeds it.
        """
        if require_unit_id(unit_id) in self.units:
            return self
        if not (0.0 < worst_loss < math.inf and math.isfinite(pnl)):
            raise BadParameter(f"no bet on profit {pnl} with worst loss {worst_loss}")
        odds = pnl / worst_loss
        if not odds >= -1.0 - _ROUNDING:
            raise BadParameter(f"lost {-pnl}, more than the worst case {worst_loss}")
        grown = tuple(
            value + math.log1p(fraction * max(odds, -1.0))
            for value, fraction in zip(self.log_wealth, self.fractions, strict=True)
        )
        return replace(self, log_wealth=grown, units=(*self.units, unit_id))

    def replay(self, log: Iterable[tuple[str, float, float]]) -> WealthState:
        """Return the state reached from nothing over ``(unit_id, pnl, worst_loss)`` rows."""
        state = replace(self, log_wealth=(), units=())
        for row in log:
            state = state.update(*row)
        return state
