"""A one-sided cumulative sum that rises while units earn less than was expected of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.guards.detector import Level, require_unit_id
from kalshi_alpha.core.guards.standardise import clip

TIE = 1e-9  # a sum that equals h must alarm, whatever the last bit of its additions says


@dataclass(frozen=True, slots=True)
class CusumState:
    r"""State of :math:`S_t = \max(0, S_{t-1} - z_t - k)` (Page 1954).

    Parameters
    ----------
    k, h
        Allowance and threshold, in standard deviations of a unit.
    h_source
        Where the threshold came from, for the record.
    s
        The sum.
    units
        Ids of the units that have entered, in order; each enters once.
    alarmed_by
        The unit at which S first reached h. The alert then stays until ops reset it: later luck
        does not undo it.

    Raises
    ------
    BadParameter
        If k is negative, h not positive, or S negative.
    """

    k: float
    h: float
    h_source: str = "given"
    s: float = 0.0
    units: tuple[str, ...] = ()
    alarmed_by: str | None = None

    def __post_init__(self) -> None:
        if not (self.k >= 0.0 and self.h > 0.0 and self.s >= 0.0):
            raise BadParameter(f"impossible CUSUM: k {self.k}, h {self.h}, S {self.s}")

    def update(self, unit_id: str, z: float) -> CusumState:
        """Return the state after one settled unit; unchanged if the unit entered before.

        ``z`` is its standardised profit, clipped here at plus and minus 6.

        Raises
        ------
        BadParameter
            If ``z`` is not a number or the id is empty.
        """
        if require_unit_id(unit_id) in self.units:
            return self
        s = max(0.0, self.s - clip(z) - self.k)
        first = unit_id if s >= self.h - TIE and self.alarmed_by is None else self.alarmed_by
        return replace(self, s=s, units=(*self.units, unit_id), alarmed_by=first)

    @property
    def level(self) -> Level:
        """ALERT from the first time S reaches h, WARN while it stands at h/2 or more."""
        if self.alarmed_by is not None:
            return Level.ALERT
        return Level.WARN if self.s >= self.h / 2.0 else Level.OK

    def reset(self) -> CusumState:
        """Return the state with the sum at zero; the units it has seen stay seen."""
        return replace(self, s=0.0, alarmed_by=None)

    def replay(self, log: Iterable[tuple[str, float]]) -> CusumState:
        """Return the state that this detector reaches from nothing over ``(unit_id, z)`` pairs."""
        state = replace(self, s=0.0, units=(), alarmed_by=None)
        for unit_id, z in log:
            state = state.update(unit_id, z)
        return state
