"""Which readings each action needs, and what is said when one fails."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from kalshi_alpha.core.gates.readings import Fault, ReadingName
from kalshi_alpha.core.gates.reasons import Reason


class Action(StrEnum):
    """What is about to be done, from the least to the most dangerous."""

    OFFLINE = "offline"
    PAPER = "paper"
    DRY = "dry"
    SIM = "sim"
    PRACTICE = "practice"
    """At the local exchange, below a root whose practice counts as evidence."""
    RAMP = "ramp"
    """Deciding from files alone, with no venue asked, whether a pilot may be held."""
    LIVE = "live"


class Need(StrEnum):
    """How an action treats a reading: it must be there, or counts only where it exists."""

    REQUIRED = "required"
    IF_PRESENT = "if_present"


# Panic and drawdown are latched files: where none was ever written, a scan has nothing to obey.
_SCAN: dict[ReadingName, Need] = {
    ReadingName.CONFIG: Need.REQUIRED,
    ReadingName.KILL_SWITCH: Need.REQUIRED,
    ReadingName.TIME_ZONE: Need.REQUIRED,
    ReadingName.FEEDS: Need.REQUIRED,
    ReadingName.SCHEDULE: Need.REQUIRED,
    ReadingName.QUALITY: Need.REQUIRED,
    ReadingName.HEARTBEAT: Need.IF_PRESENT,
    ReadingName.PANIC: Need.IF_PRESENT,
    ReadingName.DRAWDOWN: Need.IF_PRESENT,
    ReadingName.LIVE_QUOTE: Need.IF_PRESENT,
}
_SEND: dict[ReadingName, Need] = _SCAN | {
    ReadingName.HEARTBEAT: Need.REQUIRED,
    ReadingName.PANIC: Need.REQUIRED,
    ReadingName.DRAWDOWN: Need.REQUIRED,
    ReadingName.MONITORS: Need.REQUIRED,
    ReadingName.LEDGER: Need.REQUIRED,
    ReadingName.RAMP: Need.REQUIRED,
    ReadingName.CLOCK: Need.REQUIRED,
    ReadingName.RECONCILIATION: Need.REQUIRED,
    ReadingName.EXCHANGE: Need.REQUIRED,
}
# A rehearsal proves the path of an order. It must be possible on a machine that has no ledger, no
# monitors and no evidence yet: what exists is judged, and what speaks for safety must exist.
_REHEARSE: dict[ReadingName, Need] = _SCAN | {
    ReadingName.MONITORS: Need.IF_PRESENT,
    ReadingName.LEDGER: Need.IF_PRESENT,
    ReadingName.RAMP: Need.IF_PRESENT,
    ReadingName.CLOCK: Need.REQUIRED,
    ReadingName.RECONCILIATION: Need.REQUIRED,
    ReadingName.EXCHANGE: Need.REQUIRED,
}
# Whoever practises the ramp too is refused as with money; only the account is not real.
_PRACTISE: dict[ReadingName, Need] = _REHEARSE | {
    ReadingName.PANIC: Need.REQUIRED,
    ReadingName.DRAWDOWN: Need.REQUIRED,
    ReadingName.MONITORS: Need.REQUIRED,
    ReadingName.LEDGER: Need.REQUIRED,
    ReadingName.RAMP: Need.REQUIRED,
}
# The decision to ramp is made before dawn, when no session runs and no venue is asked: whatever
# only a session can know is judged where somebody read it, and the session asks for it anew.
_DECIDE: dict[ReadingName, Need] = {
    name: Need.IF_PRESENT
    if name
    in {
        ReadingName.QUALITY,
        ReadingName.HEARTBEAT,
        ReadingName.CLOCK,
        ReadingName.RECONCILIATION,
        ReadingName.EXCHANGE,
    }
    else Need.REQUIRED
    for name in _SEND
    if name is not ReadingName.LIVE_QUOTE
}
_NEEDS: dict[Action, Mapping[ReadingName, Need]] = {
    Action.OFFLINE: MappingProxyType(_SCAN),
    Action.PAPER: MappingProxyType(_SCAN),
    Action.DRY: MappingProxyType(_SCAN),
    Action.SIM: MappingProxyType(_REHEARSE),
    Action.PRACTICE: MappingProxyType(_PRACTISE),
    Action.RAMP: MappingProxyType(_DECIDE),
    Action.LIVE: MappingProxyType(_SEND),
}

# Without a live quote the ten-year's proposals are still worth reading; no other gateway than
# the dry one takes them.
_TOLERATED: dict[Action, frozenset[Reason]] = {
    Action.OFFLINE: frozenset({Reason.NO_LIVE_QUOTE}),
    Action.DRY: frozenset({Reason.NO_LIVE_QUOTE}),
}

_PLAIN: dict[Fault, Reason] = {
    Fault.MISSING: Reason.READING_MISSING,
    Fault.UNREADABLE: Reason.READING_UNREADABLE,
    Fault.EXPIRED: Reason.READING_EXPIRED,
    Fault.FUTURE_DATED: Reason.FUTURE_DATED,
    Fault.NEWER_SCHEMA: Reason.NEWER_SCHEMA,
}


def _always(reason: Reason) -> dict[Fault, Reason]:
    return dict.fromkeys(Fault, reason)


# Where the operators already have a word for the failure of a reading, that word is used.
_FAULT_REASONS: dict[ReadingName, dict[Fault, Reason]] = {
    ReadingName.CONFIG: _always(Reason.CONFIG_UNREADABLE),
    ReadingName.KILL_SWITCH: _always(Reason.KILL_SWITCH),
    ReadingName.TIME_ZONE: _always(Reason.TZ_NOT_ET),
    ReadingName.FEEDS: _always(Reason.STALE_FEEDS),
    ReadingName.SCHEDULE: _always(Reason.CALENDAR_MISSING),
    ReadingName.HEARTBEAT: _always(Reason.HEARTBEAT_STALE)
    | {Fault.MISSING: Reason.HEARTBEAT_MISSING},
    ReadingName.PANIC: _always(Reason.PANIC_BACKOFF),
    ReadingName.DRAWDOWN: _always(Reason.DRAWDOWN),
    ReadingName.MONITORS: _PLAIN
    | {Fault.MISSING: Reason.MONITORS_MISSING, Fault.EXPIRED: Reason.MONITORS_STALE},
    ReadingName.LEDGER: _PLAIN
    | {Fault.MISSING: Reason.LEDGER_MISSING, Fault.EXPIRED: Reason.LEDGER_STALE},
    ReadingName.RAMP: _PLAIN
    | {Fault.MISSING: Reason.RAMP_MISSING, Fault.EXPIRED: Reason.RAMP_STALE},
    ReadingName.CLOCK: _always(Reason.CLOCK_SKEW),
    ReadingName.EXCHANGE: _always(Reason.EXCHANGE_PAUSED),
    ReadingName.LIVE_QUOTE: _always(Reason.NO_LIVE_QUOTE),
}


def needs(action: Action) -> Mapping[ReadingName, Need]:
    """Return the readings that an action depends on; all others are shown and not judged."""
    return _NEEDS[action]


def needs_evidence(action: Action) -> bool:
    """Say whether an action waits for evidence of an edge, and not for safety alone."""
    return action in {Action.PRACTICE, Action.RAMP, Action.LIVE}


def tolerates(action: Action, reason: Reason) -> bool:
    """Say whether an action goes on in spite of a reason."""
    return reason in _TOLERATED.get(action, frozenset())


def fault_reason(name: ReadingName, fault: Fault) -> Reason:
    """Return the reason under which the failure of a reading is reported."""
    return _FAULT_REASONS.get(name, _PLAIN)[fault]
