from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from kalshi_alpha.config.loading import load
from kalshi_alpha.config.series import SeriesBook
from kalshi_alpha.core.errors import NotBuilt, UsageError
from kalshi_alpha.core.types import StrikeType

BOOK = load(Path(__file__).resolve().parents[3] / "configs" / "series.yaml", SeriesBook).value


def with_series(**changes: object) -> SeriesBook:
    tree: dict[str, Any] = msgspec.to_builtins(BOOK)
    tree["series"][0].update(changes)
    return msgspec.convert(tree, SeriesBook)


def test_the_series_with_a_ladder_in_the_scenario_are_switched_on() -> None:
    assert [series.ticker for series in BOOK.enabled] == [
        *("KXCPI", "KXCPIYOY", "KXCPICORE"),
        "KXJOBLESSCLAIMS",
        "KXUST10AD",
        *("KXHIGHNY", "KXHIGHCHI", "KXHIGHMIA"),
    ]


def test_only_what_is_switched_on_needs_feeds() -> None:
    assert BOOK.required_feeds == (
        "aaa_gas.daily",
        "bls_cpi.latest_release",
        "cleveland_nowcast.monthly",
        "dol_claims.latest_report",
        *(f"nws_daily_climate.{code}" for code in ("MDW", "MIA", "NYC")),
        "treasury_10y.daily",
    )
    highs = next(series for series in BOOK.series if series.ticker == "KXHIGHCHI")
    assert highs.required_feeds == ("nws_daily_climate.MDW",)


@pytest.mark.parametrize("name", ["CPI", "cpi"])
def test_a_family_means_its_switched_on_series(name: str) -> None:
    assert [series.ticker for series in BOOK.resolve(name)] == ["KXCPI", "KXCPIYOY", "KXCPICORE"]


def test_a_ticker_means_itself() -> None:
    (series,) = BOOK.resolve("kxcpiyoy")
    assert series.quantity == "cpi_yoy"
    assert series.grid.step == Decimal("0.1")
    assert series.strike_types == (StrikeType.GREATER,)


@pytest.mark.parametrize("name", ["TNEY", "TENY", "tney", "KXUST10AD"])
def test_both_nicknames_of_the_ten_year_are_one_family(name: str) -> None:
    assert BOOK.family_of(name) == "TNEY"
    assert BOOK.report_folder(name) == "TNEY"


@pytest.mark.parametrize("name", ["KXUST10A", "KXCPICOREYOY", "KXHIGHAUS"])
def test_what_is_switched_off_is_not_built(name: str) -> None:
    with pytest.raises(NotBuilt, match=rf"{name} is switched off in configs/series\.yaml"):
        BOOK.resolve(name)


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(UsageError, match="'KXCPYOY'; did you mean KXCPIYOY"):
        BOOK.resolve("KXCPYOY")


@pytest.mark.parametrize("name", ["FOO", ""])
def test_a_name_that_is_near_none_is_answered_with_all(name: str) -> None:
    with pytest.raises(UsageError, match=f"'{name}'; there are CPI, CLAIMS, TNEY, .*, KXCPI, "):
        BOOK.resolve(name)


def test_claims_pay_at_least_and_the_others_above() -> None:
    types = {series.ticker: series.strike_types for series in BOOK.series}
    assert types["KXJOBLESSCLAIMS"] == (StrikeType.GREATER_OR_EQUAL,)
    assert types["KXUST10AD"] == (StrikeType.GREATER,)
    assert StrikeType.BETWEEN in types["KXHIGHNY"]


@pytest.mark.parametrize(
    "changes",
    [
        {"ticker": "KXCPIYOY"},
        {"ticker": "TENY"},
        {"family": "GOLD"},
        {"strike_types": []},
        {"strike_types": ["above"]},
        {"grid_step": "0"},
        {"grid_step": "NaN"},
    ],
)
def test_a_book_that_contradicts_itself_does_not_load(changes: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        with_series(**changes)
