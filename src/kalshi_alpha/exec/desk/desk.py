"""What a desk's files say of it at one clock: plain values, each thing once.

A file that is missing, torn, stale or of the future is named in `Desk.files` as exactly that; what
it would have said is then absent, never a default. Probabilities and prices of a rung are those of
YES. Money is `Money`, counts are `Contracts`, prices are integers of 1e-4 dollars.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from kalshi_alpha.config.mode import Mode
from kalshi_alpha.core.gates import Fault
from kalshi_alpha.core.types import Contracts, Money, Side
from kalshi_alpha.exec.monitors.feed_rows import FeedRow

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class FileSeen:
    """One file that the desk was read from.

    Attributes
    ----------
    name, path
        What it is, and where it lies below the root.
    fault
        Why it cannot be relied on, or None.
    detail
        One line: what was found, or what is wrong.
    at
        When it was made, by its own word; None where nothing says it.
    age_s
        Its age at the desk's clock in seconds.
    """

    name: str
    path: str
    fault: Fault | None
    detail: str
    at: datetime | None = None
    age_s: float | None = None

    @property
    def state(self) -> str:
        """The fault in one word, or ``ok``."""
        return "ok" if self.fault is None else self.fault.value

    @property
    def lost(self) -> bool:
        """Whether it is there and what it holds is not told: unknown, and not none."""
        return self.fault not in {None, Fault.MISSING, Fault.EXPIRED}


@dataclass(frozen=True, slots=True)
class ReasonSeen:
    """One thing that speaks against trading: its word, what was found, and what to do."""

    reason: str
    detail: str
    remedy: str
    series: str = ""


@dataclass(frozen=True, slots=True)
class DeskVerdict:
    """Whether a pilot may be held now, by the gate, from what lies on disk.

    Attributes
    ----------
    go, safety_go, evidence_go
        The verdict and its two parts; None where no ramp decision could be read.
    decision
        ``GO`` or ``NO-GO``.
    reasons
        Everything that speaks against it.
    size_multiplier
        Share of the pilot's caps by the ramp; None without a decision.
    """

    go: bool
    decision: str
    safety_go: bool
    evidence_go: bool | None
    reasons: tuple[ReasonSeen, ...]
    size_multiplier: float | None = None


@dataclass(frozen=True, slots=True)
class SeriesSeen:
    """What is decided of one family.

    Attributes
    ----------
    family
        The family.
    ramp_go, ramp_decision, size_multiplier
        The ramp's word; None without one.
    fills, units
        Its evidence: filled orders, and independent pieces of news.
    scan_go, scan_at, scan_mode
        The newest scan's verdict, when it was reached and from which data.
    state
        ``open``, ``frozen`` or ``window`` now, by the schedule.
    reasons
        The ramp's reasons, then the scan's.
    """

    family: str
    ramp_go: bool | None
    ramp_decision: str
    size_multiplier: float | None
    fills: int | None
    units: int | None
    scan_go: bool | None
    scan_at: datetime | None
    scan_mode: str
    state: str
    reasons: tuple[ReasonSeen, ...]


@dataclass(frozen=True, slots=True)
class MonitorSeen:
    """What one monitor's file says; ``status`` is the fault's word where it says nothing."""

    monitor: str
    status: str
    figure: float | None
    threshold: float | None
    unit: str
    cause: str
    remedy: str
    blocks: bool
    at: datetime | None
    age_s: float | None


@dataclass(frozen=True, slots=True)
class BookSeen:
    """A book of a market as it was written down: best prices of YES, and levels best first.

    ``yes`` and ``no`` are bids of each side on its own scale: (1e-4 dollars, 1e-2 contracts).
    """

    bid_e4: int | None
    ask_e4: int | None
    yes: tuple[tuple[int, int], ...]
    no: tuple[tuple[int, int], ...]
    at: datetime | None
    source: str

    @property
    def mid(self) -> float | None:
        """The mid in dollars of YES; None with an empty side."""
        if self.bid_e4 is None or self.ask_e4 is None:
            return None
        return (self.bid_e4 + self.ask_e4) / 20_000


@dataclass(frozen=True, slots=True)
class QuoteSeen:
    """What the newest scan would rest: the side bought, its price, how many, and the edge."""

    side: Side
    price_e4: int
    contracts: Contracts
    ev_honest: float
    prob_honest: float


@dataclass(frozen=True, slots=True)
class RungSeen:
    """One market of a ladder.

    Attributes
    ----------
    ticker, strike
        The market, and its strike in words.
    prob_model, prob_market, prob_pooled
        Of YES: our model's, the market's at the scan, the two pooled.
    book
        The newest book that was written down, or None.
    quote
        What the scan proposes, or None.
    reason, detail
        Why it proposes nothing; empty with a quote.
    """

    ticker: str
    strike: str
    prob_model: float | None
    prob_market: float | None
    prob_pooled: float | None
    book: BookSeen | None
    quote: QuoteSeen | None
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class LadderSeen:
    """One event of the newest proposals of its family."""

    family: str
    series: str
    event: str
    at: datetime
    age_s: float
    mode: str
    rungs: tuple[RungSeen, ...]


@dataclass(frozen=True, slots=True)
class OrderSeen:
    """An order that may still trade.

    ``source`` is ``journal`` or ``paper``; ``state`` the journal's word.
    """

    source: str
    order_id: str
    series: str
    event: str
    ticker: str
    side: Side
    price_e4: int
    open: Contracts
    filled: Contracts
    state: str
    placed_at: datetime
    expires_at: datetime
    at_risk: Money


@dataclass(frozen=True, slots=True)
class FillSeen:
    """A fill, from the journal or from the ledger of a mode without one."""

    source: str
    at: datetime
    ticker: str
    side: Side
    price_e4: int
    contracts: Contracts
    fee: Money


@dataclass(frozen=True, slots=True)
class CapUse:
    """How much of a cap is used.

    Attributes
    ----------
    cap
        Which: ``strike``, ``ladder``, ``pilot strike``, ``pilot ladder``, ``pilot total``,
        ``value at risk``, ``drawdown day`` or ``drawdown week``.
    of
        The market, event, family or mode that it is about.
    mode
        Whose orders: the journal's account, or a ledger mode.
    used, limit
        In dollars.
    """

    cap: str
    of: str
    mode: str
    used: Money
    limit: Money

    @property
    def share(self) -> float:
        """The part that is used, 1 at the limit; infinite beyond a cap of nothing."""
        if self.limit.e6 > 0:
            return self.used.e6 / self.limit.e6
        return float("inf") if self.used.e6 > 0 else 0.0


@dataclass(frozen=True, slots=True)
class DayProfit:
    """Settled profit of one New York day, and the fills that settled."""

    day: date
    profit: Money
    fills: int


@dataclass(frozen=True, slots=True)
class ProfitSeen:
    """Profit of one ledger mode, fees paid.

    Attributes
    ----------
    mode
        ``offline``, ``paper``, ``sim``, ``demo`` or ``live``; modes are never added up.
    settled
        Of all settled fills.
    marked
        The same and the open fills at the market's price.
    day, week
        Settled today, and today with the six days before, by New York's calendar.
    fees
        Paid on settled and open fills.
    fills, open_fills
        Filled orders, and those of them that are not settled.
    days
        Settled profit day by day, oldest first.
    """

    mode: str
    settled: Money
    marked: Money
    day: Money
    week: Money
    fees: Money
    fills: int
    open_fills: int
    days: tuple[DayProfit, ...]


@dataclass(frozen=True, slots=True)
class AlertSeen:
    """A line of the alert log: an alert of a monitor, or who lifted a panic and why."""

    at: datetime
    monitor: str
    cause: str
    clock_source: str
    lifted_by: str = ""


@dataclass(frozen=True, slots=True)
class KillSeen:
    """The kill switch: doubt counts as on."""

    on: bool
    readable: bool
    path: str
    detail: str


@dataclass(frozen=True, slots=True)
class BeatSeen:
    """The heartbeat; ``state`` is ``running``, ``ended``, ``stale`` or the fault's word."""

    state: str
    session: str
    pid: int | None
    at: datetime | None
    age_s: float | None
    detail: str


@dataclass(frozen=True, slots=True)
class NextRelease:
    """What one series waits for.

    Attributes
    ----------
    series, family
        Whose.
    what
        The release and its period, such as ``cpi 2024-11``; ``daily`` where none is announced.
    release_at, seconds
        When it is published, and how long that is from now; None for a daily rhythm.
    state, until
        The schedule's state now, and its last second.
    window_opens_at, window_closes_at
        The scan window that is open or comes next.
    note
        The schedule's own sentence.
    """

    series: str
    family: str
    what: str
    release_at: datetime | None
    seconds: float | None
    state: str
    until: datetime | None
    window_opens_at: datetime | None
    window_closes_at: datetime | None
    note: str


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything the files below a root say at one clock."""

    schema: int
    at: datetime
    clock_source: str
    mode: Mode
    environment: str
    root: str
    files: tuple[FileSeen, ...]
    verdict: DeskVerdict
    series: tuple[SeriesSeen, ...]
    monitors: tuple[MonitorSeen, ...]
    feeds: tuple[FeedRow, ...]
    ladders: tuple[LadderSeen, ...]
    orders: tuple[OrderSeen, ...]
    fills: tuple[FillSeen, ...]
    exposure: tuple[CapUse, ...]
    profit: tuple[ProfitSeen, ...]
    alerts: tuple[AlertSeen, ...]
    kill_switch: KillSeen
    heartbeat: BeatSeen
    releases: tuple[NextRelease, ...]

    def lost(self, *names: str) -> tuple[FileSeen, ...]:
        """Return the files of these names that are there and whose content is not told."""
        return tuple(each for each in self.files if each.lost and each.name in names)

    @property
    def faults(self) -> tuple[FileSeen, ...]:
        """The files that cannot be relied on."""
        return tuple(each for each in self.files if each.fault is not None)
