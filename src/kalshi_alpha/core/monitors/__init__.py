"""Runtime monitors: pure functions from what was gathered to a status, a cause and a remedy."""

from kalshi_alpha.core.monitors.outcome import FamilyOutcome, MonitorOutcome, MonitorStatus
from kalshi_alpha.core.monitors.texts import TEXTS, Monitor, MonitorText

__all__ = [
    "TEXTS",
    "FamilyOutcome",
    "Monitor",
    "MonitorOutcome",
    "MonitorStatus",
    "MonitorText",
]
