"""What should rest, worked out by the very scan that proposes: one pricing, one sizing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from kalshi_alpha.core.book.order_book import OrderBook
from kalshi_alpha.core.forecast import GridPmf
from kalshi_alpha.core.ladder import interval, interval_bounds, market_probabilities
from kalshi_alpha.core.orders.belief import Belief
from kalshi_alpha.core.proposals.book_risk import RiskModel
from kalshi_alpha.core.proposals.holdings import Holdings
from kalshi_alpha.core.proposals.policy import ScanPolicy
from kalshi_alpha.core.proposals.priced import ForecastKey
from kalshi_alpha.core.proposals.proposal import Proposal
from kalshi_alpha.core.proposals.scan import scan
from kalshi_alpha.core.proposals.snapshot import LadderSnapshot
from kalshi_alpha.core.quoting.clamp import Clamp
from kalshi_alpha.core.quoting.quotes import Quote
from kalshi_alpha.core.risk.pal import Commitment, Exposure
from kalshi_alpha.core.types import Contracts, Price, Side
from kalshi_alpha.exec.beliefs import belief_of, pmf_sha256
from kalshi_alpha.exec.quoting.desk import Solution


@dataclass(frozen=True, slots=True)
class Lot:
    """What was paid for what is held in a market: the average, rounded up to 1e-4 dollars."""

    side: Side
    price: Price


class ScanSolver:
    """Solves by `scan`, with the books of the moment and what was filled so far.

    The scan says how much should be held of each market in all; what is held of it already is
    taken off, so that a fill is not bought a second time. What is held beyond that, because
    prices moved since, counts against every limit. Orders that rest are no holdings here: the
    solution says what should rest instead of them.

    Parameters
    ----------
    snapshots
        The ladders, with their terms and fees.
    forecasts
        By quantity and period.
    holdings
        What other sessions hold, and the position limits.
    policy, risk
        As the scan uses them; the policy's clock is replaced by each solution's.
    quoted
        Markets that may be quoted; all of the ladders' if None.
    paid
        Returns what was paid for the holdings, by market; asked at each solution.
    family
        Whose forecasts they are: it stands in what orders remember.
    clamp
        How many strikes and contracts there may be in all; None sets no such bound.
    """

    def __init__(
        self,
        snapshots: Sequence[LadderSnapshot],
        forecasts: Mapping[ForecastKey, GridPmf],
        holdings: Holdings,
        policy: ScanPolicy,
        risk: RiskModel,
        quoted: frozenset[str] | None = None,
        paid: Callable[[], Mapping[str, Lot]] = dict,
        family: str = "",
        clamp: Clamp | None = None,
    ) -> None:
        self._snapshots = tuple(snapshots)
        self._forecasts, self._holdings = forecasts, holdings
        self._policy, self._risk = policy, risk
        self._event_of = {
            m.ticker: s.ladder.event_ticker for s in snapshots for m in s.ladder.markets
        }
        self._quoted = frozenset(self._event_of) if quoted is None else quoted
        self._paid, self._family, self._clamp = paid, family, clamp
        self._hashes = {key: pmf_sha256(pmf) for key, pmf in forecasts.items()}
        self._beliefs: dict[tuple[str, Side], Belief] = {}
        self._probs = dict(_probabilities(self._snapshots, forecasts))

    @property
    def tickers(self) -> tuple[str, ...]:
        """Every market of the ladders: a ladder is priced as a whole."""
        return tuple(sorted(self._event_of))

    def prob_yes(self) -> Mapping[str, float]:
        """Return our probability of YES by market."""
        return self._probs

    def renew(self, forecasts: Mapping[ForecastKey, GridPmf]) -> None:
        """Go by other forecasts from now on."""
        self._forecasts = forecasts
        self._hashes = {key: pmf_sha256(pmf) for key, pmf in forecasts.items()}
        self._probs = dict(_probabilities(self._snapshots, forecasts))

    def belief(self, ticker: str, side: Side) -> Belief | None:
        """Return what the last quote of a side was made from, or None if there never was one."""
        return self._beliefs.get((ticker, side))

    def solve(
        self, books: Mapping[str, OrderBook], held_e2: Mapping[str, int], at: datetime
    ) -> Solution:
        """Scan the ladders with these books; a market without one is passed over."""
        snapshots = [_with_books(snapshot, books) for snapshot in self._snapshots]
        policy = replace(self._policy, at=at)
        wanted = self._wanted(snapshots, policy, {})
        excess = _beyond(wanted, held_e2)
        if excess:
            wanted = self._wanted(snapshots, policy, excess)
        missing = (_less_held(quote, held_e2.get(quote.ticker, 0)) for quote in wanted)
        quotes = tuple(quote for quote in missing if quote is not None)
        if self._clamp is not None:
            quotes = self._clamp.applied(quotes, held_e2)
        return Solution(quotes, self._probs)

    def _wanted(
        self, snapshots: Sequence[LadderSnapshot], policy: ScanPolicy, held_e2: Mapping[str, int]
    ) -> tuple[Quote, ...]:
        found = scan(snapshots, self._forecasts, self._held(held_e2), policy, self._risk)
        quoted = [p for p in found.proposals if p.market_ticker in self._quoted]
        of_event = {snapshot.ladder.event_ticker: snapshot for snapshot in snapshots}
        for p in quoted:
            self._remember(p, of_event[p.event_ticker])
        return tuple(_quote(p) for p in quoted)

    def _remember(self, p: Proposal, snapshot: LadderSnapshot) -> None:
        sha256 = self._hashes[snapshot.ladder.quantity, snapshot.period]
        self._beliefs[p.market_ticker, p.side] = belief_of(self._family, p, snapshot, sha256)

    def _held(self, held_e2: Mapping[str, int]) -> Holdings:
        paid = self._paid() if held_e2 else {}
        exposures = {event: list(each) for event, each in self._holdings.exposures.items()}
        for ticker, signed in held_e2.items():
            event = self._event_of.get(ticker)
            if signed and event is not None:
                exposures.setdefault(event, []).append(_exposure(ticker, signed, paid))
        return replace(self._holdings, exposures=exposures)


def _exposure(ticker: str, signed_e2: int, paid: Mapping[str, Lot]) -> Exposure:
    side = Side.YES if signed_e2 > 0 else Side.NO
    lot = paid.get(ticker)
    # Without a price paid the whole dollar counts as lost: too much, never too little.
    price = lot.price if lot is not None and lot.side is side else Price(9_999)
    return Exposure(ticker, side, Commitment.FILLED, price, Contracts(abs(signed_e2)))


def _quote(proposal: Proposal) -> Quote:
    return Quote(
        ticker=proposal.market_ticker,
        side=proposal.side,
        price=proposal.price,
        contracts=proposal.contracts,
        ev_honest=proposal.ev_honest,
    )


def _beyond(wanted: Sequence[Quote], held_e2: Mapping[str, int]) -> dict[str, int]:
    """Return what is held beyond what is wanted, signed as it is held."""
    targets = {(quote.ticker, quote.side): quote.contracts.e2 for quote in wanted}
    beyond: dict[str, int] = {}
    for ticker, signed in held_e2.items():
        side = Side.YES if signed > 0 else Side.NO
        over = abs(signed) - targets.get((ticker, side), 0)
        if over > 0:
            beyond[ticker] = over if signed > 0 else -over
    return beyond


def _less_held(quote: Quote, signed_e2: int) -> Quote | None:
    """Return the part of a quote that is not held yet, or None if all of it is."""
    held = signed_e2 if quote.side is Side.YES else -signed_e2
    missing = quote.contracts.e2 - max(held, 0)
    return replace(quote, contracts=Contracts(missing)) if missing > 0 else None


def _with_books(snapshot: LadderSnapshot, books: Mapping[str, OrderBook]) -> LadderSnapshot:
    mine = {m.ticker: books[m.ticker] for m in snapshot.ladder.markets if m.ticker in books}
    return replace(snapshot, books=mine)


def _probabilities(
    snapshots: Sequence[LadderSnapshot], forecasts: Mapping[ForecastKey, GridPmf]
) -> Mapping[str, float]:
    found: dict[str, float] = {}
    for snapshot in snapshots:
        pmf = forecasts.get((snapshot.ladder.quantity, snapshot.period))
        if pmf is None:
            continue
        markets = snapshot.ladder.markets
        bounds = interval_bounds([interval(m.strike, snapshot.ladder.grid) for m in markets])
        probs = market_probabilities(pmf.probs, pmf.lo, *bounds)
        found |= {m.ticker: p for m, p in zip(markets, probs.tolist(), strict=True)}
    return found
