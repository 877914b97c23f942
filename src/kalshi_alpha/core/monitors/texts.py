"""Every monitor by name: what it measures, and what an operator needs to know of its alert."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kalshi_alpha.core.gates.reasons import Reason


class Monitor(StrEnum):
    """The monitors, in the order in which they are listed."""

    EV_GAP = "ev_gap"
    FILL_REALISM = "fill_realism"
    DRAWDOWN = "drawdown"
    WEBSOCKET = "websocket"
    AUTH_ERROR_STREAK = "auth_error_streak"
    EV_SEQ_GUARD = "ev_seq_guard"
    FREEZE_WINDOW = "freeze_window"
    KILL_SWITCH = "kill_switch"
    HEARTBEAT = "heartbeat"
    CLOCK_SKEW = "clock_skew"
    RECONCILIATION = "reconciliation"
    MODEL_DRIFT = "model_drift"
    TZ_NOT_ET = "tz_not_et"
    NON_MONOTONE_LADDERS = "non_monotone_ladders"
    NEGATIVE_EV_AFTER_FEES = "negative_ev_after_fees"
    FRESHNESS = "freshness"


@dataclass(frozen=True, slots=True)
class MonitorText:
    """What a monitor is about.

    Attributes
    ----------
    measures
        What its figure is.
    unit
        What figure and threshold are counted in.
    cause, effect, remedy
        Why it alerts, what that does to trading, and what to do.
    reason
        The word under which the gate refuses while it alerts.
    """

    measures: str
    unit: str
    cause: str
    effect: str
    remedy: str
    reason: Reason


_SEND = "nothing is sent for the series; scans and paper go on"
_ALL = "nothing is sent for any series; scans and paper go on"
_STOP = "nothing is proposed and nothing is sent, for any series"

TEXTS: dict[Monitor, MonitorText] = {
    Monitor.EV_GAP: MonitorText(
        "t-statistic of realised less expected edge over settled fills, clustered by piece of news",
        "t",
        "settled fills earned less than was expected of them, by more than chance explains",
        f"monitor_alert: {_SEND}",
        "look at the honesty bins in reports/pilot_ready.json, calibrate the family again, and go "
        "on in paper until the gap closes",
        Reason.MONITOR_ALERT,
    ),
    Monitor.FILL_REALISM: MonitorText(
        "simulated less realised fill ratio of the same orders",
        "points",
        "the fill model expects other fills than the orders got, beyond its 95 % interval",
        f"monitor_alert: {_SEND}",
        "refresh the fill ratio: scan with --fill-alpha auto",
        Reason.MONITOR_ALERT,
    ),
    Monitor.DRAWDOWN: MonitorText(
        "fall of settled and marked profit from its best, over New York's day or over seven, "
        "whichever is nearer to its limit; expected profit never counts",
        "USD",
        "losses of the day or of seven days reached their limit",
        f"drawdown: {_STOP}",
        "review the ledger; trading resumes by itself when the limit is respected again",
        Reason.DRAWDOWN,
    ),
    Monitor.WEBSOCKET: MonitorText(
        "connections of the market stream lost per hour, over the last hours of a session",
        "disconnects an hour",
        "the stream of books was lost too often, or a session that should write telemetry does not",
        f"monitor_alert: {_ALL}",
        "look at the ws_ lines of data/raw/kalshi/YYYY/MM/DD/exec.jsonl and at the network; end "
        "the session if its telemetry stopped",
        Reason.MONITOR_ALERT,
    ),
    Monitor.AUTH_ERROR_STREAK: MonitorText(
        "calls in a row that the exchange answered with 401 or 403, the most since the last look",
        "rejects in a row",
        "the exchange refuses our signature, or a session that should write telemetry does not",
        f"monitor_alert: {_ALL}",
        "check key id, key file and clock, then python -m kalshi_alpha.dev.sanity_check "
        "--live-smoke; a call that is answered clears it when the monitors run again after it",
        Reason.MONITOR_ALERT,
    ),
    Monitor.EV_SEQ_GUARD: MonitorText(
        "the nearest of the guard's detectors to its threshold, over settled units of news",
        "share of the threshold",
        "realised edge fell below expected edge, one settled unit after the other",
        f"sequential_alert: {_SEND}",
        "stop the series and calibrate it again; only a memo in data/proc/state/memos with reason "
        "sequential_alert resets the guard",
        Reason.SEQUENTIAL_ALERT,
    ),
    Monitor.FREEZE_WINDOW: MonitorText(
        "families that are frozen ahead of their news, or whose calendar ends",
        "families",
        "a family is frozen ahead of its news",
        "freeze_window: nothing is proposed, sent or left resting for the frozen series; others go "
        "on",
        "wait for the window that the cause names",
        Reason.FREEZE_WINDOW,
    ),
    Monitor.KILL_SWITCH: MonitorText(
        "whether data/proc/state/kill_switch exists or cannot be read",
        "switches on",
        "somebody stopped every submission",
        f"kill_switch: {_STOP}",
        "find out who set it and why, then python -m kalshi_alpha.exec.heartbeat --kill-switch off",
        Reason.KILL_SWITCH,
    ),
    Monitor.HEARTBEAT: MonitorText(
        "age of the last sign of life while a session claims to run",
        "seconds",
        "a session claims to run and does not beat, or its heartbeat cannot be trusted",
        f"heartbeat_stale: {_STOP}",
        "find out what became of the session, then python -m kalshi_alpha.exec.heartbeat --beat",
        Reason.HEARTBEAT_STALE,
    ),
    Monitor.CLOCK_SKEW: MonitorText(
        "difference of our clock and the exchange's in the latest session",
        "seconds",
        "the clocks differ, or ours was doubted in the session",
        f"clock_skew: {_ALL}",
        "synchronise the clock with NTP, then hold a session or run python -m "
        "kalshi_alpha.dev.sanity_check --live-smoke",
        Reason.CLOCK_SKEW,
    ),
    Monitor.RECONCILIATION: MonitorText(
        "differences from the exchange in the latest comparison",
        "breaks",
        "orders, fills, positions or cash differ from the exchange's, or the order journal cannot "
        "be read",
        f"reconciliation_break: {_ALL}",
        "resolve every break that reports/_artifacts/pilot_session.json lists, then hold a session "
        "that ends without one",
        Reason.RECONCILIATION_BREAK,
    ),
    Monitor.MODEL_DRIFT: MonitorText(
        "families whose recent scores are more than a tenth worse than their baseline's",
        "families",
        "the model's recent scores worsened",
        "model_drift: nothing is proposed or sent for the series; others go on",
        "calibrate again with current history, check the driver inputs, and scan again",
        Reason.MODEL_DRIFT,
    ),
    Monitor.TZ_NOT_ET: MonitorText(
        "difference of the process's UTC offset from New York's",
        "hours",
        "the machine's zone is not the one that the schedule is written in",
        f"tz_not_et: {_STOP}",
        "set TZ=America/New_York",
        Reason.TZ_NOT_ET,
    ),
    Monitor.NON_MONOTONE_LADDERS: MonitorText(
        "model survival curves that rise with the strike, in the latest scan",
        "curves",
        "a model survival curve rises with the strike",
        "non_monotone_ladders: nothing is proposed or sent for the series; others go on",
        "inspect the forecast, adjust its variance or its grid, and scan again",
        Reason.NON_MONOTONE_LADDERS,
    ),
    Monitor.NEGATIVE_EV_AFTER_FEES: MonitorText(
        "proposals without positive expected value after fees, in the latest scan",
        "proposals",
        "a proposal has no positive expected value once fees are paid",
        "negative_ev_after_fees: nothing is proposed or sent for the series; others go on",
        "inspect the fee schedule and the size, and scan again",
        Reason.NEGATIVE_EV_AFTER_FEES,
    ),
    Monitor.FRESHNESS: MonitorText(
        "required feeds that are not in order",
        "feeds",
        "a feed that a switched-on series needs is stale, overdue, missing, out of range or "
        "future-dated",
        f"STALE_FEEDS: {_STOP}",
        "python -m kalshi_alpha.datastore.ingest --all --online, then make freshness-smoke",
        Reason.STALE_FEEDS,
    ),
}
"""What each monitor is about; the run-book's page is held against it."""
