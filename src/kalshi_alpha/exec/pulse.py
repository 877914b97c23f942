"""Judge from outside whether a session is alive: its heartbeat, and the lock it holds.

Time is monotonic seconds, so no step of the wall clock makes a session look dead.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.gates.heartbeat import HEARTBEAT_MAX_AGE
from kalshi_alpha.datastore.state import Heartbeat

HUNG_AFTER_S = 10.0
DEAD_LOOKS = 2


class Life(StrEnum):
    """What a session is found to be."""

    IDLE = "idle"
    """No session that could have orders claims to run."""
    ALIVE = "alive"
    DEAD = "dead"
    """It claims to run, and its process is gone."""
    HUNG = "hung"
    """Its process holds the lock, and it has not beaten for too long."""


class Sight(NamedTuple):
    """What one look saw.

    Attributes
    ----------
    beat
        The heartbeat, or None if there is none or it cannot be read.
    age_s
        Seconds by the wall clock since that beat.
    lock_held
        Whether the process that beat holds the account's lock; None if nobody can tell.
    process_lives
        Whether the process that beat exists.
    unreadable
        Whether there is a heartbeat that cannot be read.
    """

    beat: Heartbeat | None
    age_s: float
    lock_held: bool | None
    process_lives: bool
    unreadable: bool = False


@dataclass(slots=True)
class _Followed:
    """The session that is being watched."""

    name: str
    beat: Heartbeat | None
    changed_at_s: float
    held_lock: bool = False
    gone_looks: int = 0


class Pulse:
    """Follows one session after another through what looks saw of them.

    Parameters
    ----------
    hung_after_s
        Seconds without a new beat after which a session that holds the lock is hung; a session
        beats several times in that time.

    Raises
    ------
    BadParameter
        If that is no positive number.
    """

    def __init__(self, hung_after_s: float = HUNG_AFTER_S) -> None:
        if not 0.0 < hung_after_s < float("inf"):
            raise BadParameter(f"hung_after_s must be positive, was {hung_after_s}")
        self._hung_after_s = hung_after_s
        self._followed: _Followed | None = None

    @property
    def session(self) -> str:
        """Name of the session that was seen last; empty if none was."""
        return "" if self._followed is None else self._followed.name

    def judge(self, sight: Sight, now_s: float) -> Life:
        """Return what the session is, given one more look at it."""
        if sight.unreadable:
            return self._judge_unreadable(sight, now_s)
        beat = sight.beat
        if beat is None or not beat.running:
            self._followed = None
            return Life.IDLE
        followed = self._follow(beat, sight.age_s, now_s)
        if sight.lock_held is False:
            return self._judge_unlocked(followed, sight)
        followed.held_lock = True
        followed.gone_looks = 0
        return self._overdue(followed, now_s)

    def _follow(self, beat: Heartbeat, age_s: float, now_s: float) -> _Followed:
        followed = self._followed
        if followed is None or followed.name != beat.session:
            # Somebody who begins to watch a session that hangs must not wait once more.
            followed = _Followed(beat.session, beat, now_s - max(0.0, age_s))
        elif followed.beat != beat:
            followed.beat, followed.changed_at_s = beat, now_s
        self._followed = followed
        return followed

    def _judge_unlocked(self, followed: _Followed, sight: Sight) -> Life:
        # A scan beats as well and never takes the lock: it has no orders, and as long as its
        # process lives nobody need worry.
        old = sight.age_s > HEARTBEAT_MAX_AGE.total_seconds()
        if not (followed.held_lock or not sight.process_lives or old):
            return Life.IDLE
        # A session lets go of the lock an instant after its last beat, so one look is not enough.
        followed.gone_looks += 1
        return Life.DEAD if followed.gone_looks >= DEAD_LOOKS else Life.ALIVE

    def _judge_unreadable(self, sight: Sight, now_s: float) -> Life:
        followed = self._followed
        if followed is None:
            if sight.lock_held is False:
                return Life.IDLE
            followed = self._followed = _Followed("unreadable heartbeat", None, now_s)
        if sight.lock_held is False:
            followed.gone_looks += 1
            return Life.DEAD if followed.gone_looks >= DEAD_LOOKS else Life.ALIVE
        return self._overdue(followed, now_s)

    def _overdue(self, followed: _Followed, now_s: float) -> Life:
        late = now_s - followed.changed_at_s > self._hung_after_s
        return Life.HUNG if late else Life.ALIVE
