"""What the ledger shows of one family, from the rows that count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.gates.evidence import RampEvidence
from kalshi_alpha.core.guards.e_value import WealthState
from kalshi_alpha.core.ledger.entry import EntryKind, LedgerEntry, LedgerMode
from kalshi_alpha.core.ledger.evidence import DEFAULT_MODES, evidence_rows
from kalshi_alpha.core.ledger.honesty_bins import (
    RISE_LIMIT,
    Badge,
    BinKey,
    HonestyBin,
    badge,
    empty_bin,
    honesty_bins,
    limit_rises,
)
from kalshi_alpha.core.ledger.standard_errors import ClusteredMean
from kalshi_alpha.core.ledger.units import SettledUnit, settled_units
from kalshi_alpha.core.ramp.bin_veto import vetoing_bins
from kalshi_alpha.core.ramp.statistic import Declaration, Judged, Statistic, judge
from kalshi_alpha.core.types import E6_PER_DOLLAR

RATE_SPAN = timedelta(days=28)


@dataclass(frozen=True, slots=True)
class EvidenceRule:
    """Which rows are evidence.

    Attributes
    ----------
    modes
        Modes that count: paper on the venue's books and live, unless configured otherwise.
    practice
        True only below a root that is for practice: then the simulator's rows count, and no
        others, so that practice and evidence can never be added up.

    Raises
    ------
    BadParameter
        If practice is mixed with anything else, or no mode counts.
    """

    modes: frozenset[LedgerMode] = DEFAULT_MODES
    practice: bool = False

    def __post_init__(self) -> None:
        if self.practice != (LedgerMode.SIM in self.modes) or (
            self.practice and len(self.modes) > 1
        ):
            raise BadParameter("practice counts sim rows alone, and nothing else ever counts them")
        if not self.modes:
            raise BadParameter("no mode counts as evidence")

    def rows(self, entries: Iterable[LedgerEntry], family: str) -> list[LedgerEntry]:
        """Return a family's rows that count, in the order given.

        Raises
        ------
        BadParameter
            If ``modes`` names offline, which never counts.
        """
        own = [entry for entry in entries if entry.family == family]
        if not self.practice:
            return evidence_rows(own, self.modes)
        return [
            entry
            for entry in own
            if entry.mode is LedgerMode.SIM
            and entry.kind is EntryKind.FILLED
            and entry.filled_e2 > 0
        ]


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything a family is judged by.

    Attributes
    ----------
    family
        Its name.
    fills, open_fills
        Settled orders with fills within the declared window, and those still open.
    units
        Pieces of news that the settled ones rest on.
    judged
        Both statistics.
    e_value
        Evidence against the null that there is no edge; may be looked at whenever one likes.
    badge
        Of the family, from the statistic that counts.
    bins
        Honesty bins.
    guardrail_breaches
        What was done beyond a cap or within a freeze, a line each.
    fills_per_day, units_per_day
        Rates of the last 28 days.
    newest_at
        When the newest of the rows settled; None without one.
    dishonest
        Bins that earned less than the beliefs stored with their orders allow.
    contradictions
        A line for each piece of news that earned what its rows cannot have earned together.
    """

    family: str
    fills: int
    open_fills: int
    units: int
    judged: Judged
    e_value: float
    badge: Badge
    bins: Mapping[BinKey, HonestyBin]
    guardrail_breaches: tuple[str, ...]
    fills_per_day: float
    units_per_day: float
    newest_at: datetime | None
    dishonest: tuple[BinKey, ...] = ()
    contradictions: tuple[str, ...] = ()

    @property
    def delta_used_bps(self) -> float | None:
        """Realised less expected edge by the statistic that counts."""
        return self.judged.sample.mean if self.judged.sample else None

    @property
    def t_used(self) -> float | None:
        """Its t-statistic, over the larger of the clustered and the HAC error."""
        return self.judged.sample.t_stat if self.judged.sample else None

    @property
    def largest_unit_share(self) -> float | None:
        """Share of the contracts that one piece of news carries."""
        return self.judged.sample.largest_unit_share if self.judged.sample else None

    def evidence(self) -> RampEvidence:
        """Return what the gate is told."""
        counts = (self.fills, self.units, len(self.guardrail_breaches))
        return evidence_of(self.family, self.judged, counts, honest=not self.dishonest)


def evidence_of(
    family: str, judged: Judged, counts: tuple[int, int, int], *, honest: bool
) -> RampEvidence:
    """Return what the gate is told of a family.

    Parameters
    ----------
    family
        Its name.
    judged
        Both statistics, and which of them counts.
    counts
        Settled fills, units, and guardrail breaches.
    honest
        Whether no honesty bin vetoes.
    """
    sample, (fills, units, breaches) = judged.sample, counts
    return RampEvidence(
        series=family,
        fills=fills,
        units=units,
        delta_bps=sample.mean if sample else None,
        t_stat=_t_stat(sample),
        guardrail_breaches=breaches,
        honest=honest,
        largest_unit_share=sample.largest_unit_share if sample else None,
        by_closing_line=judged.used is Statistic.CLOSING_LINE,
    )


def figures(
    family: str,
    rows: Sequence[LedgerEntry],
    declaration: Declaration,
    at: datetime,
    *,
    shrink: float,
    breaches: Sequence[str] = (),
) -> Figures:
    """Compute a family's figures from its evidence rows.

    Parameters
    ----------
    family
        Its name.
    rows
        Its rows that count, of any time up to the clock.
    declaration
        Which statistic judges, and since when.
    at
        The clock.
    shrink
        The run's honest shrink, which the bins' weights multiply.
    breaches
        Guardrail breaches that were found, one line each.

    Raises
    ------
    BadParameter
        If the shrink is not in (0, 1].
    """
    window = [row for row in declaration.window(rows) if row.placed_at <= at]
    # A settlement that the clock does not know yet is none.
    settled = [row for row in window if row.settled_at is not None and row.settled_at <= at]
    judged = judge(settled, declaration.statistic)
    units = len({row.risk_unit for row in settled})
    whole = settled_units(window)
    sample = judged.sample
    since = at - RATE_SPAN
    recent = [row for row in settled if row.settled_at and row.settled_at > since]
    return Figures(
        family=family,
        fills=len(settled),
        open_fills=len(window) - len(settled),
        units=units,
        judged=judged,
        e_value=_e_value([unit for unit in whole if is_possible(unit)], at),
        badge=badge(units, _t_stat(sample)),
        bins=honesty_bins(settled, shrink),
        guardrail_breaches=tuple(breaches),
        fills_per_day=len(recent) / RATE_SPAN.days,
        units_per_day=len({row.risk_unit for row in recent}) / RATE_SPAN.days,
        newest_at=max((row.settled_at for row in settled if row.settled_at), default=None),
        dishonest=vetoing_bins([row for row in settled if row.count_e2]),
        contradictions=tuple(_contradiction(unit) for unit in whole if not is_possible(unit)),
    )


def remembered(
    bins: Mapping[BinKey, HonestyBin], weights: Mapping[BinKey, float], rise: float = RISE_LIMIT
) -> dict[BinKey, HonestyBin]:
    """Return the bins with weights that rise by at most ``rise`` over those last published."""
    previous = {key: replace(empty_bin(key), weight=weight) for key, weight in weights.items()}
    return limit_rises(bins, previous, rise)


def _t_stat(sample: ClusteredMean | None) -> float | None:
    return sample.t_stat if sample else None


def is_possible(unit: SettledUnit) -> bool:
    """Say whether a unit earned what its rows can have earned together."""
    return unit.worst <= unit.realised <= unit.best


def _contradiction(unit: SettledUnit) -> str:
    return (
        f"the ledger's rows of {unit.risk_unit} contradict each other: they earned "
        f"{unit.realised}, and no less than {unit.worst} and no more than {unit.best} dollars; "
        "restore data/proc/ledger_all.parquet from a copy"
    )


def _e_value(units: Iterable[SettledUnit], at: datetime) -> float:
    state = WealthState()
    for unit in units:
        if unit.settled_at <= at:
            state = staked(state, unit)
    return state.e_value


def staked(wealth: WealthState, unit: SettledUnit) -> WealthState:
    """Return a bettor's wealth after a unit; one that could not lose is no bet."""
    if not unit.worst.e6 < 0:
        return wealth
    pnl = unit.realised.e6 / E6_PER_DOLLAR
    return wealth.update(unit.risk_unit, pnl, -unit.worst.e6 / E6_PER_DOLLAR)
