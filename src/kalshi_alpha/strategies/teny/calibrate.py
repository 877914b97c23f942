"""Fitting: where the variance stands, how much each kind of news adds, and the quotes' basis."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import msgspec

from kalshi_alpha.core.errors import MissingData
from kalshi_alpha.strategies.teny.basis import Basis, basis_of
from kalshi_alpha.strategies.teny.history import HistoryDay, changes_of, read_history
from kalshi_alpha.strategies.teny.skill import DAYS_LEAST, Skill, walk_forward_skill
from kalshi_alpha.strategies.teny.spread import EventMoment, SpreadState, walk

MODEL_ID = "teny-ewma-events-t-1"
_DIGITS = 9  # parameters are rounded, so that two machines write the same artifact


@dataclass(frozen=True, slots=True)
class TenyCalibration:
    """Everything a ten-year forecast needs besides the day's data.

    Attributes
    ----------
    state
        The spread after the last close.
    basis
        Par yield less quote of 15:30, as far as the history holds quotes.
    days
        What it was fitted on.
    skill
        Walk-forward losses over those days.
    history_sha256
        Hash of the days; names the calibration.
    """

    state: SpreadState
    basis: Basis
    days: tuple[HistoryDay, ...]
    skill: Skill
    history_sha256: str

    @property
    def last_on(self) -> date:
        """Day of the last close fitted on."""
        return self.days[-1].date

    @property
    def last_close_bp(self) -> int:
        """The last close, in basis points."""
        return self.days[-1].close_bp

    @property
    def known_at(self) -> datetime:
        """Instant of the last close: no earlier forecast may use this calibration."""
        return self.days[-1].posted_at


def fit(history: Sequence[Mapping[str, object]], as_of: datetime | None = None) -> TenyCalibration:
    """Fit on the closes posted by ``as_of``; pure, and the same for the same days.

    Raises
    ------
    ParseRefused
        If the history cannot be read.
    MissingData
        If there are too few days.
    """
    days = read_history(history, as_of)
    if len(days) <= DAYS_LEAST:
        raise MissingData(f"TNEY calibration needs {DAYS_LEAST + 1} closes, had {len(days)}")
    changes = changes_of(days)
    _, state = walk(changes)
    return TenyCalibration(
        state=_rounded(state),
        basis=basis_of(
            [each.close_bp - 100.0 * each.quote_pct for each in days if each.quote_pct is not None]
        ),
        days=days,
        skill=walk_forward_skill(changes),
        history_sha256=sha256_of(days),
    )


def sha256_of(days: Sequence[HistoryDay]) -> str:
    """Return the hash that names a calibration on these days."""
    return hashlib.sha256(msgspec.json.encode(days)).hexdigest()


def _rounded(state: SpreadState) -> SpreadState:
    moments = tuple(
        EventMoment(each.name, each.days, round(each.square_sum, _DIGITS)) for each in state.events
    )
    return SpreadState(
        round(state.variance_bp2, _DIGITS), round(state.width_square, _DIGITS), moments
    )
