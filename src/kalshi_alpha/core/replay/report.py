"""A replay of many days as one report: figures by group, skill and baselines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.ledger.honesty_bins import HonestyBin, honesty_bins
from kalshi_alpha.core.replay.baselines import Baseline
from kalshi_alpha.core.replay.bootstrap import DateBootstrap, Interval
from kalshi_alpha.core.replay.chain import Chain
from kalshi_alpha.core.replay.figures import DIMENSIONS, Figures, OrderTable, grouped
from kalshi_alpha.core.replay.outcome import DayOutcome
from kalshi_alpha.core.replay.skill import Skill, market_skill
from kalshi_alpha.core.types import E6_PER_DOLLAR


@dataclass(frozen=True, slots=True)
class BaselineFigures:
    """What a baseline came to on the same days, under the same rules; dollars."""

    orders: int
    fills: int
    contracts_filled: float
    fill_ratio: float | None
    gross_pnl: float
    fees: float
    net_pnl: float
    net_pnl_ci90: Interval


@dataclass(frozen=True, slots=True, eq=False)
class Report:
    """Everything that a backtest shows.

    Attributes
    ----------
    table, bootstrap
        Orders as columns, and the draws of dates.
    whole, by
        Figures of all orders, and by dimension and group.
    skill, skill_by_city
        Our forecast against the market's price.
    baselines
        By name.
    events, decisions, refused, passed, withheld
        How much was replayed, orders refused on arrival, why markets were passed over, and why
        the gate withheld what was proposed.
    models
        By place: what forecasts were made by.
    fidelities
        How many events were recorded how finely.
    book_gaps, events_with_gaps
        How often books were lost until they were shown again, and in how many events.
    bins
        What the ramp would have made of the fills, by side, price and lead.
    """

    table: OrderTable
    bootstrap: DateBootstrap
    whole: Figures
    by: Mapping[str, Mapping[str, Figures]]
    skill: Skill
    skill_by_city: Mapping[str, Skill]
    baselines: Mapping[str, BaselineFigures]
    events: int
    decisions: int
    refused: int
    passed: Mapping[str, int]
    withheld: Mapping[str, int]
    models: Mapping[str, tuple[str, ...]]
    fidelities: Mapping[str, int]
    book_gaps: int
    events_with_gaps: int
    bins: tuple[HonestyBin, ...]


def report_of(
    outcomes: Sequence[DayOutcome], chain: Chain, dimensions: Sequence[str] = DIMENSIONS
) -> Report:
    """Sum replayed days up; at least one must be given."""
    table, bootstrap = OrderTable.of(outcomes), DateBootstrap(len(outcomes))
    passed, withheld = Counter[str](), Counter[str]()
    for outcome in outcomes:
        passed.update(outcome.passed)
        withheld.update(outcome.withheld)
    facts = [each for outcome in outcomes for each in outcome.events]
    cities = sorted({each.city for each in facts})
    return Report(
        table=table,
        bootstrap=bootstrap,
        whole=table.figures(bootstrap),
        by={name: grouped(table, bootstrap, name) for name in dimensions},
        skill=market_skill(outcomes, bootstrap),
        skill_by_city={city: market_skill(outcomes, bootstrap, city) for city in cities},
        baselines=baseline_figures(outcomes, bootstrap),
        events=len(facts),
        decisions=sum(each.decisions for each in facts),
        refused=sum(outcome.refused for outcome in outcomes),
        passed=dict(passed.most_common()),
        withheld=dict(withheld.most_common()),
        models={
            city: tuple(sorted({m for each in facts if each.city == city for m in each.models}))
            for city in cities
        },
        fidelities=dict(Counter(each.fidelity for each in facts).most_common()),
        book_gaps=sum(each.book_gaps for each in facts),
        events_with_gaps=sum(each.book_gaps > 0 for each in facts),
        bins=tuple(honesty_bins(table.rows, chain.policy.shrink).values()),
    )


def baseline_figures(
    outcomes: Sequence[DayOutcome], bootstrap: DateBootstrap
) -> dict[str, BaselineFigures]:
    """Return what every baseline came to; doing nothing is one of them."""
    found = {}
    for name in Baseline:
        by_day = np.array([_baseline_sums(outcome, name) for outcome in outcomes])
        orders, fills, posted, filled, gross, fees = by_day.sum(axis=0).tolist()
        net: FloatArray = (by_day[:, 4] - by_day[:, 5]) / E6_PER_DOLLAR
        found[name.value] = BaselineFigures(
            orders=int(orders),
            fills=int(fills),
            contracts_filled=filled / 100,
            fill_ratio=filled / posted if posted else None,
            gross_pnl=gross / E6_PER_DOLLAR,
            fees=fees / E6_PER_DOLLAR,
            net_pnl=(gross - fees) / E6_PER_DOLLAR,
            net_pnl_ci90=bootstrap.total(net),
        )
    return found


def _baseline_sums(outcome: DayOutcome, name: Baseline) -> tuple[int, ...]:
    sums = [0] * 6
    for each in outcome.baselines:
        if each.baseline is name:
            row = (
                each.orders,
                each.filled_orders,
                each.posted_e2,
                each.filled_e2,
                each.gross_e6,
                each.fee_e6,
            )
            sums = [a + b for a, b in zip(sums, row, strict=True)]
    return tuple(sums)
