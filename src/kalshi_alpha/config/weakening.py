"""Every way in which settings are looser than the baselines."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from kalshi_alpha.config import baselines
from kalshi_alpha.config.freshness import Feed, Freshness
from kalshi_alpha.config.pal_policy import PalPolicy, SeriesCaps, strike_value
from kalshi_alpha.config.pilot_baseline import pilot_weakening
from kalshi_alpha.config.portfolio import Portfolio
from kalshi_alpha.config.quality_gates import QualityGates
from kalshi_alpha.config.series import SeriesBook
from kalshi_alpha.config.settings import Settings
from kalshi_alpha.core.errors import ConfigWeakened
from kalshi_alpha.core.gates.readings import Finding, Reading, ReadingName
from kalshi_alpha.core.gates.reasons import Reason


def weakening(settings: Settings) -> tuple[str, ...]:
    """Return one line per guardrail that is looser than its baseline; empty if none is.

    Tightening passes. Where a change is neither (a negative beta, which hedges in one book and
    adds in another), any change counts as a loosening.
    """
    return (
        *_pal(settings.pal_policy, baselines.PAL_POLICY),
        *_portfolio(settings.portfolio, baselines.PORTFOLIO),
        *_quality(settings.quality_gates, baselines.QUALITY_GATES),
        *_freshness(settings.freshness, baselines.FRESHNESS),
        *_series(settings.series),
        *pilot_weakening(settings.pilot),
    )


def require_baselines(settings: Settings) -> None:
    """Return if no guardrail is loosened.

    Raises
    ------
    ConfigWeakened
        With every loosening in one line.
    """
    if found := weakening(settings):
        raise ConfigWeakened("; ".join(found))


def config_reading(settings: Settings) -> Reading:
    """Return the reading of the configuration: one `config_weakened` finding per loosening."""
    findings = tuple(Finding(Reason.CONFIG_WEAKENED, line) for line in weakening(settings))
    hashes = ", ".join(f"{name} {sha[:12]}" for name, sha in sorted(settings.sha256.items()))
    return Reading(ReadingName.CONFIG, findings, detail=hashes)


def _above(where: str, found: float | Decimal, most: float | Decimal) -> Iterator[str]:
    # Stated as what must hold, so that a NaN fails too.
    if not found <= most:
        yield f"{where}: {found} is above {most}"


def _below(where: str, found: float | Decimal, least: float | Decimal) -> Iterator[str]:
    if not found >= least:
        yield f"{where}: {found} is below {least}"


def _pal(found: PalPolicy, base: PalPolicy) -> Iterator[str]:
    yield from _caps("pal_policy.yaml: default", found.default, base.default)
    for ticker in sorted({*found.series, *base.series}):
        where = f"pal_policy.yaml: series.{ticker}"
        if ticker not in found.series and ticker in base.series:
            yield f"{where}: section was deleted"
        else:
            yield from _caps(where, found.caps(ticker), base.caps(ticker))


def _caps(where: str, found: SeriesCaps, base: SeriesCaps) -> Iterator[str]:
    yield from _above(f"{where}.ladder_cap_usd", found.ladder_cap_usd, base.ladder_cap_usd)
    yield from _above(f"{where}.strike_cap_usd", found.strike_cap_usd, base.strike_cap_usd)
    texts = {strike_value(text) for text in (*found.strike_overrides, *base.strike_overrides)}
    for strike in sorted(texts):
        yield from _above(
            f"{where}.strike_overrides.{strike}",
            found.strike_cap(strike),
            base.strike_cap(strike),
        )


def _portfolio(found: Portfolio, base: Portfolio) -> Iterator[str]:
    at = "portfolio.yaml: "
    # Every fraction is of it: a larger one raises the cap of a piece of news and every size.
    yield from _above(f"{at}bankroll_usd", found.bankroll_usd, base.bankroll_usd)
    yield from _above(f"{at}kelly.multiplier", found.kelly.multiplier, base.kelly.multiplier)
    yield from _above(f"{at}kelly.cap", found.kelly.cap, base.kelly.cap)
    yield from _below(
        f"{at}kelly.min_probability_se",
        found.kelly.min_probability_se,
        base.kelly.min_probability_se,
    )
    var, base_var = found.value_at_risk, base.value_at_risk
    yield from _below(f"{at}value_at_risk.level", var.level, base_var.level)
    yield from _above(f"{at}value_at_risk.limit_usd", var.limit_usd, base_var.limit_usd)
    yield from _below(f"{at}idio_vol", found.idio_vol, base.idio_vol)
    for factor, vol in base.factor_vols.items():
        yield from _below(f"{at}factor_vols.{factor}", found.factor_vols.get(factor, 0.0), vol)
    yield from _correlations(at, found, base)
    yield from _betas(at, found, base)


def _correlations(at: str, found: Portfolio, base: Portfolio) -> Iterator[str]:
    """Less correlation means more diversification is believed."""
    pairs = {tuple(sorted(c.between)) for c in (*found.correlations, *base.correlations)}
    for one, other in sorted(pairs):
        yield from _below(
            f"{at}correlations.{one}-{other}", found.rho(one, other), base.rho(one, other)
        )


def _betas(at: str, found: Portfolio, base: Portfolio) -> Iterator[str]:
    for group in sorted({*found.betas, *base.betas}):
        where = f"{at}betas.{group}"
        if group not in found.betas:
            yield f"{where}: section was deleted"
            continue
        loadings, agreed = found.betas[group], base.betas.get(group, {})
        for factor in sorted({*loadings, *agreed}):
            beta, least = loadings.get(factor, 0.0), agreed.get(factor, 0.0)
            if least < 0.0 and beta != least:
                yield f"{where}.{factor}: {beta} differs from {least}, a hedge"
            else:
                yield from _below(f"{where}.{factor}", beta, least)


def _quality(found: QualityGates, base: QualityGates) -> Iterator[str]:
    at = "quality_gates.yaml: "
    for family, least in base.minimum_advantage.items():
        where = f"{at}minimum_advantage.{family}"
        advantage = found.minimum_advantage.get(family)
        if advantage is None:
            yield f"{where}: section was deleted"
            continue
        yield from _below(f"{where}.crps", advantage.crps, least.crps)
        yield from _below(f"{where}.brier", advantage.brier, least.brier)
    for family in sorted(set(found.minimum_advantage) - set(base.minimum_advantage)):
        own, least = found.minimum_advantage[family], baselines.ADDED_FAMILY
        yield from _below(
            f"quality_gates.yaml, families.d: minimum_advantage.{family}.crps", own.crps, least.crps
        )
        yield from _below(
            f"quality_gates.yaml, families.d: minimum_advantage.{family}.brier",
            own.brier,
            least.brier,
        )
    for name in base.tolerances.__struct_fields__:
        yield from _above(
            f"{at}tolerances.{name}",
            getattr(found.tolerances, name),
            getattr(base.tolerances, name),
        )
    yield from _above(
        f"{at}model_drift.max_worsening",
        found.model_drift.max_worsening,
        base.model_drift.max_worsening,
    )


def _freshness(found: Freshness, base: Freshness) -> Iterator[str]:
    for name, agreed in base.feeds.items():
        where = f"freshness.yaml: feeds.{name}"
        feed = found.feeds.get(name)
        if feed is None:
            yield f"{where}: section was deleted"
        else:
            yield from _feed(where, feed, agreed)


def _feed(where: str, feed: Feed, base: Feed) -> Iterator[str]:
    yield from _above(f"{where}.max_age_days", feed.max_age_days, base.max_age_days)
    yield from _above(f"{where}.grace_minutes", feed.grace_minutes, base.grace_minutes)
    for name in ("source", "unit", "rhythm", "event", "series_id"):
        value, agreed = getattr(feed, name), getattr(base, name)
        if value != agreed and agreed is not None:
            yield f"{where}.{name}: {value} is not {agreed}"
    if feed.due_at is not None and base.due_at is not None and feed.due_at > base.due_at:
        yield f"{where}.due_at: {feed.due_at} is later than {base.due_at}"
    if base.low is not None:
        yield from _below(f"{where}.low", _or(feed.low, "-Infinity"), base.low)
    if base.high is not None:
        yield from _above(f"{where}.high", _or(feed.high, "Infinity"), base.high)


def _or(bound: Decimal | None, absent: str) -> Decimal:
    return Decimal(absent) if bound is None else bound


def _series(found: SeriesBook) -> Iterator[str]:
    for series in found.series:
        needed = baselines.FAMILY_FEEDS.get(series.family, frozenset())
        for feed in sorted(needed - set(series.feeds)):
            yield f"series.yaml: {series.ticker}.feeds: {feed} was removed"
        place = (series.family, series.exposure, series.event)
        for name, value, agreed in zip(
            ("family", "exposure", "event"),
            place,
            baselines.SERIES.get(series.ticker, place),
            strict=True,
        ):
            if value != agreed:
                yield f"series.yaml: {series.ticker}.{name}: {value} is not {agreed}"
