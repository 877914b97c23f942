"""The evidence of an edge that live trading waits for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from kalshi_alpha.core.gates.readings import Finding, Reading, ReadingName
from kalshi_alpha.core.gates.reasons import Reason


@dataclass(frozen=True, slots=True)
class EvidenceLimits:
    """The ramp policy: what the ledger must show before size is raised.

    ``min_delta_bps`` is in basis points of a one-dollar payout; ``min_units`` counts
    independent pieces of news, of which none may carry more than ``max_unit_share`` of the
    contracts. ``needs_closing_line`` refuses a family whose outcomes are too few to judge by.
    """

    min_fills: int = 300
    min_delta_bps: float = 6.0
    min_t_stat: float = 2.0
    min_units: int = 10
    max_guardrail_breaches: int = 0
    max_unit_share: float = 0.2
    needs_closing_line: bool = False


@dataclass(frozen=True, slots=True)
class RampEvidence:
    """What the ledger shows for one series.

    Attributes
    ----------
    series
        Its name.
    fills, units
        Orders filled, and independent pieces of news they settled on.
    delta_bps, t_stat
        Realised less expected edge in basis points of payout, and its clustered t-statistic;
        None if there is nothing to compute them from.
    guardrail_breaches
        Trades beyond a cap, a limit or a freeze.
    honest
        Whether the honesty bins support the expected edge.
    largest_unit_share
        Share of the contracts that one piece of news carries; None if there are none.
    by_closing_line
        Whether the figures rest on closing mids that were shown to be calibrated.
    """

    series: str
    fills: int
    units: int
    delta_bps: float | None
    t_stat: float | None
    guardrail_breaches: int
    honest: bool
    largest_unit_share: float | None = None
    by_closing_line: bool = False


def ramp_reading(
    evidence: RampEvidence,
    limits: EvidenceLimits,
    *,
    made_at: datetime,
    max_age: timedelta | None = None,
    sha256: str | None = None,
) -> Reading:
    """Return the reading of the ramp for one series; everything that is missing is named."""
    return Reading(
        ReadingName.RAMP,
        tuple(_lacking(evidence, limits)),
        detail=f"{evidence.series}: {evidence.fills} fills, {evidence.units} units",
        at=made_at,
        max_age=max_age,
        sha256=sha256,
    )


def _lacking(evidence: RampEvidence, limits: EvidenceLimits) -> Iterator[Finding]:
    for reason, found, minimum in (
        (Reason.INSUFFICIENT_FILLS, evidence.fills, limits.min_fills),
        (Reason.INSUFFICIENT_UNITS, evidence.units, limits.min_units),
        (Reason.INSUFFICIENT_DELTA_BPS, evidence.delta_bps, limits.min_delta_bps),
        (Reason.INSUFFICIENT_T_STAT, evidence.t_stat, limits.min_t_stat),
    ):
        # Stated as what must hold, so that a NaN fails too.
        if found is None or not found >= minimum:
            shown = f"{found:.2f}" if isinstance(found, float) else str(found)
            yield Finding(reason, f"{evidence.series}: {shown}, minimum {minimum}")
    share = evidence.largest_unit_share
    # Without a contract there is no share, and the number of fills says so already.
    if share is not None and not share <= limits.max_unit_share:
        said = f"{evidence.series}: {share:.3f} of the contracts, maximum {limits.max_unit_share}"
        yield Finding(Reason.UNIT_SHARE, said)
    if limits.needs_closing_line and evidence.fills and not evidence.by_closing_line:
        said = f"{evidence.series}: judged by its outcomes, and they are too few"
        yield Finding(Reason.CLOSING_LINE, said)
    if not evidence.guardrail_breaches <= limits.max_guardrail_breaches:
        said = f"{evidence.series}: {evidence.guardrail_breaches} guardrail breaches"
        yield Finding(Reason.GUARDRAIL_BREACH, said)
    if not evidence.honest:
        yield Finding(Reason.EV_HONESTY, f"{evidence.series}: a bin is below expectation")
