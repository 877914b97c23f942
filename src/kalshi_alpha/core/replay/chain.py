"""What a replay is given: events with what was known of them, and the chain that decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.fees import FeeSchedule
from kalshi_alpha.core.forecast import GridPmf
from kalshi_alpha.core.proposals.book_risk import RiskModel
from kalshi_alpha.core.proposals.policy import ScanPolicy
from kalshi_alpha.core.replay.gate import ReplayGate
from kalshi_alpha.core.replay.kernels_columns import QueueRule
from kalshi_alpha.core.replay.tape import EventTape
from kalshi_alpha.core.risk.pal import PalLimits
from kalshi_alpha.core.schedule import BondCalendar, Phase, ReleaseCalendar, family_phase
from kalshi_alpha.core.types import Ladder

_SECOND_US = 1_000_000
_NO_LIMIT_US = 400 * 86_400 * _SECOND_US


@dataclass(frozen=True, slots=True)
class KnownForecast:
    """A forecast and when it was known.

    Attributes
    ----------
    known_at
        No input of it became available later.
    pmf
        Probabilities of what settles the event.
    model
        What made it, in a word.
    no_skill
        Why it is no reason to trade; None if it is one.
    refused_from
        From when on it is too old to be believed; None for never.
    """

    known_at: datetime
    pmf: GridPmf
    model: str
    no_skill: str | None = None
    refused_from: datetime | None = None

    def holds_at(self, at: datetime) -> bool:
        """Say whether it was known and still believed."""
        return self.known_at <= at and (self.refused_from is None or at < self.refused_from)


@dataclass(frozen=True, slots=True, eq=False)
class ReplayEvent:
    """A recorded event on this program's terms.

    Attributes
    ----------
    tape
        What happened; ``ladder.markets`` are its markets, in its order.
    ladder, period
        Its terms, and what it is about.
    city
        The place or quantity that reports name it by.
    fees
        Dated fee terms.
    limits
        Position limits.
    forecasts
        In the order in which they were known.
    """

    tape: EventTape
    ladder: Ladder
    period: date
    city: str
    fees: FeeSchedule
    limits: PalLimits
    forecasts: Sequence[KnownForecast] = ()

    def __post_init__(self) -> None:
        listed = tuple(market.ticker for market in self.ladder.markets)
        if listed != tuple(market.ticker for market in self.tape.markets):
            raise BadParameter(f"{self.tape.event_ticker}: ladder and tape list other markets")

    def forecast_at(self, at: datetime) -> KnownForecast | None:
        """Return the newest forecast that was known, unless it is too old to be believed."""
        known = [each for each in self.forecasts if each.known_at <= at]
        return known[-1] if known and known[-1].holds_at(at) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayRules:
    """How orders travel and fill.

    Attributes
    ----------
    place_us, cancel_us
        From a decision until its orders rest, and from the end of their time until they are
        gone; microseconds. A print in between still meets them.
    inferred_age_us
        How old a touch that is inferred from prints may be.
    quote_age_us
        The same for recorded quotes, which stand until they change.
    any_taker
        Whether, with prints alone, one through our price fills us whichever side its taker
        bought; where quotes were recorded, only those of the other side's takers do.
    ahead_share
        Share of the size shown at our price that is taken to be ahead of us.
    queue
        With depth, who is taken to have left when a level shrinks by more than was printed there.
    every
        How often a window decides anew; None for once.
    trade_without_skill
        Whether forecasts without skill are traded all the same, to see what it would have cost.
    """

    place_us: int = 2 * _SECOND_US
    cancel_us: int = 2 * _SECOND_US
    inferred_age_us: int = 30 * 60 * _SECOND_US
    quote_age_us: int = _NO_LIMIT_US
    any_taker: bool = True
    ahead_share: float = 1.0
    queue: QueueRule = QueueRule.NOBODY_LEAVES
    every: timedelta | None = None
    trade_without_skill: bool = False

    def __post_init__(self) -> None:
        for name in ("place_us", "cancel_us", "inferred_age_us", "quote_age_us"):
            if (length_us := getattr(self, name)) < 0:
                raise BadParameter(f"{name} must be 0 or more microseconds, was {length_us}")
        if not 0.0 <= self.ahead_share < float("inf"):
            raise BadParameter(
                f"ahead_share must be a number of 0 or more, was {self.ahead_share}; "
                "1 puts all that is shown ahead of us"
            )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Chain:
    """Everything that decides, apart from the data.

    Attributes
    ----------
    family
        Whose windows and prior weight.
    policy
        Thresholds, honesty and sizing; its clock and pool weights are replaced at each decision.
    risk
        Value at risk and its limit.
    rules
        How orders travel and fill.
    calendar
        Announced releases.
    pool_weight
        Weight of our forecast in the pool; None for the family's prior at the event's lead.
    gate
        How the gate is asked about every scan.
    bond_days
        Trading days of the bond market, for the family that follows them.
    """

    family: str
    policy: ScanPolicy
    risk: RiskModel
    rules: ReplayRules = field(default_factory=ReplayRules)
    calendar: ReleaseCalendar = field(default_factory=lambda: ReleaseCalendar(()))
    pool_weight: float | None = None
    gate: ReplayGate = field(default_factory=ReplayGate)
    bond_days: BondCalendar | None = None

    def phase(self, at: datetime) -> Phase:
        """Return the phase of the family's schedule at an instant."""
        return family_phase(self.family, at, calendar=self.calendar, bond_days=self.bond_days)
