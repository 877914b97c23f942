"""What a family's model has earned the right to, from settled orders and from its own history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kalshi_alpha.core.errors import DomainError
from kalshi_alpha.core.gates.evidence import EvidenceLimits
from kalshi_alpha.core.ledger.entry import LedgerEntry
from kalshi_alpha.core.ramp.figures import Figures, figures
from kalshi_alpha.core.ramp.plan import Missing, missing
from kalshi_alpha.core.ramp.statistic import Declaration
from kalshi_alpha.exec.ramp.declarations import accepted_declarations, declaration_of
from kalshi_alpha.exec.tearsheet.facts import Facts
from kalshi_alpha.exec.tearsheet.picture import Table
from kalshi_alpha.exec.tearsheet.scans import number
from kalshi_alpha.exec.tearsheet.sheet import counted

_HEAD = (
    *("series", "fills", "needs", "news", "needs", "Δ bps", "needs", "t", "needs"),
    *("e-value", "badge", "open fills"),
)


@dataclass(frozen=True, slots=True)
class Earned:
    """A family's evidence against what the ramp asks.

    ``figures`` is None where the ramp does not know the family, or its rows contradict each other;
    ``why`` then says so.
    """

    family: str
    figures: Figures | None
    limits: EvidenceLimits | None
    lacks: tuple[Missing, ...]
    why: str = ""
    practice: bool = False


def earned(facts: Facts, family: str) -> Earned:
    """Work out a family's figures from the rows that count, as of the clock.

    Orders count from where the ramp would let them: from the declaration that it accepted, which a
    later word of ``ramp.yaml`` does not move.
    """
    if family not in facts.ramp.families:
        return Earned(family, None, None, (), f"the ramp policy does not name {family}")
    if facts.ledger_fault:
        return Earned(family, None, None, (), f"the ledger cannot be read: {facts.ledger_fault}")
    rows = facts.evidence(family)
    try:
        found = figures(
            family, rows, _declared(facts, family, rows), facts.at, shrink=facts.ramp.shrink
        )
    except DomainError as error:
        return Earned(family, None, None, (), str(error))
    limits = facts.ramp.limits(family, facts.ramp.policy)
    practice = facts.ramp.evidence.practice
    return Earned(family, found, limits, missing(found, limits), practice=practice)


def _declared(facts: Facts, family: str, rows: Sequence[LedgerEntry]) -> Declaration:
    oldest = {family: min(row.placed_at for row in rows)} if rows else {}
    accepted = accepted_declarations(facts.ramp, facts.readiness, facts.at, oldest)
    return declaration_of(accepted[family])


def evidence_table(found: tuple[Earned, ...]) -> Table:
    """Return the figures of some families beside what the ramp asks of each."""
    return Table(_HEAD, tuple(_row(each) for each in found))


def own_table(each: Earned) -> Table | None:
    """Return one family's figures, a line each; None where they cannot be counted."""
    shown, limits = each.figures, each.limits
    if shown is None or limits is None:
        return None
    share = shown.largest_unit_share
    return Table(
        ("figure", "has", "money asks for"),
        (
            ("settled fills", f"{shown.fills:,}", f"at least {limits.min_fills:,}"),
            ("pieces of news", f"{shown.units:,}", f"at least {limits.min_units:,}"),
            (
                "earned beside what was promised, bps",
                _number(shown.delta_used_bps, "+.1f"),
                f"at least {limits.min_delta_bps:g}",
            ),
            ("its t-statistic", _number(shown.t_used, "+.2f"), f"at least {limits.min_t_stat:g}"),
            ("e-value (evidence of any edge)", f"{shown.e_value:.3g}", "20 is proof at 5 %"),
            (
                "largest share of one piece of news, %",
                "-" if share is None else f"{100 * share:.0f}",
                f"at most {100 * limits.max_unit_share:.0f}",
            ),
            ("open fills", f"{shown.open_fills:,}", ""),
            ("badge", shown.badge.value, "✓ 30 pieces of news and t of 2"),
        ),
    )


def _row(each: Earned) -> tuple[str, ...]:
    shown, limits = each.figures, each.limits
    if shown is None or limits is None:
        return (each.family, *("-" for _ in _HEAD[1:]))
    return (
        each.family,
        f"{shown.fills:,}",
        f"{limits.min_fills:,}",
        f"{shown.units:,}",
        f"{limits.min_units:,}",
        _number(shown.delta_used_bps, "+.1f"),
        f"{limits.min_delta_bps:g}",
        _number(shown.t_used, "+.2f"),
        f"{limits.min_t_stat:g}",
        f"{shown.e_value:.3g}",
        shown.badge.value,
        f"{shown.open_fills:,}",
    )


def said(each: Earned) -> str:
    """Say in one sentence what settled orders have earned."""
    shown = each.figures
    if shown is None:
        return f"No evidence can be counted: {each.why}."
    if not shown.fills:
        return "Nothing with orders yet: no settled fill counts as evidence."
    delta = shown.delta_used_bps
    gap = "" if delta is None else f"; they earned {delta:+.0f} bps beside what was promised"
    t = shown.t_used
    sure = "" if t is None else f" (t {t:+.1f}, e-value {shown.e_value:.3g})"
    return (
        f"{counted(shown.fills, 'settled fill')} on {counted(shown.units, 'piece')} of news "
        f"{'counts' if shown.fills == 1 else 'count'}{gap}{sure}."
        f"{' All of it is practice.' if each.practice else ''}"
    )


def still_missing(each: Earned) -> str:
    """Say what money still asks of the evidence, and how long it takes at the present rate."""
    if each.figures is None or each.limits is None:
        return ""
    if not each.lacks:
        if each.practice:
            return "That is what the ramp asks of the evidence, and practice allows no money."
        return "That is all that the ramp asks of the evidence."
    asked = (
        f"Money asks for {each.limits.min_fills:,} fills on {each.limits.min_units:,} pieces of "
        f"news, {each.limits.min_delta_bps:+g} bps and t of {each.limits.min_t_stat:g}"
    )
    days = [lack.days for lack in each.lacks]
    known = [day for day in days if day is not None]
    if not known:
        return f"{asked}. No date can be given: nothing settled in the last 28 days."
    open_end = "at least " if None in days else ""
    return f"{asked}: {open_end}{max(known):.0f} days more at the present rate."


def on_history(quality: Mapping[str, Any]) -> str:
    """Say how the model did on its own history, as the scan judged it."""
    detail = str(quality.get("detail", ""))
    gain = quality.get("crps_advantage")
    if not isinstance(gain, int | float):
        return f"On its own history: {detail or 'not measured'}."
    word = "better" if gain > 0 else "worse"
    scored = number(quality.get("months")) or 0.0
    return (
        f"On its own history it was {100 * abs(gain):.0f} % {word} (CRPS) than the best baseline, "
        f"{quality.get('baseline')}, over {scored:,.0f} outcomes, walk-forward."
    )


def _number(value: float | None, form: str) -> str:
    return "-" if value is None else format(value, form)
