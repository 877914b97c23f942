from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from kalshi_alpha.core.replay.bootstrap import Interval
from kalshi_alpha.core.replay.report import Report
from kalshi_alpha.exec.backtest.materials import Materials
from kalshi_alpha.exec.backtest.run import Backtest, run_variant
from kalshi_alpha.exec.backtest.study import CASES, StudyCase, study_page
from kalshi_alpha.exec.backtest.variant import Variant, with_values
from kalshi_alpha.exec.backtest.weather_forecasts import varied

VARIANT = Variant(contracts="10")
MARKET, BASELINES, CITY = "Against the market's own price", "Baselines", "By city"


def page(done: Backtest, report: Report) -> str:
    cases = [StudyCase(case, report) for case in CASES]
    return study_page("WEATHER", report, cases, done.left_out, ["one thing to know"])


def with_interval(report: Report, low: float, high: float) -> Report:
    whole = replace(report.whole, net_pnl_ci90=Interval(low, high))
    return replace(report, whole=whole)


def test_the_study_answers_by_city_and_month_with_intervals(done: Backtest) -> None:
    told = page(done, done.report)
    for heading in (
        "## The answer",
        "## By city",
        "## By month",
        "## By city and month",
        "## After the fills",
        "## Against the market's own price",
        "## Baselines",
        "## What it rests on",
    ):
        assert heading in told
    assert "| NYC 2025-01 |" in told
    assert "Were the forecast refused after the eve's windows" in told
    assert "zero excluded" in told
    assert f"{1 + len(CASES)} variants were looked at" in told
    assert "* One thing to know." in told
    assert told == page(done, done.report), "the same run, the same page"


def test_the_split_by_windows_is_of_the_run_s_own_orders(done: Backtest) -> None:
    answer = page(done, done.report).split("\n## ")[1]
    split = cells(answer, 0, 1, 2, 3)
    assert [row[0] for row in split] == [
        "the eve's, 18:00 UTC",
        "the eve's, 00:00 UTC",
        "the day's own, 06:00 UTC",
        "the day's own, 12:00 UTC",
    ]
    whole = done.report.whole
    assert sum(int(row[1]) for row in split) == whole.orders
    assert sum(int(row[2]) for row in split) == whole.fills
    assert round(sum(float(row[3].replace(",", "")) for row in split), 2) == round(whole.net_pnl, 2)
    days = done.report.table.days
    for hour, (_, orders, _, net) in zip((18, 24, 30, 36), split, strict=True):
        rows = [
            row
            for row, n in zip(done.report.table.rows, done.report.table.day.tolist(), strict=True)
            if row.as_of == datetime.combine(days[n], time(0), UTC) + timedelta(hours=hour - 24)
        ]
        assert len(rows) == int(orders)
        earned = sum(0 if row.realised is None else row.realised.e6 for row in rows)
        assert f"{earned / 1e6:,.2f}" == net


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (1.0, 2.0, "lies above zero"),
        (-2.0, -1.0, "**No edge: it loses.**"),
        (-1.0, 1.0, "**No edge is shown.**"),
    ],
)
def test_the_answer_says_what_the_interval_says(
    done: Backtest, low: float, high: float, said: str
) -> None:
    assert said in page(done, with_interval(done.report, low, high))


def test_every_case_is_a_setting_that_exists() -> None:
    for case in CASES:
        assert with_values(Variant(), case.settings) != Variant()


def sections(read: Materials, variant: Variant) -> dict[str, str]:
    """Replay a variant and return its study by headings, without what is said of its settings."""
    done = run_variant(read, variant, None, lambda _: None)
    told = study_page("WEATHER", done.report, [], done.left_out, [])
    return dict(each.split("\n", 1) for each in told.split("\n## ")[1:])


def cells(section: str, *columns: int) -> list[list[str]]:
    """Return some columns of a section's table."""
    rows = [line.strip("| ").split("|") for line in section.splitlines() if line.startswith("|")]
    return [[row[column].strip() for column in columns] for row in rows[2:]]


def test_a_fee_moves_what_is_paid_and_kept_and_nothing_of_the_market(read: Materials) -> None:
    free = sections(read, VARIANT)
    dear = sections(read, replace(VARIANT, fee_type="quadratic_with_maker_fees"))
    assert dear[MARKET] == free[MARKET]
    assert cells(dear[BASELINES], 0, 1, 2, 3) == cells(free[BASELINES], 0, 1, 2, 3)
    assert cells(dear[BASELINES], 4) != cells(free[BASELINES], 4)
    assert cells(dear[CITY], 5) != cells(free[CITY], 5)


def test_a_rule_of_the_queue_moves_fills_and_neither_orders_nor_the_market(
    read: Materials,
) -> None:
    large = Variant(contracts="200")
    both, ours = sections(read, large), sections(read, replace(large, any_taker=False))
    assert ours[MARKET] == both[MARKET]
    assert cells(ours[BASELINES], 0, 1) == cells(both[BASELINES], 0, 1)
    assert cells(ours[CITY], 0, 1) == cells(both[CITY], 0, 1)
    assert cells(ours[CITY], 3) != cells(both[CITY], 3)


def test_a_forecast_moves_orders_and_its_own_score_and_no_baseline(read: Materials) -> None:
    plain, warmer = sections(read, VARIANT), sections(read, replace(VARIANT, forecast_shift=2))
    assert warmer[BASELINES] == plain[BASELINES]
    assert cells(warmer[MARKET], 0, 1, 2, 3) == cells(plain[MARKET], 0, 1, 2, 3)
    assert cells(warmer[MARKET], 4) != cells(plain[MARKET], 4)
    assert cells(warmer[CITY], 6) != cells(plain[CITY], 6)


def test_the_forecast_of_one_city_moves_no_other_city(read: Materials) -> None:
    traded = replace(VARIANT, trade_without_skill=True)
    moved = {
        key: known if key[0] == "temp_max_nyc" else varied({key: known}, 2, 0.0)[key]
        for key, known in read.forecasts.items()
    }
    three = replace(read, days=read.days[:3])
    other = replace(three, history=replace(read.history, forecasts=moved))
    plain, shifted = (
        {row[0]: row for row in cells(sections(each, traded)[CITY], 0, 1, 2, 6)}
        for each in (three, other)
    )
    assert shifted["NYC"] == plain["NYC"]
    assert shifted["AUS"] != plain["AUS"]
