"""One gate: readings in, verdict with typed reasons out."""

from kalshi_alpha.core.gates.dues import (
    Due,
    climate_dues,
    daily_dues,
    release_dues,
    trading_day_dues,
    weekday_dues,
)
from kalshi_alpha.core.gates.evidence import EvidenceLimits, RampEvidence, ramp_reading
from kalshi_alpha.core.gates.feeds import feeds_reading, required_feeds_ok
from kalshi_alpha.core.gates.freshness import (
    AgeUnit,
    FeedReading,
    FeedRule,
    FeedStatus,
    FeedVerdict,
    grace_told,
    judge_feed,
)
from kalshi_alpha.core.gates.gate import Lifted, Verdict, verdict
from kalshi_alpha.core.gates.heartbeat import HEARTBEAT_MAX_AGE, heartbeat_reading
from kalshi_alpha.core.gates.memos import LIFTABLE, Memo
from kalshi_alpha.core.gates.panic import Alert, latched_panic, panic_reading, panic_until
from kalshi_alpha.core.gates.preconditions import (
    clock_skew_reading,
    exchange_reading,
    kill_switch_reading,
    live_quote_reading,
    schedule_reading,
    time_zone_reading,
)
from kalshi_alpha.core.gates.quality import QualityFigures, QualityLimits, Skill, quality_reading
from kalshi_alpha.core.gates.readings import Fault, Finding, Reading, ReadingName, fault_of
from kalshi_alpha.core.gates.reasons import Part, Reason, ReasonText, describe
from kalshi_alpha.core.gates.requirements import Action, Need, needs

__all__ = [
    "HEARTBEAT_MAX_AGE",
    "LIFTABLE",
    "Action",
    "AgeUnit",
    "Alert",
    "Due",
    "EvidenceLimits",
    "Fault",
    "FeedReading",
    "FeedRule",
    "FeedStatus",
    "FeedVerdict",
    "Finding",
    "Lifted",
    "Memo",
    "Need",
    "Part",
    "QualityFigures",
    "QualityLimits",
    "RampEvidence",
    "Reading",
    "ReadingName",
    "Reason",
    "ReasonText",
    "Skill",
    "Verdict",
    "climate_dues",
    "clock_skew_reading",
    "daily_dues",
    "describe",
    "exchange_reading",
    "fault_of",
    "feeds_reading",
    "grace_told",
    "heartbeat_reading",
    "judge_feed",
    "kill_switch_reading",
    "latched_panic",
    "live_quote_reading",
    "needs",
    "panic_reading",
    "panic_until",
    "quality_reading",
    "ramp_reading",
    "release_dues",
    "required_feeds_ok",
    "schedule_reading",
    "time_zone_reading",
    "trading_day_dues",
    "verdict",
    "weekday_dues",
]
