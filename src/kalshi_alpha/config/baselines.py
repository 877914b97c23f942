"""The guardrails as they were agreed: no configuration may be looser than these.

They stand in code on purpose. A change here is a reviewed commit, whereas a change in a YAML
file on a trading host is seen by nobody.
"""

from __future__ import annotations

from datetime import time
from decimal import Decimal

from kalshi_alpha.config.freshness import Feed, Freshness, Rhythm, Station
from kalshi_alpha.config.pal_policy import PalPolicy, SeriesCaps
from kalshi_alpha.config.portfolio import Correlation, Kelly, Portfolio, ValueAtRisk
from kalshi_alpha.config.quality_gates import Advantage, ModelDrift, QualityGates, Tolerances
from kalshi_alpha.core.gates.freshness import AgeUnit

_MONTHLY_CHANGE = SeriesCaps(
    ladder_cap_usd=3000,
    strike_cap_usd=3000,
    strike_overrides={"0.1": 2500, "0.2": 2500, "0.3": 2500, "0.4": 2500},
)
_YEARLY_CHANGE = SeriesCaps(ladder_cap_usd=3000, strike_cap_usd=2500)
_SKILL = Advantage(crps=0.02, brier=0.01)

ADDED_FAMILY = _SKILL
"""What a family that a package brings must show at least: no less than the program's own."""

PAL_POLICY = PalPolicy(
    schema=1,
    default=SeriesCaps(ladder_cap_usd=1000, strike_cap_usd=1000),
    series={
        "KXCPI": _MONTHLY_CHANGE,
        "KXCPIYOY": _YEARLY_CHANGE,
        "KXCPICORE": _MONTHLY_CHANGE,
        "KXCPICOREYOY": _YEARLY_CHANGE,
    },
)

PORTFOLIO = Portfolio(
    schema=1,
    bankroll_usd=10_000,
    kelly=Kelly(multiplier=0.25, cap=0.25, min_probability_se=0.02),
    value_at_risk=ValueAtRisk(level=0.99, limit_usd=2000),
    factor_vols={"INFL": 0.35, "LABOR": 0.30, "RATES": 0.40, "TEMP_NE": 0.45, "TEMP_S": 0.40},
    correlations=(
        Correlation(between=("INFL", "RATES"), rho=0.25),
        Correlation(between=("LABOR", "RATES"), rho=-0.20),
        Correlation(between=("TEMP_NE", "TEMP_S"), rho=0.30),
    ),
    betas={
        "CPI": {"INFL": 1.0, "RATES": 0.1},
        "CLAIMS": {"LABOR": 1.0, "RATES": -0.1},
        "TNEY": {"INFL": 0.2, "LABOR": -0.1, "RATES": 1.0},
        "TEMP_NE": {"TEMP_NE": 1.0},
        "TEMP_S": {"TEMP_S": 1.0},
    },
    idio_vol=0.15,
)

QUALITY_GATES = QualityGates(
    schema=1,
    minimum_advantage={"CPI": _SKILL, "CLAIMS": _SKILL, "TNEY": _SKILL, "WEATHER": _SKILL},
    tolerances=Tolerances(tz_not_et=0, non_monotone_ladders=0, negative_ev_after_fees=0),
    model_drift=ModelDrift(max_worsening=0.10),
)

# Stations are the operator's to declare, so the climate feed stands here with a placeholder.
_PLACEHOLDER = Station(code="-", standard_offset_hours=0)
_FRESHNESS_FEEDS = {
    "bls_cpi.latest_release": Feed(
        source="bls_cpi",
        max_age_days=35,
        unit=AgeUnit.CALENDAR_DAYS,
        grace_minutes=60,
        rhythm=Rhythm.RELEASE,
        event="cpi",
    ),
    "dol_claims.latest_report": Feed(
        source="dol_claims",
        max_age_days=8,
        unit=AgeUnit.CALENDAR_DAYS,
        grace_minutes=60,
        rhythm=Rhythm.RELEASE,
        event="claims",
    ),
    "treasury_10y.daily": Feed(
        source="treasury_yields",
        max_age_days=3,
        unit=AgeUnit.BUSINESS_DAYS,
        grace_minutes=960,
        rhythm=Rhythm.TRADING_DAY,
        due_at=time(18, 0),
        series_id="DGS10",
    ),
    "cleveland_nowcast.monthly": Feed(
        source="cleveland_nowcast",
        max_age_days=35,
        unit=AgeUnit.CALENDAR_DAYS,
        grace_minutes=10_080,
        rhythm=Rhythm.WEEKDAY,
        due_at=time(10, 0),
    ),
    "aaa_gas.daily": Feed(
        source="aaa_gas",
        max_age_days=2,
        unit=AgeUnit.CALENDAR_DAYS,
        grace_minutes=2880,
        rhythm=Rhythm.DAILY,
        due_at=time(7, 15),
        low=Decimal("2.00"),
        high=Decimal("6.00"),
    ),
    "nws_daily_climate": Feed(
        source="nws_daily_climate",
        max_age_days=2,
        unit=AgeUnit.CALENDAR_DAYS,
        grace_minutes=1440,
        rhythm=Rhythm.CLIMATE_DAY,
        due_at=time(8, 0),
        stations=(_PLACEHOLDER,),
    ),
}
FRESHNESS = Freshness(schema=1, feeds=_FRESHNESS_FEEDS)

# Feeds that a family's forecast stands on; dropping one would hide its staleness.
FAMILY_FEEDS: dict[str, frozenset[str]] = {
    "CPI": frozenset({"bls_cpi.latest_release", "cleveland_nowcast.monthly", "aaa_gas.daily"}),
    "CLAIMS": frozenset({"dol_claims.latest_report"}),
    "TNEY": frozenset({"treasury_10y.daily"}),
    "WEATHER": frozenset({"nws_daily_climate"}),
}

# Family (its forecast, gates and freeze), exposure group (its betas) and calendar event of the
# series that are known: moving one elsewhere would take it out of its guardrails.
SERIES: dict[str, tuple[str, str, str | None]] = {
    "KXCPI": ("CPI", "CPI", "cpi"),
    "KXCPIYOY": ("CPI", "CPI", "cpi"),
    "KXCPICORE": ("CPI", "CPI", "cpi"),
    "KXCPICOREYOY": ("CPI", "CPI", "cpi"),
    "KXJOBLESSCLAIMS": ("CLAIMS", "CLAIMS", "claims"),
    "KXUST10AD": ("TNEY", "TNEY", None),
    "KXUST10A": ("TNEY", "TNEY", None),
    "KXUST10AM": ("TNEY", "TNEY", None),
    "KXHIGHNY": ("WEATHER", "TEMP_NE", None),
    "KXHIGHCHI": ("WEATHER", "TEMP_NE", None),
    "KXHIGHMIA": ("WEATHER", "TEMP_S", None),
    "KXHIGHAUS": ("WEATHER", "TEMP_S", None),
    "KXHIGHLAX": ("WEATHER", "TEMP_S", None),
    "KXHIGHDEN": ("WEATHER", "TEMP_S", None),
    "KXHIGHPHIL": ("WEATHER", "TEMP_NE", None),
}
