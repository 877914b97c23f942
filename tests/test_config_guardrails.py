"""The committed configuration holds its guardrails, and every kind of loosening is caught."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from kalshi_alpha.config.configuration import load_configuration, loosenings
from kalshi_alpha.config.monitors import load_monitors
from kalshi_alpha.config.settings import Settings, load_settings
from kalshi_alpha.config.weakening import config_reading, require_baselines, weakening
from kalshi_alpha.core.errors import ConfigError, ConfigWeakened
from kalshi_alpha.core.gates.gate import verdict
from kalshi_alpha.core.gates.requirements import Action

AT = datetime(2025, 6, 11, 10, 30, tzinfo=UTC)
CONFIGS = Path(__file__).resolve().parents[1] / "configs"
Tree = dict[str, Any]


def folder_after(folder: Path, file: str, edit: Callable[[Tree], object]) -> Path:
    for path in CONFIGS.glob("*.yaml"):
        shutil.copy(path, folder / path.name)
    tree = yaml.safe_load((CONFIGS / file).read_text(encoding="utf-8"))
    edit(tree)
    (folder / file).write_text(yaml.safe_dump(tree), encoding="utf-8")
    return folder


def settings_after(folder: Path, file: str, edit: Callable[[Tree], object]) -> Settings:
    return load_settings(folder_after(folder, file, edit))


def put(*keys: str | int, to: object) -> Callable[[Tree], None]:
    def edit(tree: Any) -> None:
        for key in keys[:-1]:
            tree = tree[key]
        tree[keys[-1]] = to

    return edit


def drop(*keys: str | int) -> Callable[[Tree], None]:
    def edit(tree: Any) -> None:
        for key in keys[:-1]:
            tree = tree[key]
        del tree[keys[-1]]

    return edit


def test_committed_files_are_at_their_baselines() -> None:
    settings = load_settings(CONFIGS)
    assert weakening(settings) == ()
    require_baselines(settings)
    assert loosenings(load_configuration(CONFIGS)) == ()


def test_committed_cpi_caps_are_three_thousand_and_two_and_a_half() -> None:
    caps = load_settings(CONFIGS).pal_policy.caps("KXCPI")
    assert caps.ladder_cap_usd == 3000
    assert min(caps.strike_overrides.values()) == 2500


def test_committed_tolerances_are_zero() -> None:
    tolerances = load_settings(CONFIGS).quality_gates.tolerances
    assert (
        tolerances.tz_not_et,
        tolerances.non_monotone_ladders,
        tolerances.negative_ev_after_fees,
    ) == (0, 0, 0)


PAL, PORT, QUAL = "pal_policy.yaml", "portfolio.yaml", "quality_gates.yaml"
FRESH, SERIES, PILOT = "freshness.yaml", "series.yaml", "pilot.yaml"
NWS, GAS, BLS = "nws_daily_climate", "aaa_gas.daily", "bls_cpi.latest_release"

LOOSENINGS: list[tuple[str, Callable[[Tree], None], str]] = [
    (PAL, put("series", "KXCPI", "ladder_cap_usd", to=3001), "KXCPI.ladder_cap_usd"),
    (PAL, put("series", "KXCPI", "strike_overrides", "0.3", to=2501), "strike_overrides.0.3"),
    (PAL, drop("series", "KXCPI", "strike_overrides", "0.2"), "strike_overrides.0.2"),
    (PAL, put("series", "KXCPIYOY", "strike_cap_usd", to=2501), "KXCPIYOY.strike_cap_usd"),
    (PAL, put("series", "KXCPIYOY", "strike_overrides", to={"3.0": 2600}), "overrides.3.0"),
    (PAL, drop("series", "KXCPICORE"), "KXCPICORE: section was deleted"),
    (PAL, put("default", "ladder_cap_usd", to=1001), "default.ladder_cap_usd"),
    (
        PAL,
        put("series", "KXNEW", to={"ladder_cap_usd": 5000, "strike_cap_usd": 1000}),
        "KXNEW.ladder_cap_usd",
    ),
    (PORT, put("bankroll_usd", to=10_001), "bankroll_usd"),
    (PORT, put("kelly", "cap", to=0.26), "kelly.cap"),
    (PORT, put("kelly", "multiplier", to=0.3), "kelly.multiplier"),
    (PORT, put("kelly", "min_probability_se", to=0.01), "kelly.min_probability_se"),
    (PORT, put("value_at_risk", "limit_usd", to=2001), "value_at_risk.limit_usd"),
    (PORT, put("value_at_risk", "level", to=0.95), "value_at_risk.level"),
    (PORT, put("factor_vols", "INFL", to=0.34), "factor_vols.INFL"),
    (PORT, put("idio_vol", to=0.14), "idio_vol"),
    (PORT, put("betas", "CPI", "INFL", to=0.9), "betas.CPI.INFL"),
    (PORT, drop("betas", "CPI", "RATES"), "betas.CPI.RATES"),
    (PORT, put("betas", "CLAIMS", "RATES", to=-0.2), "a hedge"),
    (PORT, put("betas", "CLAIMS", "RATES", to=0.0), "a hedge"),
    (PORT, put("betas", "CPI", "LABOR", to=-0.5), "betas.CPI.LABOR"),
    (PORT, put("correlations", 0, "rho", to=0.2), "correlations.INFL-RATES"),
    (PORT, put("correlations", 1, "rho", to=-0.3), "correlations.LABOR-RATES"),
    (PORT, drop("correlations", 2), "correlations.TEMP_NE-TEMP_S"),
    (QUAL, put("minimum_advantage", "CPI", "crps", to=0.01), "minimum_advantage.CPI.crps"),
    (QUAL, put("minimum_advantage", "CPI", "brier", to=0.0), "minimum_advantage.CPI.brier"),
    (QUAL, drop("minimum_advantage", "CLAIMS"), "CLAIMS: section was deleted"),
    (
        QUAL,
        put("minimum_advantage", "NEW", to={"crps": 0.02, "brier": 0.0}),
        "minimum_advantage.NEW.brier",
    ),
    (QUAL, put("tolerances", "tz_not_et", to=1), "tolerances.tz_not_et"),
    (QUAL, put("tolerances", "non_monotone_ladders", to=1), "tolerances.non_monotone_ladders"),
    (QUAL, put("tolerances", "negative_ev_after_fees", to=1), "negative_ev_after_fees"),
    (QUAL, put("model_drift", "max_worsening", to=0.2), "model_drift.max_worsening"),
    (FRESH, put("feeds", BLS, "max_age_days", to=36), "latest_release.max_age_days"),
    (FRESH, put("feeds", BLS, "grace_minutes", to=61), "latest_release.grace_minutes"),
    (FRESH, put("feeds", BLS, "event", to="claims"), "latest_release.event"),
    (FRESH, put("feeds", BLS, "source", to="other"), "latest_release.source"),
    (FRESH, put("feeds", GAS, "low", to="1.99"), "daily.low"),
    (FRESH, put("feeds", GAS, "high", to="6.01"), "daily.high"),
    (FRESH, drop("feeds", GAS, "high"), "daily.high"),
    (FRESH, put("feeds", GAS, "due_at", to="09:00:00"), "daily.due_at"),
    (FRESH, put("feeds", GAS, "rhythm", to="weekday"), "daily.rhythm"),
    (FRESH, put("feeds", GAS, "unit", to="business_days"), "daily.unit"),
    (FRESH, put("feeds", "treasury_10y.daily", "series_id", to="DGS2"), "daily.series_id"),
    (FRESH, put("feeds", NWS, "max_age_days", to=3), "nws_daily_climate.max_age_days"),
    (SERIES, put("series", 0, "feeds", to=[BLS]), "KXCPI.feeds"),
    (SERIES, put("series", 0, "exposure", to="TEMP_S"), "KXCPI.exposure"),
    (SERIES, put("series", 0, "family", to="CLAIMS"), "KXCPI.family"),
    (SERIES, put("series", 0, "event", to=None), "KXCPI.event"),
    (PILOT, put("caps", "order_contracts", to=6), "caps.order_contracts"),
    (PILOT, put("caps", "session_contracts", to=61), "caps.session_contracts"),
    (PILOT, put("caps", "bins", to=9), "caps.bins"),
    (PILOT, put("caps", "strike_usd", to=26), "caps.strike_usd"),
    (PILOT, put("caps", "ladder_usd", to=76), "caps.ladder_usd"),
    (PILOT, put("caps", "total_usd", to=151), "caps.total_usd"),
    (PILOT, put("caps", "orders_per_second", to=6), "caps.orders_per_second"),
    (PILOT, put("group", "contracts_in_15_s", to=26), "group.contracts_in_15_s"),
    (PILOT, put("quoting", "max_age_s", to=61), "quoting.max_age_s"),
    (PILOT, put("series", to=["CPI", "GDP"]), "series: GDP"),
]


@pytest.mark.parametrize(
    ("file", "edit", "named"), LOOSENINGS, ids=[f"{f}-{n}" for f, _, n in LOOSENINGS]
)
def test_every_loosening_is_named_and_refused(
    tmp_path: Path, file: str, edit: Callable[[Tree], None], named: str
) -> None:
    settings = settings_after(tmp_path, file, edit)
    found = weakening(settings)
    assert found
    assert all(line.startswith(file) for line in found)
    assert any(named in line for line in found)
    with pytest.raises(ConfigWeakened) as refusal:
        require_baselines(settings)
    assert refusal.value.exit_code == 3
    reading = config_reading(settings)
    found_there = verdict(Action.PAPER, [reading], AT).reasons
    assert {each.reason for each in found_there if each in reading.findings} == {"config_weakened"}


def without_factor(name: str) -> Callable[[Tree], None]:
    """Take a factor out wherever it stands, so that the file still agrees with itself."""

    def edit(tree: Any) -> None:
        del tree["factor_vols"][name]
        tree["correlations"] = [c for c in tree["correlations"] if name not in c["between"]]
        for loadings in tree["betas"].values():
            loadings.pop(name, None)

    return edit


@pytest.mark.parametrize("factor", ["INFL", "LABOR", "RATES", "TEMP_NE", "TEMP_S"])
def test_a_removed_factor_is_named_and_refused(tmp_path: Path, factor: str) -> None:
    try:
        settings = settings_after(tmp_path, PORT, without_factor(factor))
    except ConfigError as error:
        assert factor in str(error)  # noqa: PT017 - either is a refusal
    else:
        assert f"portfolio.yaml: factor_vols.{factor}: 0.0 is below" in str(weakening(settings))


MON, RAMP = "monitors.yaml", "ramp.yaml"
LATER: list[tuple[str, Callable[[Tree], None], str]] = [
    (MON, put("thresholds", "drawdown_day_usd", to="2001"), "drawdown_day_usd"),
    (MON, put("thresholds", "drawdown_week_usd", to="6001"), "drawdown_week_usd"),
    (MON, put("thresholds", "ev_gap_t", to=-2.1), "ev_gap_t"),
    (MON, put("thresholds", "fill_gap_points", to=11.0), "fill_gap_points"),
    (MON, put("thresholds", "ws_disconnects_per_hour", to=2.0), "ws_disconnects_per_hour"),
    (MON, put("thresholds", "auth_rejects", to=4), "auth_rejects"),
    (MON, put("thresholds", "session_max_age_hours", to=25.0), "session_max_age_hours"),
    (MON, put("guard", "k", to=0.5), "guard.k"),
    (MON, put("guard", "run_length", "CPI", to=25), "guard.run_length.CPI"),
    (MON, drop("guard", "run_length", "CLAIMS"), "guard.run_length.CLAIMS"),
    (MON, put("no_data_blocks", to=[]), "no_data_blocks: freshness"),
    (MON, put("scheduled", to=["freeze_window", "drawdown"]), "scheduled: drawdown"),
    (RAMP, put("policy", "min_fills", to=299), "policy.min_fills"),
    (RAMP, put("policy", "min_delta_bps", to=5.9), "policy.min_delta_bps"),
    (RAMP, put("policy", "min_t_stat", to=1.9), "policy.min_t_stat"),
    (RAMP, put("policy", "max_guardrail_breaches", to=1), "policy.max_guardrail_breaches"),
    (RAMP, put("policy", "max_unit_share", to=0.3), "policy.max_unit_share"),
    (RAMP, put("policy", "max_ledger_age_minutes", to=121), "policy.max_ledger_age_minutes"),
    (RAMP, put("policy", "max_monitors_age_minutes", to=121), "max_monitors_age_minutes"),
    (RAMP, put("size", "start", to=0.3), "size.start"),
    (RAMP, put("shrink", to=0.95), "shrink"),
    (RAMP, put("families", "CPI", "min_units", to=11), "families.CPI.min_units"),
    (RAMP, put("families", "CPI", "needs_closing_line", to=False), "needs_closing_line"),
    (RAMP, drop("families", "CLAIMS"), "families.CLAIMS: section was deleted"),
]


@pytest.mark.parametrize(("file", "edit", "named"), LATER, ids=[f"{f}-{n}" for f, _, n in LATER])
def test_a_loosening_of_what_judges_a_session_is_named_alone(
    tmp_path: Path, file: str, edit: Callable[[Tree], None], named: str
) -> None:
    folder = folder_after(tmp_path, file, edit)
    [line] = loosenings(load_configuration(folder))
    assert line.startswith(f"{file}: ")
    assert named in line
    if file == MON:
        with pytest.raises(ConfigWeakened) as refusal:
            load_monitors(folder / MON)
        assert refusal.value.exit_code == 3


TIGHTENINGS: list[tuple[str, Callable[[Tree], None]]] = [
    (PAL, put("series", "KXCPI", "ladder_cap_usd", to=100)),
    (PAL, put("series", "KXCPI", "strike_overrides", "0.3", to=0)),
    (PAL, put("series", "KXCPIYOY", "strike_overrides", to={"3.0": 2400})),
    (PAL, put("series", "KXNEW", to={"ladder_cap_usd": 1000, "strike_cap_usd": 500})),
    (PORT, put("kelly", "cap", to=0.1)),
    (PORT, put("value_at_risk", "limit_usd", to=0)),
    (PORT, put("value_at_risk", "level", to=0.995)),
    (PORT, put("factor_vols", "INFL", to=0.5)),
    (PORT, put("betas", "CPI", "INFL", to=1.2)),
    (PORT, put("betas", "CPI", "LABOR", to=0.2)),
    (PORT, put("betas", "NEW", to={"INFL": 1.0})),
    (PORT, put("correlations", 1, "rho", to=0.1)),
    (PORT, put("bankroll_usd", to=5000)),
    (QUAL, put("minimum_advantage", "CPI", "crps", to=0.05)),
    (QUAL, put("minimum_advantage", "NEW", to={"crps": 0.02, "brier": 0.01})),
    (QUAL, put("model_drift", "max_worsening", to=0.05)),
    (FRESH, put("feeds", BLS, "max_age_days", to=34)),
    (FRESH, put("feeds", GAS, "low", to="2.50")),
    (FRESH, put("feeds", GAS, "due_at", to="06:00:00")),
    (FRESH, put("feeds", NWS, "stations", 0, "standard_offset_hours", to=-5)),
    (SERIES, put("series", 0, "enabled", to=False)),
    (SERIES, put("series", 4, "enabled", to=True)),
    (PILOT, put("caps", "order_contracts", to=1)),
    (PILOT, put("series", to=["CPI"])),
]


@pytest.mark.parametrize(("file", "edit"), TIGHTENINGS)
def test_tightening_passes(tmp_path: Path, file: str, edit: Callable[[Tree], None]) -> None:
    assert weakening(settings_after(tmp_path, file, edit)) == ()


@pytest.mark.parametrize(
    ("file", "key"),
    [
        (PAL, "series"),
        (PAL, "default"),
        (PORT, "kelly"),
        (PORT, "value_at_risk"),
        (PORT, "factor_vols"),
        (PORT, "betas"),
        (QUAL, "minimum_advantage"),
        (QUAL, "tolerances"),
        (QUAL, "model_drift"),
        (FRESH, "feeds"),
        (SERIES, "series"),
        (PILOT, "caps"),
        (PILOT, "group"),
        (MON, "guard"),
        (RAMP, "policy"),
        (RAMP, "families"),
    ],
)
def test_a_deleted_section_does_not_load(tmp_path: Path, file: str, key: str) -> None:
    with pytest.raises(ConfigError, match=rf"{file}: .*{key}"):
        load_configuration(folder_after(tmp_path, file, drop(key)))


@pytest.mark.parametrize("feed", [BLS, GAS, NWS])
def test_a_deleted_feed_does_not_load_while_a_series_lists_it(tmp_path: Path, feed: str) -> None:
    with pytest.raises(ConfigError, match=rf"{feed} is not in freshness\.yaml"):
        settings_after(tmp_path, FRESH, drop("feeds", feed))


def test_at_run_time_a_loosening_is_exactly_config_weakened(tmp_path: Path) -> None:
    good = config_reading(load_settings(CONFIGS))
    assert good.ok(AT)
    loose = config_reading(settings_after(tmp_path, PORT, put("kelly", "cap", to=0.5)))
    words = [f.reason for f in verdict(Action.PAPER, [loose], AT).reasons if f in loose.findings]
    assert words == ["config_weakened"]
    assert not loose.ok(AT)
