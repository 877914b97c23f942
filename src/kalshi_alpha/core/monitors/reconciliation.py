"""Whether our books and the exchange's agreed when they were last compared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from kalshi_alpha.core.monitors.endings import ended
from kalshi_alpha.core.monitors.outcome import MonitorOutcome, MonitorStatus
from kalshi_alpha.core.monitors.texts import Monitor


@dataclass(frozen=True, slots=True)
class Compared:
    """The latest comparison: when, how many breaks, and what the first was about."""

    at: datetime
    breaks: int
    detail: str = ""


def reconciliation(
    compared: Compared | None, at: datetime, *, max_age: timedelta
) -> MonitorOutcome:
    """Judge the latest comparison with the exchange: a break alerts, however old it is.

    Parameters
    ----------
    compared
        The comparison; None if there never was one.
    at
        The clock.
    max_age
        How old one without breaks may be that still counts.
    """
    if compared is None:
        said = "nothing was ever compared with the exchange"
        return ended(Monitor.RECONCILIATION, MonitorStatus.NO_DATA, None, 0, said)
    if compared.breaks:
        about = f": {compared.detail}" if compared.detail else ""
        said = f"{compared.breaks} breaks at {compared.at:%Y-%m-%dT%H:%M:%SZ}{about}"
        return ended(Monitor.RECONCILIATION, MonitorStatus.ALERT, compared.breaks, 0, said)
    if at - compared.at > max_age:
        hours = (at - compared.at) / timedelta(hours=1)
        said = f"last compared {hours:.0f} h ago"
        return ended(Monitor.RECONCILIATION, MonitorStatus.STALE, 0, 0, said)
    return ended(Monitor.RECONCILIATION, MonitorStatus.OK, 0, 0)
