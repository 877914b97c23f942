"""What an account did in a period: fills, settlements and cash, and whether it ties to the venue.

Everything is a fold of the order journal. An event counts at the instant at which it was learnt, as
the journal has it; what the venue dates to another day is named. Money is exact.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from kalshi_alpha.core.orders import events as ev
from kalshi_alpha.core.orders.blotter import Blotter
from kalshi_alpha.core.orders.intent import OrderIntent
from kalshi_alpha.core.schedule.wall_clock import new_york
from kalshi_alpha.core.types import Money, Side
from kalshi_alpha.core.types.money import E6_PER_DOLLAR

_CENT_E6 = 10_000
_PAIR_E6_PER_E2 = E6_PER_DOLLAR // 100


class Tie(StrEnum):
    """Whether the cash of a period is what the venue showed."""

    TIED = "tied"
    DIFFERS = "differs"
    NOT_RECONCILED = "not_reconciled"
    NOTHING_TO_TIE = "nothing_to_tie"
    """No money moved, so there is nothing that could differ."""


class CashKind(StrEnum):
    """Why cash changed."""

    OPENING = "opening"
    """The venue's balance at the first comparison: what is counted on from there."""
    FILL = "fill"
    FEE = "fee"
    PAIR = "pair"
    """A YES and a NO of one market, paid a dollar at once."""
    SETTLEMENT = "settlement"
    ACCEPTED = "accepted"
    """The venue's balance, taken as it was by an operator: a deposit, or a trade by hand."""


@dataclass(frozen=True, slots=True)
class FillRow:
    """A fill, as corrected last, with its order."""

    fill: ev.Filled
    intent: OrderIntent

    @property
    def cost(self) -> Money:
        """Price times count, exactly."""
        return Money.notional(self.fill.price, self.fill.contracts)


@dataclass(frozen=True, slots=True)
class CashRow:
    """A change of cash: when, why, of what, how much, and the cash after it."""

    at: datetime
    kind: CashKind
    subject: str
    amount: Money
    balance: Money
    note: str = ""


@dataclass(frozen=True, slots=True)
class AccountStatement:
    """A period of an account.

    Attributes
    ----------
    first, end
        The period: from ``first``, before ``end``.
    fills, settlements, cash
        Rows of the period in the order of the journal.
    opening, closing
        Cash at its two ends; None before it was first stated.
    tie
        Whether ``closing`` is what the venue showed.
    reconciled_at
        When the venue's balance was last compared for it; None if never.
    differences
        What does not agree, one line each.
    notes
        What a reader must know, one line each.
    """

    first: datetime
    end: datetime
    fills: tuple[FillRow, ...]
    settlements: tuple[ev.Settled, ...]
    cash: tuple[CashRow, ...]
    opening: Money | None
    closing: Money | None
    tie: Tie
    reconciled_at: datetime | None
    differences: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def total(self, kind: CashKind) -> Money:
        """Return the sum of one kind of change of cash."""
        return Money(sum(row.amount.e6 for row in self.cash if row.kind is kind))


def fee_totals(rows: Iterable[FillRow]) -> Mapping[tuple[date, str, bool], Money]:
    """Return the fees by New York day, series, and whether the fill took liquidity."""
    found: Counter[tuple[date, str, bool]] = Counter()
    for row in rows:
        key = new_york(row.fill.at).date(), row.intent.series, row.fill.is_taker
        found[key] += row.fill.fee.e6
    return {key: Money(e6) for key, e6 in sorted(found.items())}


def account_statement(
    events: Iterable[ev.OrderEvent], first: datetime, end: datetime
) -> AccountStatement:
    """Draw up the statement of a period.

    Parameters
    ----------
    events
        The whole journal, oldest first: what comes after the period may still show that it ties.
    first, end
        The period, half open.

    Raises
    ------
    IllegalEvent
        If an event cannot follow those before it.
    """
    books = _Books(first, end)
    for event in events:
        books.take_in(event)
    return books.drawn_up()


@dataclass(slots=True)
class _Books:
    """Cash counted a second time, event by event, beside the blotter's own count."""

    first: datetime
    end: datetime
    blotter: Blotter = field(default_factory=Blotter)
    balance: int | None = None
    bought: dict[str, Counter[Side]] = field(default_factory=dict)
    fills: dict[str, FillRow] = field(default_factory=dict)
    settlements: list[ev.Settled] = field(default_factory=list)
    rows: list[CashRow] = field(default_factory=list)
    opening: int | None = None
    closing: int | None = None
    blotter_closing: Money | None = None
    unreported: int = 0
    compared: ev.Reconciled | None = None
    later: CashRow | None = None
    is_over: bool = False

    def take_in(self, event: ev.OrderEvent) -> None:
        if not self.is_over and event.at >= self.end:
            self._end()
        before = self._booked(event)
        settled = isinstance(event, ev.Settled) and self.blotter.is_settled(event.ticker)
        self.blotter.apply(event)
        match event:
            case ev.Filled():
                self._fill(event, before)
            case ev.Settled() if not settled:
                self._settle(event)
            case ev.Stated():
                self._state(event)
            case ev.Reconciled():
                self._compare(event)
            case _:
                pass

    def drawn_up(self) -> AccountStatement:
        if not self.is_over:
            self._end()
        inside = tuple(row for row in self.rows if self.first <= row.at < self.end)
        fills = tuple(row for row in self.fills.values() if self.first <= row.fill.at < self.end)
        settled = tuple(each for each in self.settlements if self.first <= each.at < self.end)
        differences = tuple(self._differences())
        return AccountStatement(
            first=self.first,
            end=self.end,
            fills=fills,
            settlements=settled,
            cash=inside,
            opening=_money(self._opening()),
            closing=_money(self.closing),
            tie=self._tie(differences, moved=bool(fills or settled or inside)),
            reconciled_at=None if self.compared is None else self.compared.at,
            differences=differences,
            notes=tuple(_notes(fills, inside)),
        )

    def _booked(self, event: ev.OrderEvent) -> ev.Filled | None:
        if not isinstance(event, ev.Filled):
            return None
        order = self.blotter.orders.get(event.client_order_id)
        return None if order is None else order.fills.get(event.trade_id)

    def _fill(self, event: ev.Filled, before: ev.Filled | None) -> None:
        intent = self.blotter.orders[event.client_order_id].intent
        # A correction stands where it was learnt, in the place of what it corrects.
        self.fills.pop(event.trade_id, None)
        self.fills[event.trade_id] = FillRow(event, intent)
        if self.balance is None:
            return
        for fill, sign in ((before, -1), (event, 1)):
            if fill is not None:
                self._pay(event.at, fill, sign, intent.ticker, corrected=before is not None)

    def _pay(
        self, at: datetime, fill: ev.Filled, sign: int, ticker: str, *, corrected: bool
    ) -> None:
        note = f"correction of {fill.trade_id}" if corrected else fill.trade_id
        cost = Money.notional(fill.price, fill.contracts).e6
        self._move(at, CashKind.FILL, ticker, -sign * cost, note)
        self._move(at, CashKind.FEE, ticker, -sign * fill.fee.e6, note)
        bought = self.bought.setdefault(ticker, Counter())
        paired = min(bought[Side.YES], bought[Side.NO])
        bought[fill.side] += sign * fill.contracts.e2
        pairs = min(bought[Side.YES], bought[Side.NO]) - paired
        self._move(at, CashKind.PAIR, ticker, pairs * _PAIR_E6_PER_E2, note)

    def _settle(self, event: ev.Settled) -> None:
        self.settlements.append(event)
        self.bought.pop(event.ticker, None)
        if self.balance is not None:
            self._move(event.at, CashKind.SETTLEMENT, event.ticker, event.revenue.e6, "")

    def _state(self, event: ev.Stated) -> None:
        first = self.balance is None
        kind = CashKind.OPENING if first else CashKind.ACCEPTED
        amount = event.cash.e6 - (self.balance or 0)
        self.balance = event.cash.e6
        self.bought = {
            each.ticker: Counter({Side.YES if each.net_e2 > 0 else Side.NO: abs(each.net_e2)})
            for each in event.positions
        }
        row = CashRow(event.at, kind, "balance", Money(amount), event.cash, event.note)
        self.rows.append(row)
        untied = self.compared is None or self.compared.breaks > 0
        if self.is_over and untied and not first and self.later is None:
            self.later = row

    def _compare(self, event: ev.Reconciled) -> None:
        # The newest inside the period counts; then those after it, until one is whole.
        if not self.is_over or self.compared is None or self.compared.breaks:
            self.compared = event

    def _move(self, at: datetime, kind: CashKind, subject: str, e6: int, note: str) -> None:
        if e6 and self.balance is not None:
            self.balance += e6
            self.rows.append(CashRow(at, kind, subject, Money(e6), Money(self.balance), note))
        if e6 and not self.is_over and at >= self.first:
            # What was compared before this says nothing of it.
            self.compared = None

    def _end(self) -> None:
        self.is_over = True
        self.closing = self.balance
        self.blotter_closing = self.blotter.cash
        self.unreported = len(self.blotter.unreported)

    def _opening(self) -> int | None:
        before = [row.balance.e6 for row in self.rows if row.at < self.first]
        return before[-1] if before else None

    def _differences(self) -> Iterable[str]:
        if _money(self.closing) != self.blotter_closing:
            yield (
                f"cash by its changes is {_money(self.closing)}, by the orders "
                f"{self.blotter_closing}"
            )
        if self.unreported:
            yield f"{self.unreported} orders are filled further than their known fills"
        if self.compared is not None and self.compared.breaks:
            yield (
                f"{self.compared.breaks} breaks with the venue at {self.compared.at:%FT%TZ}; "
                "see kalshi_alpha.exec.orders reconcile"
            )
        if self.later is not None and abs(self.later.amount.e6) >= _CENT_E6:
            amount = self.later.amount
            less, size = ("less", -amount) if amount.e6 < 0 else ("more", amount)
            yield (
                f"when it was next looked at, {self.later.at:%FT%TZ}, the venue held {size} "
                f"{less} than was counted: {self.later.note}"
            )

    def _tie(self, differences: tuple[str, ...], *, moved: bool) -> Tie:
        if differences:
            return Tie.DIFFERS
        if not moved:
            return Tie.NOTHING_TO_TIE
        return Tie.NOT_RECONCILED if self.compared is None or self.closing is None else Tie.TIED


def _notes(fills: Iterable[FillRow], cash: Iterable[CashRow]) -> Iterable[str]:
    for row in fills:
        learnt, made = new_york(row.fill.at).date(), new_york(row.fill.filled_at).date()
        if learnt != made:
            yield f"fill {row.fill.trade_id} of {made} was learnt on {learnt} and counts there"
    for change in cash:
        if change.kind is CashKind.ACCEPTED:
            day = new_york(change.at).date()
            yield f"{change.amount} was taken from the venue's balance on {day}: {change.note}"


def _money(e6: int | None) -> Money | None:
    return None if e6 is None else Money(e6)
