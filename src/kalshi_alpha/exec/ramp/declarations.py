"""Which declarations of a statistic were accepted, and since when their orders count.

A declaration is made before the window that it judges. The first that is seen of a family is taken
as it stands; any other must begin later than everything that was decided under the one before, and
counts orders from when it was first seen. So does one that is the first to be seen although the
ledger holds older orders: what was declared of those is forgotten. No choice of a day can therefore
keep the good orders that were seen already and drop the bad ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from kalshi_alpha.config.ramp import FamilyRamp, Ramp
from kalshi_alpha.core.ramp.statistic import Declaration, Statistic
from kalshi_alpha.exec.ramp.readiness import DeclarationRow, Readiness


def remembered_declarations(last: Readiness | None) -> dict[str, DeclarationRow]:
    """Return what the last decision accepted, by family; one of before says it with its figures."""
    if last is None:
        return {}
    shown = {
        each.series: DeclarationRow(
            series=each.series,
            statistic=each.statistic.declared,
            declared_at=each.statistic.declared_at,
            counts_from=each.statistic.declared_at,
        )
        for each in last.series
    }
    return shown | {row.series: row for row in last.declarations}


def accepted_declarations(
    ramp: Ramp, last: Readiness | None, at: datetime, oldest: Mapping[str, datetime]
) -> dict[str, DeclarationRow]:
    """Return the declaration that judges each family now: the file's, or the last accepted one.

    Parameters
    ----------
    ramp
        ``configs/ramp.yaml``.
    last
        The decision before; None if there was none.
    at
        The clock.
    oldest
        When the oldest order was placed that counts as evidence, by family.
    """
    known = remembered_declarations(last)
    refused = {family for family, _ in _refused(ramp, known, last)}
    found = dict(known)
    for family, own in ramp.families.items():
        before = known.get(family)
        if family not in refused and not (before and _is_same(before, own)):
            is_first = before is None and oldest.get(family, at) >= own.declared_at
            found[family] = DeclarationRow(
                series=family,
                statistic=own.statistic.value,
                declared_at=own.declared_at,
                counts_from=own.declared_at if is_first else max(own.declared_at, at),
            )
    return found


def refused_declarations(ramp: Ramp, last: Readiness | None) -> tuple[str, ...]:
    """Return one line for each family whose declaration was changed after it was decided on."""
    if last is None:
        return ()
    known, since = remembered_declarations(last), last.generated_at.isoformat()
    return tuple(
        f"ramp.yaml: families.{family}.{what}; declared_at must be later than the decision of "
        f"{since}, or put back"
        for family, what in _refused(ramp, known, last)
    )


def declaration_of(row: DeclarationRow) -> Declaration:
    """Return the declaration whose window begins where its orders count from."""
    return Declaration(Statistic(row.statistic), row.counts_from)


def _refused(
    ramp: Ramp, known: Mapping[str, DeclarationRow], last: Readiness | None
) -> list[tuple[str, str]]:
    if last is None:
        return []
    return [
        (family, _change(before, own))
        for family, own in ramp.families.items()
        if (before := known.get(family)) is not None
        and not _is_same(before, own)
        and own.declared_at <= last.generated_at
    ]


def _is_same(row: DeclarationRow, own: FamilyRamp) -> bool:
    return (row.statistic, row.declared_at) == (own.statistic.value, own.declared_at)


def _change(row: DeclarationRow, own: FamilyRamp) -> str:
    if row.statistic != own.statistic.value:
        return f"statistic: {own.statistic} was {row.statistic}"
    return f"declared_at: {own.declared_at.isoformat()} was {row.declared_at.isoformat()}"
