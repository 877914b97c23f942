from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from kalshi_alpha.core.errors import MissingData
from kalshi_alpha.strategies.strategy import Row
from kalshi_alpha.strategies.teny.basis import UNKNOWN
from kalshi_alpha.strategies.teny.calibrate import TenyCalibration, fit

CLOCK = datetime(2024, 12, 12, 19, 45, tzinfo=UTC)


def test_the_fixture_s_news_moves_the_yield_as_far_as_is_known(
    calibration: TenyCalibration,
) -> None:
    found = {each.name: each.multiplier for each in calibration.state.events}
    assert found["jobs"] == pytest.approx(1.54, abs=0.01)
    assert found["cpi"] == pytest.approx(1.33, abs=0.01)
    assert found["fomc"] == pytest.approx(1.08, abs=0.01)
    assert 5.0 < calibration.state.quiet_variance_bp2**0.5 < 6.5


def test_it_knows_the_last_close_before_the_clock_and_no_later_one(history: list[Row]) -> None:
    recent = history[-300:]
    late = [*recent, {"date": "2024-12-12", "yield_pct": 4.32}]
    found = fit(late, CLOCK)
    assert (found.last_on, found.last_close_bp) == (date(2024, 12, 11), 426)
    assert found.known_at == datetime(2024, 12, 11, 23, 0, tzinfo=UTC)
    assert found == fit(recent, CLOCK)
    assert fit(late).last_on == date(2024, 12, 12)


def test_quotes_kept_at_half_past_three_give_the_basis(history: list[Row]) -> None:
    assert fit(history[-400:]).basis == UNKNOWN
    quoted = [{**row, "quote_pct": float(str(row["yield_pct"])) + 0.015} for row in history[-400:]]
    found = fit(quoted).basis
    assert found.mean_bp == pytest.approx(-1.5)
    assert found.days == 20


def test_the_name_follows_the_days(history: list[Row]) -> None:
    recent = history[-300:]
    assert fit(recent).history_sha256 == fit(list(reversed(recent))).history_sha256
    changed = [*recent[:-1], {**recent[-1], "yield_pct": 4.42}]
    assert fit(recent).history_sha256 != fit(changed).history_sha256


def test_too_few_closes_are_refused(history: list[Row]) -> None:
    with pytest.raises(MissingData, match="needs 251 closes, had 250"):
        fit(history[:250])
    with pytest.raises(MissingData):
        fit(history, CLOCK - timedelta(days=6500))
