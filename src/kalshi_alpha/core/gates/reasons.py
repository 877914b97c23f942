"""Why the gate refuses: every reason with its cause, its effect and its remedy."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Part(StrEnum):
    """The part of the verdict a reason speaks against."""

    SAFETY = "safety"
    EVIDENCE = "evidence"


class Reason(StrEnum):
    """A reason to refuse, in the order in which a verdict lists them."""

    KILL_SWITCH = "kill_switch"
    NOT_BUILT = "not_built"
    CONFIG_UNREADABLE = "config_unreadable"
    CONFIG_WEAKENED = "config_weakened"
    TZ_NOT_ET = "tz_not_et"
    CLOCK_SKEW = "clock_skew"
    STALE_FEEDS = "STALE_FEEDS"
    TENY_SERIES_MISMATCH = "TENY_SERIES_MISMATCH"
    OVERDUE = "overdue"
    OUT_OF_RANGE = "out_of_range"
    CALENDAR_MISSING = "calendar_missing"
    FREEZE_WINDOW = "freeze_window"
    OUTSIDE_WINDOW = "outside_window"
    EXCHANGE_PAUSED = "exchange_paused"
    MARKET_CLOSED = "market_closed"
    HEARTBEAT_MISSING = "heartbeat_missing"
    HEARTBEAT_STALE = "heartbeat_stale"
    PANIC_BACKOFF = "panic_backoff"
    DRAWDOWN = "drawdown"
    SEQUENTIAL_ALERT = "sequential_alert"
    MONITOR_ALERT = "monitor_alert"
    GUARDRAIL_BREACH = "guardrail_breach"
    MONITORS_MISSING = "monitors_missing"
    MONITORS_STALE = "monitors_stale"
    LEDGER_MISSING = "ledger_missing"
    LEDGER_STALE = "ledger_stale"
    RECONCILIATION_BREAK = "reconciliation_break"
    RAMP_MISSING = "ramp_missing"
    RAMP_STALE = "ramp_stale"
    NON_MONOTONE_LADDERS = "non_monotone_ladders"
    NEGATIVE_EV_AFTER_FEES = "negative_ev_after_fees"
    MARKET_INCONSISTENT = "market_inconsistent"
    MODEL_DRIFT = "model_drift"
    LOW_CRPS_ADVANTAGE = "low_crps_advantage"
    LOW_BRIER_ADVANTAGE = "low_brier_advantage"
    NO_LIVE_QUOTE = "no_live_quote"
    READING_MISSING = "reading_missing"
    READING_UNREADABLE = "reading_unreadable"
    READING_EXPIRED = "reading_expired"
    FUTURE_DATED = "future_dated"
    NEWER_SCHEMA = "newer_schema"
    INSUFFICIENT_FILLS = "insufficient_fills"
    INSUFFICIENT_UNITS = "insufficient_units"
    UNIT_SHARE = "unit_share"
    CLOSING_LINE = "closing_line"
    INSUFFICIENT_DELTA_BPS = "insufficient_delta_bps"
    INSUFFICIENT_T_STAT = "insufficient_t_stat"
    EV_HONESTY = "ev_honesty"
    POLICY_OVERRIDE = "policy_override"

    @property
    def part(self) -> Part:
        """Whether the reason speaks against safety or against the evidence of an edge."""
        return Part.EVIDENCE if self in _EVIDENCE else Part.SAFETY


_EVIDENCE = frozenset(
    {
        Reason.INSUFFICIENT_FILLS,
        Reason.INSUFFICIENT_UNITS,
        Reason.UNIT_SHARE,
        Reason.CLOSING_LINE,
        Reason.INSUFFICIENT_DELTA_BPS,
        Reason.INSUFFICIENT_T_STAT,
        Reason.EV_HONESTY,
        Reason.POLICY_OVERRIDE,
    }
)


@dataclass(frozen=True, slots=True)
class ReasonText:
    """What an operator needs to know about a reason."""

    cause: str
    effect: str
    remedy: str


def describe(reason: Reason) -> ReasonText:
    """Return the cause, effect and remedy of a reason."""
    return _TEXTS[reason]


_STOP = "Nothing is proposed and nothing is sent, for any series."
_SERIES = "Nothing is proposed or sent for this series; others go on."
_SEND = "Nothing is sent to the simulator or the exchange; scans and paper go on."
_LIVE = "No live order is sent; scans, paper and the simulator go on."

_TEXTS: dict[Reason, ReasonText] = {
    Reason.KILL_SWITCH: ReasonText(
        "The sentinel data/proc/state/kill_switch exists or cannot be read.",
        _STOP,
        "Find out who set it and why, then `python -m kalshi_alpha.exec.heartbeat --kill-switch "
        "off`.",
    ),
    Reason.NOT_BUILT: ReasonText(
        "This version does not contain what was asked for.",
        _SERIES,
        "Leave the series or the option switched off, or install a version that has it.",
    ),
    Reason.CONFIG_UNREADABLE: ReasonText(
        "A file in configs/ is missing, is not valid YAML, or has an unknown or impossible key.",
        _STOP,
        "Correct the file and key that the message names.",
    ),
    Reason.CONFIG_WEAKENED: ReasonText(
        "A guardrail in configs/ is looser than the baseline in the code.",
        _STOP,
        "Restore the committed value; a baseline is changed only by a reviewed commit.",
    ),
    Reason.TZ_NOT_ET: ReasonText(
        "The process's UTC offset at the run's clock is not New York's.",
        _STOP,
        "Run with TZ=America/New_York.",
    ),
    Reason.CLOCK_SKEW: ReasonText(
        "The system clock differs from the exchange's by more than five seconds, or the "
        "difference is not known.",
        _SEND,
        "Synchronise the clock with NTP and repeat.",
    ),
    Reason.STALE_FEEDS: ReasonText(
        "A feed that a switched-on series needs is stale, overdue, missing, out of range or "
        "future-dated; the detail names the feed and its state.",
        _STOP,
        "Ingest the feed again and look at the data freshness of the report.",
    ),
    Reason.TENY_SERIES_MISMATCH: ReasonText(
        "The yield in the Treasury table is not the ten-year constant maturity series.",
        _STOP,
        "Check which series the feed was asked for, then ingest it again.",
    ),
    Reason.OVERDUE: ReasonText(
        "A value was due by the release calendar plus the feed's grace and is not there.",
        "Shown as the state of a feed; the refusal itself is STALE_FEEDS.",
        "Check whether the publisher was late, then ingest the feed again.",
    ),
    Reason.OUT_OF_RANGE: ReasonText(
        "A feed's newest value lies outside the range that configs/freshness.yaml allows.",
        "Shown as the state of a feed; the refusal itself is STALE_FEEDS.",
        "Compare the stored raw payload with the publisher's page.",
    ),
    Reason.CALENDAR_MISSING: ReasonText(
        "The calendar names no coming release for this series, or does not cover today.",
        _SERIES,
        "Ingest the macro calendar again; dates are never extrapolated.",
    ),
    Reason.FREEZE_WINDOW: ReasonText(
        "The series is frozen ahead of its news.",
        _SERIES,
        "Wait for the window that the detail names.",
    ),
    Reason.OUTSIDE_WINDOW: ReasonText(
        "A daily mode ran outside its scan window.",
        "The run writes scan notes and proposes nothing.",
        "Run inside the window, or with --snap-to-window wait.",
    ),
    Reason.EXCHANGE_PAUSED: ReasonText(
        "The exchange reports no trading, its state is not known, or it is in its weekly "
        "maintenance.",
        _SEND,
        "Wait until the exchange trades again.",
    ),
    Reason.MARKET_CLOSED: ReasonText(
        "The market is not active or its close has passed.",
        "The order is not sent.",
        "None: the market is over.",
    ),
    Reason.HEARTBEAT_MISSING: ReasonText(
        "data/proc/state/heartbeat.json does not exist and orders are about to be sent.",
        _LIVE,
        "Start the session through its runner, which beats, or "
        "`python -m kalshi_alpha.exec.heartbeat --beat`.",
    ),
    Reason.HEARTBEAT_STALE: ReasonText(
        "The heartbeat is torn, future-dated, or older than five minutes.",
        _STOP,
        "Find out what became of the session, then `python -m kalshi_alpha.exec.heartbeat --beat`.",
    ),
    Reason.PANIC_BACKOFF: ReasonText(
        "Three distinct monitors alerted within thirty minutes.",
        "Nothing is proposed or sent until the trading day ends in New York.",
        "Resolve the alerts; a signed memo lifts it earlier.",
    ),
    Reason.DRAWDOWN: ReasonText(
        "Losses have reached the drawdown limit.",
        "Nothing is proposed or sent.",
        "Review the ledger; trading resumes when the limit is respected again.",
    ),
    Reason.SEQUENTIAL_ALERT: ReasonText(
        "The sequential guard found that realised edge fell below expected edge.",
        _SEND,
        "Stop the series and recalibrate; the guard is reset by memo only.",
    ),
    Reason.MONITOR_ALERT: ReasonText(
        "A runtime monitor is in alert.",
        _SEND,
        "Look at reports/_artifacts/monitors/ and remove the cause.",
    ),
    Reason.GUARDRAIL_BREACH: ReasonText(
        "The ledger holds a trade beyond a cap, a limit or a freeze.",
        _LIVE,
        "Find how the trade passed and correct it; then move the family's declared_at in "
        "configs/ramp.yaml ahead of the clock and run `make pilot-readiness`: its evidence begins "
        "anew from there.",
    ),
    Reason.MONITORS_MISSING: ReasonText(
        "No monitor artifact exists.",
        _LIVE,
        "Run `make monitors`.",
    ),
    Reason.MONITORS_STALE: ReasonText(
        "The monitor artifacts are older than two hours.",
        _SEND,
        "Run `make monitors`, and check its timer.",
    ),
    Reason.LEDGER_MISSING: ReasonText(
        "data/proc/ledger_all.parquet does not exist.",
        _LIVE,
        "Run a scan with --paper-ledger.",
    ),
    Reason.LEDGER_STALE: ReasonText(
        "data/proc/ledger_all.parquet is older than two hours.",
        _SEND,
        "Run a scan with --paper-ledger, or settle and refresh the ledger.",
    ),
    Reason.RECONCILIATION_BREAK: ReasonText(
        "Orders, fills, positions or cash differ from the exchange's.",
        _SEND,
        "Resolve every break that the reconciliation lists.",
    ),
    Reason.RAMP_MISSING: ReasonText(
        "reports/pilot_ready.json does not exist.",
        _LIVE,
        "Run `make pilot-readiness`.",
    ),
    Reason.RAMP_STALE: ReasonText(
        "reports/pilot_ready.json is too old to decide on.",
        _SEND,
        "Run `make pilot-readiness`.",
    ),
    Reason.NON_MONOTONE_LADDERS: ReasonText(
        "A model survival curve rises with the strike.",
        _SERIES,
        "Inspect the forecast; adjust its variance or its grid.",
    ),
    Reason.NEGATIVE_EV_AFTER_FEES: ReasonText(
        "A proposal has no positive expected value once fees are paid.",
        _SERIES,
        "Inspect the fee schedule and the size; such a proposal must not exist.",
    ),
    Reason.MARKET_INCONSISTENT: ReasonText(
        "The exchange's own ladder admits a riskless profit after fees.",
        _SERIES,
        "Check the quotes and the strikes; do not size against them.",
    ),
    Reason.MODEL_DRIFT: ReasonText(
        "The model's recent scores are more than a tenth worse than its baseline's.",
        _SERIES,
        "Calibrate again with current history and check the driver inputs.",
    ),
    Reason.LOW_CRPS_ADVANTAGE: ReasonText(
        "The model's CRPS does not beat its baseline by the minimum in configs, or is unknown.",
        _SERIES,
        "Calibrate again; leave the series off while the advantage is absent.",
    ),
    Reason.LOW_BRIER_ADVANTAGE: ReasonText(
        "The model's Brier score does not beat its baseline by the minimum in configs, or is "
        "unknown.",
        _SERIES,
        "Calibrate again; leave the series off while the advantage is absent.",
    ),
    Reason.NO_LIVE_QUOTE: ReasonText(
        "No ten-year quote younger than sixty seconds is at hand.",
        "Proposals are marked dry_only: only the dry gateway takes them.",
        "Configure the ten_year_quote driver.",
    ),
    Reason.READING_MISSING: ReasonText(
        "Something the decision needs was not read; the detail names it.",
        "The action that needs it is refused.",
        "Produce the file or start the process that the detail names.",
    ),
    Reason.READING_UNREADABLE: ReasonText(
        "Something the decision needs is torn or cannot be read; the detail names it.",
        "The action that needs it is refused.",
        "Look at the file, then write it again with the command that makes it.",
    ),
    Reason.READING_EXPIRED: ReasonText(
        "Something the decision needs is too old; the detail names it.",
        "The action that needs it is refused.",
        "Write it again with the command that makes it.",
    ),
    Reason.FUTURE_DATED: ReasonText(
        "Something the decision needs carries a time later than the clock.",
        "The action that needs it is refused.",
        "Check the clock and what wrote the file, then write it again.",
    ),
    Reason.NEWER_SCHEMA: ReasonText(
        "Something the decision needs was written by a later version of the program.",
        "The action that needs it is refused.",
        "Upgrade this installation, or write the file again with it.",
    ),
    Reason.INSUFFICIENT_FILLS: ReasonText(
        "Fewer filled orders than the ramp policy asks for.",
        _LIVE,
        "Go on in paper with online books; readiness says how long at the present rate.",
    ),
    Reason.INSUFFICIENT_UNITS: ReasonText(
        "Too few independent pieces of news have settled.",
        _LIVE,
        "Go on in paper with online books until more have settled.",
    ),
    Reason.UNIT_SHARE: ReasonText(
        "One piece of news carries too large a share of the contracts.",
        _LIVE,
        "Go on in paper until the contracts are spread over more news.",
    ),
    Reason.CLOSING_LINE: ReasonText(
        "The family is judged by the closing line only, and that is not declared, or closing mids "
        "are not shown to be calibrated.",
        _LIVE,
        "Declare the statistic in configs/ramp.yaml before the window, and record closing mids.",
    ),
    Reason.INSUFFICIENT_DELTA_BPS: ReasonText(
        "Realised less expected edge is below the ramp policy's minimum.",
        _LIVE,
        "Look at the honesty bins, tighten the edge asked for, and go on in paper.",
    ),
    Reason.INSUFFICIENT_T_STAT: ReasonText(
        "The t-statistic, clustered by piece of news, is below the ramp policy's minimum.",
        _LIVE,
        "Go on in paper; only more settled news can raise it.",
    ),
    Reason.EV_HONESTY: ReasonText(
        "Realised edge does not support expected edge in some bin.",
        _LIVE,
        "Apply the weights and caps that readiness recommends.",
    ),
    Reason.POLICY_OVERRIDE: ReasonText(
        "Readiness was asked with a flag looser than configs/ramp.yaml; the detail names it.",
        _LIVE,
        "Run `make pilot-readiness` without the flag: an override is for looking, not for trading.",
    ),
}
