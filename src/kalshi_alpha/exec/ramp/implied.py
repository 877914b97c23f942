"""What the figures of a decision allow: sizes, weights and caps follow from what stands beside.

Each is computed again from the file alone, so that one that was raised by hand is seen. One that is
lower than its figures is obeyed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from kalshi_alpha.config.ramp import BASELINE, Size
from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.ledger.honesty_bins import (
    RISE_LIMIT,
    Badge,
    badge,
    posterior,
    weight_and_cap,
)
from kalshi_alpha.core.ramp.size import size_multiplier
from kalshi_alpha.exec.ramp.readiness import BinRow, SeriesReadiness

_ERROR = 1e-6


def more_than_implied(each: SeriesReadiness, policy: Mapping[str, Any]) -> Iterator[str]:
    """Yield what a family's entry at GO says above its own figures and the policy it names.

    Parameters
    ----------
    each
        The entry.
    policy
        The decision's policy; the agreed one bounds what it says.
    """
    by_closing = each.statistic.used == "closing_line"
    earned = badge(each.units, each.t_stat_cv if by_closing else each.t_stat)
    if each.badge != earned:
        yield f"badge {each.badge}, of figures that give {earned}"
    allowed = size_multiplier(
        _size(policy).steps(),
        go=each.go,
        badge=Badge(earned),
        e_value=each.e_value,
        previous=each.size_day_start,
    )
    # Stated as what must hold, so that a NaN fails too.
    if not each.size_multiplier <= allowed + _ERROR:
        yield f"size_multiplier {each.size_multiplier:g}, of figures that allow {allowed:g}"
    for row in each.ev_honesty_bins:
        yield from (f"{row.bin}: {line}" for line in _of_bin(row))


def _size(policy: Mapping[str, Any]) -> Size:
    """Return the sizes that a decision names, none of them above the agreed one."""
    agreed = BASELINE.size
    try:
        found = msgspec.convert(policy.get("size"), Size)
        return Size(
            **{
                name: min(getattr(found, name), getattr(agreed, name))
                for name in agreed.__struct_fields__
            }
        )
    except (msgspec.ValidationError, BadParameter):
        return agreed


def _of_bin(row: BinRow) -> Iterator[str]:
    try:
        weight, cap, is_proven = _terms(row)
    except BadParameter as error:
        yield str(error)
        return
    if row.weight_day_start is not None:
        weight = min(weight, row.weight_day_start + RISE_LIMIT)
    if not row.weight <= weight + _ERROR:
        yield f"weight {row.weight:g}, of figures that allow {weight:g}"
    if not row.cap <= cap + _ERROR:
        yield f"cap {row.cap:g}, of figures that allow {cap:g}"
    if not is_proven and (row.cap_lots is None or row.cap_lots > 1):
        yield f"cap_lots {row.cap_lots}, of figures that allow 1"


def _terms(row: BinRow) -> tuple[float, float, bool]:
    """Return the weight and the cap that a bin's slope gives, and whether it has an error."""
    if row.beta_hat is None or row.se is None:
        return 1.0, 1.0, False
    return *weight_and_cap(posterior(row.beta_hat, row.se), BASELINE.shrink), row.se > 0.0
