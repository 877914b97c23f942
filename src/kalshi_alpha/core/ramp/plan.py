"""What is missing for GO, and how long it takes at the rate at which evidence comes in."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from kalshi_alpha.core.gates.evidence import EvidenceLimits
from kalshi_alpha.core.gates.reasons import Reason
from kalshi_alpha.core.ramp.figures import Figures

RATE_DAYS = 28
"""Days back from the clock over which the present rate is counted."""


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that evidence lacks.

    Attributes
    ----------
    reason
        Its word.
    have, need
        What there is, and the least that passes.
    more
        How many more fills or units; None where waiting alone does not bring it.
    days
        How long that takes at the present rate; None without a rate, or where waiting does not
        bring it.
    """

    reason: Reason
    have: float | None
    need: float
    more: int | None
    days: float | None


def missing(figures: Figures, limits: EvidenceLimits) -> tuple[Missing, ...]:
    """Return what the evidence of a family lacks; empty if nothing."""
    return tuple(_missing(figures, limits))


def _missing(figures: Figures, limits: EvidenceLimits) -> Iterator[Missing]:
    if not figures.fills >= limits.min_fills:
        yield _count(
            Reason.INSUFFICIENT_FILLS, figures.fills, limits.min_fills, figures.fills_per_day
        )
    if not figures.units >= limits.min_units:
        yield _count(
            Reason.INSUFFICIENT_UNITS, figures.units, limits.min_units, figures.units_per_day
        )
    delta, t_stat = figures.delta_used_bps, figures.t_used
    if delta is None or not delta >= limits.min_delta_bps:
        # More of the same edge is not more edge.
        yield Missing(Reason.INSUFFICIENT_DELTA_BPS, delta, limits.min_delta_bps, None, None)
    if t_stat is None or not t_stat >= limits.min_t_stat:
        yield _t_stat(figures, limits.min_t_stat)
    breached = len(figures.guardrail_breaches)
    if not breached <= limits.max_guardrail_breaches:
        yield Missing(
            Reason.GUARDRAIL_BREACH, float(breached), limits.max_guardrail_breaches, None, None
        )
    share = figures.largest_unit_share
    if share is not None and not share <= limits.max_unit_share:
        yield Missing(Reason.UNIT_SHARE, share, limits.max_unit_share, None, None)


def _count(reason: Reason, have: int, need: int, rate: float) -> Missing:
    return Missing(reason, float(have), float(need), need - have, _wait(need - have, rate))


def _t_stat(figures: Figures, need: float) -> Missing:
    have = figures.t_used
    if have is None or not have > 0.0:
        return Missing(Reason.INSUFFICIENT_T_STAT, have, need, None, None)
    # The error falls with the root of the number of units, at the edge shown so far.
    more = math.ceil(figures.units * ((need / have) ** 2 - 1.0))
    return Missing(Reason.INSUFFICIENT_T_STAT, have, need, more, _wait(more, figures.units_per_day))


def _wait(more: int, rate: float) -> float | None:
    return more / rate if rate > 0.0 else None
