"""From chosen quotes to orders within every cap."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kalshi_alpha.core.arrays import IntArray
from kalshi_alpha.core.forecast import GridPmf
from kalshi_alpha.core.proposals.book_risk import RiskModel, ladder_book, share_within, unit_books
from kalshi_alpha.core.proposals.evaluate import BestQuotes
from kalshi_alpha.core.proposals.holdings import Holdings
from kalshi_alpha.core.proposals.limits import (
    Leg,
    scale_to_cap,
    scaled,
    within_position_limits,
    worst_fill_loss,
)
from kalshi_alpha.core.proposals.not_proposed import NotProposed
from kalshi_alpha.core.proposals.policy import ScanPolicy
from kalshi_alpha.core.proposals.sizes import WantedSizes, wanted_sizes
from kalshi_alpha.core.proposals.table import MarketTable
from kalshi_alpha.core.risk.unit_book import UnitBook
from kalshi_alpha.core.types import Contracts, Money, Price, Side

_SIDES = (Side.YES, Side.NO)
_HOUR_S = 3600.0
_NO_ROOM = Money(0)


@dataclass(frozen=True, slots=True, eq=False)
class Allotment:
    """What every market was allotted.

    Parameters
    ----------
    legs, rooms
        By row of the table: the orders that remain, in order of preference, and the dollars that
        were free for each before it.
    stopped
        For every row the first thing that stopped it; None for the rows of ``legs``.
    sizes, place
        The sizes before caps, and which of them belongs to a row.
    var
        Governing value at risk of what is held and allotted, in dollars.
    """

    legs: Mapping[int, Leg]
    rooms: Mapping[int, Money]
    stopped: Sequence[NotProposed | None]
    sizes: WantedSizes
    place: Mapping[int, int]
    var: float


def allot(
    table: MarketTable,
    quotes: BestQuotes,
    stopped: Sequence[NotProposed | None],
    pmfs: Sequence[GridPmf | None],
    holdings: Holdings,
    policy: ScanPolicy,
    risk: RiskModel,
) -> Allotment:
    """Size the quotes that nothing stopped, then cut them to position, unit and VaR limits.

    Parameters
    ----------
    table, quotes, stopped
        Every market, its best quote, and what stopped it so far.
    pmfs
        One forecast per ladder, or None.
    holdings
        What is committed already, and the position limits.
    policy, risk
        Sizing, and the value-at-risk limit.
    """
    chosen = np.array([row for row, why in enumerate(stopped) if why is None], dtype=np.int64)
    sizes = wanted_sizes(table, quotes, chosen, pmfs, holdings.exposures, policy)
    place = {int(row): at for at, row in enumerate(chosen)}
    reasons = list(stopped)
    legs = _wanted_legs(
        table, quotes, _by_preference(table, quotes, chosen, policy), sizes, place, policy
    )
    legs = _keep(legs, reasons, NotProposed.KELLY_BELOW_ONE_LOT)
    cut, rooms = _cut_to_positions(legs, holdings, policy)
    legs = _keep(cut, reasons, NotProposed.POSITION_LIMIT)
    legs = _keep(_cut_to_units(table, legs, holdings, policy), reasons, NotProposed.RISK_UNIT_CAP)
    worth = [leg for leg in legs if _worth_its_fee(leg, quotes, policy)]
    _mark(legs, worth, reasons, NotProposed.EV_LOST_TO_FEE_ROUNDING)
    final, var = _cut_to_var(table, worth, pmfs, holdings, quotes, policy, risk)
    _mark(worth, final, reasons, NotProposed.VAR_LIMIT)
    return Allotment({leg.row: leg for leg in final}, rooms, reasons, sizes, place, var)


def exact_ev(leg: Leg, quotes: BestQuotes) -> tuple[float, float]:
    """Return the raw and the honest edge per contract with the fee of exactly this order."""
    rounding = leg.fee.dollars / leg.contracts.count - float(quotes.fee[leg.row])
    raw, honest = float(quotes.ev_raw[leg.row]), float(quotes.ev_honest[leg.row])
    return raw - rounding, honest - rounding


def _worth_its_fee(leg: Leg, quotes: BestQuotes, policy: ScanPolicy) -> bool:
    honest = exact_ev(leg, quotes)[1]
    return honest >= policy.min_ev and honest > 0


def _by_preference(
    table: MarketTable, quotes: BestQuotes, rows: IntArray, policy: ScanPolicy
) -> list[int]:
    """Order rows by expected profit per dollar and hour locked, best first."""
    hours = np.array(
        [(table.markets[r].close_at - policy.at).total_seconds() / _HOUR_S for r in rows.tolist()]
    )
    cost = quotes.price[rows] / 1e4 + quotes.fee[rows]
    merit = quotes.alpha[rows] * quotes.ev_honest[rows] / (cost * np.maximum(hours, 1e-9))
    return [int(r) for r in rows[np.argsort(-merit, kind="stable")]]


def _wanted_legs(
    table: MarketTable,
    quotes: BestQuotes,
    order: Iterable[int],
    sizes: WantedSizes,
    place: Mapping[int, int],
    policy: ScanPolicy,
) -> list[Leg]:
    return [
        Leg(
            row=row,
            market=table.markets[row],
            side=_SIDES[int(quotes.side[row])],
            price=Price(int(quotes.price[row])),
            contracts=Contracts(int(sizes.contracts_e2[place[row]])),
            fee_terms=table.snapshots[int(table.ladder_of[row])].fee_terms,
            balance_step_e6=policy.balance_step_e6,
        )
        for row in order
    ]


def _cut_to_positions(
    legs: Sequence[Leg], holdings: Holdings, policy: ScanPolicy
) -> tuple[list[Leg], dict[int, Money]]:
    cut: list[Leg] = []
    rooms: dict[int, Money] = {}
    for event, group in _by_event(legs).items():
        limits = holdings.limits.get(event)
        if limits is None:
            cut += [leg.resized(Contracts(0)) for leg in group]
            rooms |= dict.fromkeys([leg.row for leg in group], _NO_ROOM)
            continue
        held = holdings.exposures.get(event, ())
        within = within_position_limits(group, held, limits, policy.sizing.lot)
        cut += within.legs
        rooms |= {leg.row: free for leg, free in zip(group, within.rooms, strict=True)}
    return cut, rooms


def _cut_to_units(
    table: MarketTable, legs: Sequence[Leg], holdings: Holdings, policy: ScanPolicy
) -> list[Leg]:
    cap = policy.sizing.kelly_cap * policy.sizing.bankroll.dollars
    ladders = {s.ladder.event_ticker: s.ladder for s in table.snapshots}
    by_event = _by_event(legs)
    units: dict[str, list[str]] = {}
    for event, ladder in ladders.items():
        units.setdefault(ladder.risk_unit, []).append(event)
    cut: list[Leg] = []
    for events in units.values():
        losses = [
            worst_fill_loss(ladders[e], by_event.get(e, ()), holdings.exposures.get(e, ()))
            for e in events
            if e in by_event or e in holdings.exposures
        ]
        share = scale_to_cap(losses, cap)
        cut += [
            leg if share == 1.0 else scaled(leg, share, policy.sizing.lot)
            for e in events
            for leg in by_event.get(e, ())
        ]
    return cut


def _cut_to_var(
    table: MarketTable,
    legs: Sequence[Leg],
    pmfs: Sequence[GridPmf | None],
    holdings: Holdings,
    quotes: BestQuotes,
    policy: ScanPolicy,
    risk: RiskModel,
) -> tuple[list[Leg], float]:
    def at(share: float) -> list[Leg]:
        if share == 1.0:
            return list(legs)
        smaller = [scaled(leg, share, policy.sizing.lot) for leg in legs]
        return [leg for leg in smaller if leg.contracts.e2 and _worth_its_fee(leg, quotes, policy)]

    def var_at(share: float) -> float:
        by_event = _by_event(at(share))
        books: dict[str, list[UnitBook]] = {}
        for snapshot, pmf in zip(table.snapshots, pmfs, strict=True):
            event = snapshot.ladder.event_ticker
            held, new = holdings.exposures.get(event, ()), by_event.get(event, ())
            if pmf is not None and (held or new):
                book = ladder_book(snapshot.ladder, pmf, held, new)
                books.setdefault(snapshot.ladder.risk_unit, []).append(book)
        return risk.value_at_risk(unit_books(books))

    share = share_within(risk.limit, var_at)
    final = at(share)
    return final, var_at(share)


def _by_event(legs: Iterable[Leg]) -> dict[str, list[Leg]]:
    grouped: dict[str, list[Leg]] = {}
    for leg in legs:
        grouped.setdefault(leg.market.event_ticker, []).append(leg)
    return grouped


def _keep(legs: Sequence[Leg], reasons: list[NotProposed | None], why: NotProposed) -> list[Leg]:
    kept = [leg for leg in legs if leg.contracts.e2 > 0]
    _mark(legs, kept, reasons, why)
    return kept


def _mark(
    before: Sequence[Leg],
    after: Sequence[Leg],
    reasons: list[NotProposed | None],
    why: NotProposed,
) -> None:
    rows = {leg.row for leg in after}
    for leg in before:
        if leg.row not in rows:
            reasons[leg.row] = why
