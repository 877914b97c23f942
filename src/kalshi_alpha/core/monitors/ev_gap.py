"""Whether settled fills earn what was expected of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from kalshi_alpha.core.ledger.delta import SettledFill, contracts, series_delta
from kalshi_alpha.core.ledger.standard_errors import clustered_mean
from kalshi_alpha.core.monitors.endings import of_families
from kalshi_alpha.core.monitors.outcome import FamilyOutcome, MonitorOutcome, MonitorStatus
from kalshi_alpha.core.monitors.texts import Monitor


def ev_gap(fills: Mapping[str, Sequence[SettledFill]], t_alert: float) -> MonitorOutcome:
    """Judge the t-statistic of realised less expected edge, family by family.

    Parameters
    ----------
    fills
        By family, settled fills in settlement order.
    t_alert
        The t-statistic at which, and below which, a family alerts.
    """
    found = {family: _family(rows, t_alert) for family, rows in fills.items()}
    return of_families(
        Monitor.EV_GAP, found, t_alert, largest=False, nothing="fewer than two units have settled"
    )


def _family(fills: Sequence[SettledFill], t_alert: float) -> FamilyOutcome:
    if not fills:
        return FamilyOutcome(MonitorStatus.NO_DATA, None, t_alert, "no fill has settled")
    deltas = np.array([fill.delta_bps for fill in fills])
    mean = clustered_mean(deltas, contracts(fills), [fill.risk_unit for fill in fills])
    if mean.t_stat is None:
        # One unit, or units all alike, have no error to hold the gap against.
        said = f"{mean.n_units} unit of news has settled, two are needed"
        return FamilyOutcome(MonitorStatus.NO_DATA, None, t_alert, said)
    if mean.t_stat > t_alert:
        return FamilyOutcome(MonitorStatus.OK, mean.t_stat, t_alert)
    gap = series_delta(fills).ev_gap_bps
    said = f"EV gap {gap:.0f} bps over {len(fills)} fills of {mean.n_units} units"
    cause = f"{said}, t {mean.t_stat:.2f}, alert at {t_alert:g}"
    return FamilyOutcome(MonitorStatus.ALERT, mean.t_stat, t_alert, cause)
