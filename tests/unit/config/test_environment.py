from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from kalshi_alpha.config.environment import (
    KalshiEnv,
    kalshi_env,
    parse_instant,
    read_dotenv,
    read_environment,
    set_clock,
)
from kalshi_alpha.core.errors import ConfigError, UsageError

AT = datetime(2025, 6, 11, 10, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "expected"),
    [("prod", KalshiEnv.PROD), ("demo", KalshiEnv.DEMO), ("sim", KalshiEnv.SIM), ("", None)],
)
def test_the_venue_is_read(value: str, expected: KalshiEnv | None) -> None:
    assert kalshi_env({"KALSHI_ENV": value}) is expected


def test_an_unknown_venue_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match="prod, demo, sim, was 'live'"):
        kalshi_env({"KALSHI_ENV": "live"})


@pytest.mark.parametrize(
    "text", ["2025-06-11T10:30:00Z", "2025-06-11T06:30:00-04:00", "2025-06-11 10:30:00+00:00"]
)
def test_an_instant_is_read_into_utc(text: str) -> None:
    assert parse_instant(text) == AT
    assert parse_instant(text).tzinfo is UTC


@pytest.mark.parametrize("text", ["2025-06-11T10:30:00", "2025-06-11", "now", ""])
def test_an_instant_without_zone_or_sense_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="2024-12-11T11:30:00Z"):
        parse_instant(text)


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+05:00", "9999-12-31T23:59:59-05:00"])
def test_an_instant_beyond_the_calendar_is_refused_in_a_line(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_instant(text)
    assert str(caught.value) == f"not within the years 1 to 9999 of UTC: {text!r}"


def test_the_flag_wins_over_the_environment_and_neither_is_none() -> None:
    environ = {"KALSHI_ALPHA_AS_OF": "2026-01-01T00:00:00Z"}
    assert set_clock("2025-06-11T10:30:00Z", environ) == AT
    assert set_clock(None, environ) == datetime(2026, 1, 1, tzinfo=UTC)
    assert set_clock(None, {}) is None


@pytest.mark.parametrize("venue", ["prod", "demo"])
def test_a_set_clock_is_refused_with_a_real_venue(venue: str) -> None:
    with pytest.raises(UsageError, match="clock"):
        set_clock("2025-06-11T10:30:00Z", {"KALSHI_ENV": venue})


def test_the_simulators_clock_may_be_set(tmp_path: Path) -> None:
    environ = {"KALSHI_ENV": "sim", "KALSHI_ALPHA_AS_OF": "2025-06-11T10:30:00Z"}
    got = read_environment(environ, tmp_path)
    assert (got.root, got.kalshi_env, got.as_of) == (tmp_path, KalshiEnv.SIM, AT)


def test_the_first_dotenv_file_wins_and_absent_ones_say_nothing(tmp_path: Path) -> None:
    local, shared = tmp_path / ".env.local", tmp_path / ".env"
    local.write_text("A=local\nSECRET=a$HOME\n")
    shared.write_text("A=shared\nB=shared\nNOVALUE\n")
    assert read_dotenv([local, shared]) == {"A": "local", "B": "shared", "SECRET": "a$HOME"}
    assert read_dotenv([tmp_path / "absent"]) == {}


def test_a_dotenv_file_must_not_move_the_home(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("KALSHI_ALPHA_HOME=/elsewhere\n")
    with pytest.raises(ConfigError, match="process environment only"):
        read_dotenv([file])
