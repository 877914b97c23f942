from __future__ import annotations

from pathlib import Path

from kalshi_alpha.config import baselines
from kalshi_alpha.config.settings import load_settings

SETTINGS = load_settings(Path(__file__).resolve().parents[3] / "configs")


def test_every_committed_series_has_its_place_in_the_baselines() -> None:
    places = {s.ticker: (s.family, s.exposure, s.event) for s in SETTINGS.series.series}
    assert places == baselines.SERIES
    assert set(baselines.FAMILY_FEEDS) == set(SETTINGS.series.families)


def test_committed_risk_files_equal_their_baselines() -> None:
    assert SETTINGS.pal_policy == baselines.PAL_POLICY
    assert SETTINGS.portfolio == baselines.PORTFOLIO
    assert SETTINGS.quality_gates == baselines.QUALITY_GATES
    assert set(SETTINGS.freshness.feeds) == set(baselines.FRESHNESS.feeds)
