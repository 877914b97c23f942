"""What a reader of a backtest must know to believe no more than it says."""

from __future__ import annotations

from collections.abc import Iterable

from kalshi_alpha.core.gates import Action
from kalshi_alpha.core.replay.gate import TAKEN_AS_PASSED
from kalshi_alpha.core.replay.report import Report
from kalshi_alpha.core.replay.results import result_lag
from kalshi_alpha.exec.backtest.gate_history import judged_feeds
from kalshi_alpha.exec.backtest.materials import Materials
from kalshi_alpha.exec.backtest.variant import Variant
from kalshi_alpha.exec.backtest.weather_forecasts import CLIMATOLOGY
from kalshi_alpha.strategies.weather.features import GUIDANCE_AGE_MAX


def notes_of(materials: Materials, variant: Variant, report: Report) -> tuple[str, ...]:
    """Return the caveats of a run, a sentence each."""
    return (
        *_market(variant, report),
        *_forecasts(variant, report),
        *_weather(materials),
        *_chain(materials, variant),
    )


def _market(variant: Variant, report: Report) -> Iterable[str]:
    if "trades" in report.fidelities:
        yield (
            f"{report.fidelities['trades']:,} events carry prints and no book: touches are "
            "inferred (last price at which a taker sold YES is the bid, bought YES the ask; no "
            f"touch when either is older than {variant.touch_minutes:g} minutes or they cross), "
            "and an order fills only on a print through its price, so fills are those that the "
            "market went through: the least favourable reading"
        )
        yield (
            "of prints through the price those of "
            + ("either side's takers" if variant.any_taker else "the other side's takers")
            + " fill: had our bid stood there, an offer below it could not have rested"
        )
    if report.book_gaps:
        yield (
            f"recordings of {report.events_with_gaps:,} events lack something, and their books "
            f"were not known {report.book_gaps:,} times until they were shown again: nothing was "
            "decided on them meanwhile, an order that arrived was refused, and one that rested "
            "filled only on prints through its price; what was printed while nobody listened is "
            "not known"
        )
    yield (
        f"orders rest {variant.place_seconds:g} s after the decision and "
        f"{variant.cancel_seconds:g} s beyond the end of their window"
    )


def _forecasts(variant: Variant, report: Report) -> Iterable[str]:
    almanac = [city for city, models in report.models.items() if models == (CLIMATOLOGY,)]
    if almanac:
        traded = (
            "and are traded all the same"
            if variant.trade_without_skill
            else ("which is no reason to trade: the chain passes them over")
        )
        yield f"{', '.join(almanac)} run on climatology, {traded}"
    if report.models:
        yield (
            "stitched historical forecasts are never read; each event has one forecast, made from "
            "what was known when its family decides"
        )


def _weather(materials: Materials) -> Iterable[str]:
    if materials.family != "WEATHER":
        return
    hours = GUIDANCE_AGE_MAX.total_seconds() / 3600
    yield (
        "forecasts are those known at 12 UTC on the eve; later guidance and the day's own "
        f"observations are not recorded. A live system believes a bulletin for {hours:g} hours and "
        "so would not have refused the windows of the next day for their age: it would have had "
        "newer ones"
    )
    yield (
        "a final climate report is taken to have come when it was due, the morning after its day: "
        "the history does not say when it came"
    )
    lag = result_lag(materials.family)
    yield (
        f"where the tape does not say when a market settled, its result is known "
        f"{lag.after_close.total_seconds() / 3600:g} hours after the close, when {lag.source} is "
        "out: monitors, capital-hours and the ledger know it no sooner"
    )


def _chain(materials: Materials, variant: Variant) -> Iterable[str]:
    if variant.pool and variant.pool_weight is None:
        yield "the pool keeps the family's prior weight: no lesson is learnt from fills on the way"
    yield "value at risk and position limits look at the events of one day together"
    bankroll = variant.options.bankroll(materials.settings)
    yield (
        f"sizes are of a bankroll of {bankroll.dollars:,.0f} dollars throughout, whatever was won "
        "or lost before"
    )
    yield from _gate(materials, variant)
    yield from materials.fees.notes


def _gate(materials: Materials, variant: Variant) -> Iterable[str]:
    """Say what the gate was asked, and what it could not be."""
    if variant.action is None:
        yield "of the gate only windows and the tolerances of a scan are replayed"
        return
    said: dict[bool, list[str]] = {True: [], False: []}
    for feed, known in judged_feeds(
        materials.family, materials.settings, materials.history
    ).items():
        said[known].append(feed)
    yield (
        "the gate is asked as before "
        + ("paper orders" if variant.action is Action.PAPER else "orders with money")
        + ": windows, the tolerances of a scan, the model's record on the days printed by the "
        f"first of the month, freshness of {', '.join(said[True]) or 'no feed'}, and what monitors "
        "would have left standing of drawdown, panic, the gap of the edge and the sequential "
        "guard; open positions are marked at the market's price when they filled"
    )
    passed = [*said[False], "feeds of other families", *TAKEN_AS_PASSED]
    yield (
        f"taken as passed, for no tape carries them: {', '.join(passed)}; the kill switch is "
        "absent, and nobody resets a guard or signs a memo"
    )
