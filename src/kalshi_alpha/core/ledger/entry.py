"""One order's row in the ledger, and the id that makes writing it twice harmless."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.types import E2_PER_CONTRACT, E6_PER_DOLLAR, Contracts, Money, Price, Side

PAYOUT_E6_PER_E2 = E6_PER_DOLLAR // E2_PER_CONTRACT  # a hundredth of a contract pays one cent


class LedgerMode(StrEnum):
    """What carried the order: fixtures, paper on real books, the simulator, demo, or money."""

    OFFLINE = "offline"
    PAPER = "paper"
    SIM = "sim"
    DEMO = "demo"
    LIVE = "live"


class ClockSource(StrEnum):
    """Whether the run read the system clock or was told the time."""

    SYSTEM = "system"
    SET = "set"


class EntryKind(StrEnum):
    """``FILLED`` rows hold fills, real or of a queue model; ``EXPECTED`` rows a fill forecast."""

    FILLED = "filled"
    EXPECTED = "expected"


_NEVER_EVIDENCE = {LedgerMode.OFFLINE, LedgerMode.SIM}
_NEVER_EVIDENCE_ENVIRONMENTS = {"offline", "sim"}


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """What was believed, posted, filled and paid for one order.

    Everything is seen from the order's own side: a NO order at 0.55 has ``price_e4`` 5500,
    ``p`` the probability that NO pays, and ``payout_e6`` what NO paid.

    Parameters
    ----------
    mode, environment, clock_source
        What carried the order, the venue environment of its books (``prod``, ``demo``, ``sim``
        or ``offline``), and where its clock came from.
    kind
        Fills, or the forecast of fills (fill ratio times posted).
    as_of, run_scope
        The decision clock and the name of the run or session the order belongs to.
    price_e4, posted_e2, filled_e2, fee_e6
        Integers: 1e-4 dollars, 1e-2 contracts, 1e-6 dollars. The fee is the order's share for
        ``count_e2`` contracts.
    expected_e2, expected_lo_e2, expected_hi_e2
        Expected fills with their interval; zero unless ``kind`` is ``EXPECTED``.
    p, p_model, m_at_fill, close_mid
        Probabilities that our side pays: what was believed once the market had been heard, our
        model's own, the market's at the fill, and the last valid mid before the close.
    shrink, w_bin, adverse
        Honest shrink and bin weight in [0, 1], and adverse selection in dollars per contract,
        all as they stood when the order was placed.
    lead_hours
        Hours from the fill (or the posting) to the event's close.
    pmf_sha256
        Hash of the atom probabilities that the order was priced with.
    touch_e4, touch_depth_e2, tick_e4
        The best bid for our side when the order was placed, the contracts there, and the step
        to the next price; all None where nobody bid, or where they were not written down.
    ended_at
        When the order ended at its venue, all its fills known; None while any of it may still be
        filled, where that is not known, and for orders on paper, which rest as their rule says.
    outcome, payout_e6
        1 if our side paid one dollar, 0 if nothing, None while unsettled or if paid in part;
        and the payout of ``count_e2`` contracts.

    Raises
    ------
    BadParameter
        If a number is outside its range, a time carries no zone, or the parts contradict.
    """

    mode: LedgerMode
    environment: str
    clock_source: ClockSource
    kind: EntryKind
    as_of: datetime
    run_scope: str
    series: str
    event_ticker: str
    market_ticker: str
    family: str
    quantity: str
    risk_unit: str
    side: Side
    strike: str
    price_e4: int
    posted_e2: int
    filled_e2: int
    fee_e6: int
    p: float
    shrink: float
    w_bin: float
    adverse: float
    placed_at: datetime
    pmf_sha256: str
    expected_e2: int = 0
    expected_lo_e2: int = 0
    expected_hi_e2: int = 0
    p_model: float | None = None
    m_at_fill: float | None = None
    lead_hours: float | None = None
    filled_at: datetime | None = None
    close_mid: float | None = None
    settled_at: datetime | None = None
    outcome: int | None = None
    payout_e6: int | None = None
    touch_e4: int | None = None
    touch_depth_e2: int | None = None
    tick_e4: int | None = None
    ended_at: datetime | None = None

    def __post_init__(self) -> None:
        faults = (_counts_fault, _beliefs_fault, _touch_fault, _settlement_fault)
        for fault in (find(self) for find in faults):
            if fault is not None:
                raise BadParameter(f"ledger entry of {self.market_ticker}: {fault}")

    @property
    def entry_id(self) -> str:
        """The idempotent id: the same order of the same run always has the same one.

        The kind is hashed too, so that an order's forecast row and its fill row stand beside
        each other, and the environment, so that demo books never overwrite real ones.
        """
        parts = (
            *(
                self.mode,
                self.environment,
                self.event_ticker,
                self.market_ticker,
                self.side,
                self.price_e4,
            ),
            *(self.as_of.astimezone(UTC).isoformat(), self.run_scope, self.kind),
        )
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()

    @property
    def evidence(self) -> bool:
        """Whether the row could ever support a ramp decision.

        Fills only, under the system's own clock, and never offline or simulated. Which of the
        remaining modes do count is the reader's configuration.
        """
        return (
            self.kind is EntryKind.FILLED
            and self.filled_e2 > 0
            and self.clock_source is ClockSource.SYSTEM
            and self.mode not in _NEVER_EVIDENCE
            and self.environment not in _NEVER_EVIDENCE_ENVIRONMENTS
        )

    @property
    def count_e2(self) -> int:
        """The contracts the row is about: filled ones, or expected ones on a forecast row."""
        return self.filled_e2 if self.kind is EntryKind.FILLED else self.expected_e2

    @property
    def cost(self) -> Money:
        """Price times count, exactly, before fees."""
        return Money.notional(Price(self.price_e4), Contracts(self.count_e2))

    @property
    def closes_at(self) -> datetime | None:
        """When the market closes, to the second; None if it was not written down."""
        if self.lead_hours is None:
            return None
        lead = timedelta(seconds=round(3600 * self.lead_hours, 6))
        at = (self.filled_at or self.placed_at) + lead
        return (at + timedelta(seconds=0.5)).replace(microsecond=0)

    @property
    def is_settled(self) -> bool:
        """Whether the payout is known."""
        return self.payout_e6 is not None

    @property
    def realised(self) -> Money | None:
        """Payout less cost less fee, exactly; None while unsettled."""
        if self.payout_e6 is None:
            return None
        return Money(self.payout_e6) - self.cost - Money(self.fee_e6)

    @property
    def fee_per_contract(self) -> float:
        """The order's fee in dollars per contract; zero when there is no contract."""
        return self.fee_e6 / (self.count_e2 * PAYOUT_E6_PER_E2) if self.count_e2 else 0.0

    @property
    def ev_expected(self) -> float:
        """Expected profit in dollars per contract: ``s w (p - c) - phi``.

        Adverse selection is left out, because the gap between realised and expected is what
        measures it.
        """
        edge = self.p - self.price_e4 / 10_000
        return self.shrink * self.w_bin * edge - self.fee_per_contract

    @property
    def ev_honest(self) -> float:
        """Expected profit per contract after adverse selection too, in dollars."""
        return self.ev_expected - self.adverse


def _counts_fault(entry: LedgerEntry) -> str | None:
    counts = (entry.posted_e2, entry.filled_e2, entry.expected_e2)
    if any(type(count) is not int or count < 0 for count in counts):
        return f"counts must be integers >= 0, were {counts}"
    if type(entry.fee_e6) is not int:
        return f"fee must be an integer count of 1e-6 dollars, was {entry.fee_e6!r}"
    if type(entry.price_e4) is not int or not 0 < entry.price_e4 < 10_000:
        return f"price must lie between 0 and 1 dollar, was {entry.price_e4!r}e-4"
    if max(entry.filled_e2, entry.expected_hi_e2) > entry.posted_e2:
        return "more filled than posted"
    if not 0 <= entry.expected_lo_e2 <= entry.expected_e2 <= entry.expected_hi_e2:
        return "expected fills lie outside their own interval"
    if entry.kind is EntryKind.FILLED and entry.expected_hi_e2:
        return "a row of fills carries expected fills"
    if entry.kind is EntryKind.EXPECTED and entry.filled_e2:
        return "a row of expected fills carries fills"
    return None


def _beliefs_fault(entry: LedgerEntry) -> str | None:
    unit = (entry.p, entry.p_model, entry.m_at_fill, entry.close_mid, entry.shrink, entry.w_bin)
    # Stated as what must hold, so that a NaN fails too.
    if not all(value is None or 0.0 <= value <= 1.0 for value in unit):
        return f"probabilities and weights must lie in [0, 1], were {unit}"
    if not 0.0 <= entry.adverse < 1.0:
        return f"adverse selection must lie in [0, 1), was {entry.adverse}"
    times = (entry.as_of, entry.placed_at, entry.filled_at, entry.settled_at, entry.ended_at)
    if any(time is not None and time.tzinfo is None for time in times):
        return "a time carries no zone"
    return None


def _touch_fault(entry: LedgerEntry) -> str | None:
    touch = (entry.touch_e4, entry.touch_depth_e2, entry.tick_e4)
    if touch == (None, None, None):
        return None
    if any(type(value) is not int or value <= 0 for value in touch):
        return f"a touch is a price, contracts and a tick above 0, was {touch}"
    return None if max(touch[0] or 0, touch[2] or 0) < 10_000 else f"touch {touch} above a dollar"


def _settlement_fault(entry: LedgerEntry) -> str | None:
    if (entry.payout_e6 is None) != (entry.settled_at is None):
        return "a payout and its time come together"
    if entry.payout_e6 is None:
        return None if entry.outcome is None else "an outcome without a payout"
    full_e6 = entry.count_e2 * PAYOUT_E6_PER_E2
    if type(entry.payout_e6) is not int or not 0 <= entry.payout_e6 <= full_e6:
        return f"payout must lie in [0, {full_e6}], was {entry.payout_e6!r}"
    if entry.outcome is not None and entry.payout_e6 != entry.outcome * full_e6:
        return f"outcome {entry.outcome} does not pay {entry.payout_e6}e-6"
    return None
