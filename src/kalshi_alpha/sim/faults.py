"""What may go wrong between a maker and the exchange, and the plan that decides when.

A fault is a value of `Fault`. A `FaultPlan` is asked at each opportunity, a request or a frame,
whether one happens now: because it was injected by hand, because a script says so, or by a rate
under a seed. The plan knows nothing of how the fault is carried out, so that the exchange inside
a process and the one behind a socket suffer the same ones.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from kalshi_alpha.core.errors import BadParameter


class Fault(StrEnum):
    """The protocol faults; each says what the maker sees."""

    REQUEST_LOST = "request_lost"
    """The request never reaches the engine and no reply comes."""
    ACK_LOST_AFTER_ACCEPT = "ack_lost_after_accept"
    """The engine took the order and the reply is lost."""
    ACK_LOST_AFTER_REJECT = "ack_lost_after_reject"
    """The order was refused and the refusal is lost."""
    ACK_TWICE = "ack_twice"
    """The reply to an order, and its message on the stream, come twice."""
    ACK_LATE = "ack_late"
    """The reply comes seconds late, perhaps after the caller gave up."""
    SUCCESS_WITH_ERROR_BODY = "success_with_error_body"
    """Status 201 with an error for a body, whether or not the engine took the order."""
    CREATED_ALREADY_FILLED = "created_already_filled"
    """The order rested and was filled before its 201 was written."""
    CONFLICT_ON_OWN_ID = "conflict_on_own_id"
    """Something between repeats the order; the reply that arrives is the repeat's 409."""
    POST_ONLY_CROSS = "post_only_cross"
    """The book moves across the order's price just before it arrives."""
    CANCEL_RACES_FILL = "cancel_races_fill"
    """The order is filled, in part or in full, just before its cancel arrives."""
    BATCH_HALF_FAILS = "batch_half_fails"
    """Half of a batch's items fail inside a reply that succeeds."""
    CANCEL_ACK_LOST = "cancel_ack_lost"
    """The order is cancelled and the reply is lost."""
    RATE_LIMIT_STORM = "rate_limit_storm"
    """For some seconds every request is answered with 429."""
    SERVER_ERROR_STORM = "server_error_storm"
    """For some seconds every request is answered with 500, 502, 503 or 504, done or not."""
    REQUEST_TIMEOUT = "request_timeout"
    """Status 408, whether or not the engine saw the request."""
    UNAUTHORISED_STREAK = "unauthorised_streak"
    """Several requests in a row are answered with 401."""
    SCOPE_REFUSED = "scope_refused"
    """A write is answered with 403: the key's scope does not cover it."""
    RESET_MID_BODY = "reset_mid_body"
    """The connection ends inside the reply's body; the request was carried out."""
    NAME_LOOKUP_BURST = "name_lookup_burst"
    """For some seconds no connection can be made at all, as when the host's name does not
    resolve, and those that were open end."""
    DRIP_FED_BODY = "drip_fed_body"
    """The reply's body comes a few bytes at a time, perhaps past the caller's patience."""
    FILL_LATE = "fill_late"
    """The message of a fill comes seconds late."""
    FILLS_OUT_OF_ORDER = "fills_out_of_order"
    """The message of a fill comes after that of a later fill."""
    FILL_TWICE = "fill_twice"
    """The message of a fill comes twice."""
    FILL_BEFORE_ACK = "fill_before_ack"
    """An order is filled, and the message says so, before the reply that it rests."""
    FILL_ON_ONE_CHANNEL = "fill_on_one_channel"
    """A fill shows on the channel of fills or on that of orders, and not on the other."""
    FILL_CORRECTED = "fill_corrected"
    """The message of a fill is wrong, and another with the same trade id puts it right."""
    PAGE_CHANGES_WHILE_PAGING = "page_changes_while_paging"
    """The next page of a list repeats a row of the page before it."""
    SEQUENCE_GAP = "sequence_gap"
    """A frame is lost, so that its subscription's sequence skips a number."""
    SEQUENCE_REPEAT = "sequence_repeat"
    """A frame comes twice with the same sequence number."""
    FRAME_CUT = "frame_cut"
    """The connection ends inside a frame."""
    FRAME_GARBLED = "frame_garbled"
    """A frame is no JSON, or is not even UTF-8."""
    SILENT_STALL = "silent_stall"
    """For some seconds nothing comes but pings, and what was due then never comes."""
    RECONNECT_STORM = "reconnect_storm"
    """The stream ends without a closing handshake, and for some seconds so does every new one."""
    DELTA_BEFORE_SNAPSHOT = "delta_before_snapshot"
    """A change of a book comes before the snapshot that it would change."""
    BOOK_CROSSED_OR_EMPTY = "book_crossed_or_empty"
    """For some seconds a market's book is shown empty, or with bids that cross."""


class Site(StrEnum):
    """Where a fault may strike."""

    REQUEST = "request"
    WRITE = "write"
    CREATE = "create"
    CANCEL = "cancel"
    BATCH = "batch"
    PAGE = "page"
    FRAME = "frame"
    SEQUENCED = "sequenced"
    FILL = "fill"
    SNAPSHOT = "snapshot"
    BOOK = "book"


_SITES: Mapping[Site, tuple[Fault, ...]] = {
    Site.REQUEST: (
        Fault.REQUEST_LOST,
        Fault.ACK_LATE,
        Fault.RATE_LIMIT_STORM,
        Fault.SERVER_ERROR_STORM,
        Fault.REQUEST_TIMEOUT,
        Fault.UNAUTHORISED_STREAK,
        Fault.RESET_MID_BODY,
        Fault.NAME_LOOKUP_BURST,
        Fault.DRIP_FED_BODY,
    ),
    Site.WRITE: (Fault.SCOPE_REFUSED,),
    Site.CREATE: (
        Fault.ACK_LOST_AFTER_ACCEPT,
        Fault.ACK_LOST_AFTER_REJECT,
        Fault.ACK_TWICE,
        Fault.SUCCESS_WITH_ERROR_BODY,
        Fault.CREATED_ALREADY_FILLED,
        Fault.CONFLICT_ON_OWN_ID,
        Fault.POST_ONLY_CROSS,
        Fault.FILL_BEFORE_ACK,
    ),
    Site.CANCEL: (Fault.CANCEL_RACES_FILL, Fault.CANCEL_ACK_LOST),
    Site.BATCH: (Fault.BATCH_HALF_FAILS,),
    Site.PAGE: (Fault.PAGE_CHANGES_WHILE_PAGING,),
    Site.FRAME: (
        Fault.FRAME_CUT,
        Fault.FRAME_GARBLED,
        Fault.SILENT_STALL,
        Fault.RECONNECT_STORM,
    ),
    Site.SEQUENCED: (Fault.SEQUENCE_GAP, Fault.SEQUENCE_REPEAT),
    Site.FILL: (
        Fault.FILL_LATE,
        Fault.FILLS_OUT_OF_ORDER,
        Fault.FILL_TWICE,
        Fault.FILL_ON_ONE_CHANNEL,
        Fault.FILL_CORRECTED,
    ),
    Site.SNAPSHOT: (Fault.DELTA_BEFORE_SNAPSHOT,),
    Site.BOOK: (Fault.BOOK_CROSSED_OR_EMPTY,),
}
SITE_OF: Mapping[Fault, Site] = {fault: site for site, faults in _SITES.items() for fault in faults}

# How long what lasts lasts, from and to, in seconds. The silent stall is longer than the ten
# seconds between pings, or nobody could tell it from a quiet market.
LASTS_S: Mapping[Fault, tuple[float, float]] = {
    Fault.RATE_LIMIT_STORM: (0.5, 5.0),
    Fault.SERVER_ERROR_STORM: (0.5, 5.0),
    Fault.UNAUTHORISED_STREAK: (0.2, 3.0),
    Fault.NAME_LOOKUP_BURST: (0.5, 5.0),
    Fault.SILENT_STALL: (12.0, 40.0),
    Fault.RECONNECT_STORM: (1.0, 10.0),
    Fault.BOOK_CROSSED_OR_EMPTY: (1.0, 10.0),
}


@dataclass(frozen=True, slots=True)
class ScriptedFault:
    """A fault that strikes at its first opportunities from an instant on.

    Attributes
    ----------
    fault
        Which.
    since
        From when; None from the beginning.
    count
        At how many opportunities.
    """

    fault: Fault
    since: datetime | None = None
    count: int = 1

    def __post_init__(self) -> None:
        if self.count < 1:
            raise BadParameter(f"{self.fault} must strike at least once, was {self.count}")


@dataclass(frozen=True, slots=True)
class Strike:
    """A fault that happened: when, which, and to what."""

    at: datetime
    fault: Fault
    target: str


class FaultPlan:
    """Decides at each opportunity whether a fault strikes, the same every time under a seed.

    Parameters
    ----------
    seed
        Of the random draws.
    rates
        Probability of a fault at each of its opportunities; absent is never.
    script
        Faults that strike at their first opportunities, before any rate is looked at.
    until
        From this instant on none strikes and none lasts; None for no end.

    Raises
    ------
    BadParameter
        If a rate is no probability, or those that share an opportunity add up to more than one.
    """

    def __init__(
        self,
        seed: int = 0,
        rates: Mapping[Fault, float] | None = None,
        script: Iterable[ScriptedFault] = (),
        until: datetime | None = None,
    ) -> None:
        self._random = random.Random(seed)  # noqa: S311 - reproducible, and no secret
        self._rates: dict[Fault, float] = {}
        self._script = list(script)
        self._left = [each.count for each in self._script]
        self._lasting: dict[tuple[Fault, str], datetime] = {}
        self._tables: dict[frozenset[Site], tuple[tuple[float, Fault], ...]] = {}
        self._until = until
        self.strikes: list[Strike] = []
        self.set_rates(rates or {})

    def set_rates(self, rates: Mapping[Fault, float]) -> None:
        """Replace the rates.

        Raises
        ------
        BadParameter
            As the class says.
        """
        for fault, rate in rates.items():
            if not 0 <= rate <= 1:
                raise BadParameter(f"rate of {fault} must be in [0, 1], was {rate}")
        if not sum(rates.values()) <= 1:
            raise BadParameter(f"rates must not add up to more than 1, were {sum(rates.values())}")
        self._rates = {fault: rate for fault, rate in rates.items() if rate > 0}
        self._tables.clear()

    def inject(self, fault: Fault, count: int = 1, since: datetime | None = None) -> None:
        """Let a fault strike at its next opportunities.

        Raises
        ------
        BadParameter
            If the count is below one.
        """
        self._script.append(ScriptedFault(fault, since, count))
        self._left.append(count)

    def stop(self) -> None:
        """End everything: no fault strikes any more and none lasts."""
        self.set_rates({})
        self._script.clear()
        self._left.clear()
        self._lasting.clear()

    def draw(self, sites: Collection[Site], at: datetime, target: str) -> Fault | None:
        """Say which fault strikes at this opportunity, if one does, and note it.

        Parameters
        ----------
        sites
            What the opportunity is; one fault strikes at most.
        at
            Now.
        target
            For the record: a path, or a channel.
        """
        if self._over(at):
            return None
        fault = self._scripted(sites, at) or self._rated(frozenset(sites))
        if fault is not None:
            self.strikes.append(Strike(at, fault, target))
        return fault

    def begin(self, fault: Fault, at: datetime, where: str = "") -> None:
        """Let a fault last from now on, for a drawn number of seconds, in one place."""
        low, high = LASTS_S[fault]
        ends = at + timedelta(seconds=self.uniform(low, high))
        self._lasting[fault, where] = max(ends, self._lasting.get((fault, where), ends))

    def lasts(self, fault: Fault, at: datetime, where: str = "") -> bool:
        """Say whether a fault that began in a place still lasts."""
        ends = self._lasting.get((fault, where))
        if ends is None:
            return False
        if at >= ends or self._over(at):
            del self._lasting[fault, where]
            return False
        return True

    def ends_at(self, fault: Fault, where: str = "") -> datetime | None:
        """Return when a lasting fault ends, or None if it does not last."""
        return self._lasting.get((fault, where))

    def uniform(self, low: float, high: float) -> float:
        """Draw a number, for how long or how much."""
        return self._random.uniform(low, high)

    def flips(self) -> bool:
        """Draw yes or no."""
        return self._random.random() < 0.5

    def below(self, count: int) -> int:
        """Draw an index."""
        return self._random.randrange(count)

    def _over(self, at: datetime) -> bool:
        return self._until is not None and at >= self._until

    def _scripted(self, sites: Collection[Site], at: datetime) -> Fault | None:
        for index, each in enumerate(self._script):
            due = each.since is None or at >= each.since
            if due and self._left[index] > 0 and SITE_OF[each.fault] in sites:
                self._left[index] -= 1
                return each.fault
        return None

    def _rated(self, sites: frozenset[Site]) -> Fault | None:
        table = self._tables.get(sites)
        if table is None:
            table = self._tables[sites] = self._table(sites)
        if not table:
            return None
        drawn = self._random.random()
        for bound, fault in table:
            if drawn < bound:
                return fault
        return None

    def _table(self, sites: frozenset[Site]) -> tuple[tuple[float, Fault], ...]:
        bounds, total = [], 0.0
        for fault in Fault:
            if SITE_OF[fault] in sites and fault in self._rates:
                total += self._rates[fault]
                bounds.append((total, fault))
        return tuple(bounds)
