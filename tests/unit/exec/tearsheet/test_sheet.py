from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kalshi_alpha.config.mode import Mode
from kalshi_alpha.exec.tearsheet.sheet import MODES, Gauge, Tone, counted, shown_clock, usd


def test_every_mode_says_what_it_means() -> None:
    assert {mode.value for mode in Mode} <= set(MODES)


@pytest.mark.parametrize(
    ("share", "percent", "tone"),
    [(0.0, 0, Tone.PLAIN), (0.175, 18, Tone.PLAIN), (1.0, 100, Tone.BAD), (7.0, 100, Tone.BAD)],
)
def test_a_gauge_is_full_at_its_limit_and_never_fuller(
    share: float, percent: int, tone: Tone
) -> None:
    gauge = Gauge("cap", "$1.00", "$2.00", share)
    assert (gauge.percent, gauge.tone) == (percent, tone)


def test_a_set_clock_is_called_one() -> None:
    at = datetime(2024, 12, 11, 11, 30, tzinfo=UTC)
    assert shown_clock(at, "set") == (
        "Wednesday 11 December 2024, 06:30 New York = 2024-12-11T11:30:00Z (a set clock)"
    )
    assert shown_clock(at, "system").endswith("11:30:00Z")


def test_money_and_counts_read_as_they_are_said() -> None:
    assert (usd(1234.5), usd(-0.256)) == ("$1,234.50", "-$0.26")
    assert [counted(n, "fill") for n in (0, 1, 1200)] == ["0 fills", "1 fill", "1,200 fills"]
