from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.config.pal_policy import SeriesCaps
from kalshi_alpha.config.settings import Settings, load_settings
from kalshi_alpha.config.weakening import config_reading, require_baselines, weakening
from kalshi_alpha.core.errors import ConfigWeakened

SETTINGS = load_settings(Path(__file__).resolve().parents[3] / "configs")


def with_cpi_caps(ladder: int, strike: int, override: int) -> Settings:
    caps = SeriesCaps(
        ladder_cap_usd=ladder,
        strike_cap_usd=strike,
        strike_overrides=dict.fromkeys(("0.1", "0.2", "0.3", "0.4"), override),
    )
    series = {**SETTINGS.pal_policy.series, "KXCPI": caps}
    return replace(SETTINGS, pal_policy=msgspec.structs.replace(SETTINGS.pal_policy, series=series))


@given(st.integers(0, 6000), st.integers(0, 6000), st.integers(0, 6000))
def test_caps_pass_exactly_when_no_order_could_be_larger(
    ladder: int, strike: int, override: int
) -> None:
    looser = ladder > 3000 or strike > 3000 or min(override, ladder) > 2500
    assert bool(weakening(with_cpi_caps(ladder, strike, override))) is looser


def test_all_loosenings_are_named_in_one_refusal() -> None:
    with pytest.raises(ConfigWeakened) as refusal:
        require_baselines(with_cpi_caps(3001, 3001, 2501))
    assert str(refusal.value).count("is above") == 6
    assert "\n" not in str(refusal.value)


def test_the_reading_names_the_hashes_of_what_was_read() -> None:
    detail = config_reading(SETTINGS).detail
    assert f"series.yaml {SETTINGS.sha256['series.yaml'][:12]}" in detail
