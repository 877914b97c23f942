"""What the last ramp decision published: the memory by which weights and sizes rise slowly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from kalshi_alpha.config.ramp import Ramp
from kalshi_alpha.core.errors import DataError, MissingData
from kalshi_alpha.core.ledger.honesty_bins import RISE_LIMIT, BinKey
from kalshi_alpha.exec.ramp.readiness import Readiness, read_readiness, weights_of


@dataclass(frozen=True, slots=True)
class Memory:
    """The previous decision.

    Attributes
    ----------
    last
        It; None if there was none, or it cannot be trusted.
    rise
        How much weights and sizes may rise by now. A decision repeated at the same clock is no
        refresh, so nothing rises and the file comes out the same.
    problem
        Why a file that is there was not used; empty otherwise.
    """

    last: Readiness | None
    rise: float = RISE_LIMIT
    problem: str = ""

    @classmethod
    def read(cls, path: Path, at: datetime) -> Memory:
        """Read the file that is about to be replaced."""
        try:
            last = read_readiness(path, at, None)
        except MissingData:
            return cls(None)
        except DataError as error:
            return cls(None, problem=str(error))
        return cls(last, RISE_LIMIT if last.generated_at < at else 0.0)

    @property
    def made_at(self) -> datetime | None:
        """When it was made."""
        return self.last.generated_at if self.last else None

    def size(self, family: str) -> float | None:
        """Return the size multiplier it gave a family, or None."""
        own = self.last.of(family) if self.last else None
        return own.size_multiplier if own else None

    def weights(self, family: str) -> Mapping[BinKey, float]:
        """Return the weights it gave a family's bins."""
        return {key: w for key, w in weights_of(self.last).items() if key.family == family}

    def doubts(self, ramp: Ramp) -> tuple[str, ...]:
        """Return one line per family whose statistic was changed after the last decision saw it.

        A statistic is declared before the window that it judges. One that was declared anew has
        to begin a new window, later than everything that was seen under the old one.
        """
        if self.last is None:
            return ()
        lines = []
        for each in self.last.series:
            own = ramp.families.get(each.series)
            changed = own is not None and own.statistic.value != each.statistic.declared
            if own is not None and changed and own.declared_at <= self.last.generated_at:
                since = self.last.generated_at.isoformat()
                lines.append(
                    f"ramp.yaml: families.{each.series}.statistic: {own.statistic} was "
                    f"{each.statistic.declared} at {since}; declared_at must be later"
                )
        return tuple(lines)
