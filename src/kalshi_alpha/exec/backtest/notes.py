"""What a reader of a backtest must know to believe no more than it says."""

from __future__ import annotations

from collections.abc import Iterable

from kalshi_alpha.core.replay.report import Report
from kalshi_alpha.exec.backtest.materials import Materials
from kalshi_alpha.exec.backtest.variant import Variant
from kalshi_alpha.exec.backtest.weather_forecasts import CLIMATOLOGY


def notes_of(materials: Materials, variant: Variant, report: Report) -> tuple[str, ...]:
    """Return the caveats of a run, a sentence each."""
    return (*_market(variant, report), *_forecasts(variant, report), *_chain(materials, variant))


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
    yield (
        "forecasts are those known at 12 UTC on the eve; later guidance and the day's own "
        "observations are not recorded, and stitched historical forecasts are never read"
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
    yield (
        "of the gate, the windows and the tolerances of a scan are replayed; freshness of feeds, "
        "monitors and readiness belong to a live day and are taken as passed"
    )
    yield from materials.fees.notes
