from __future__ import annotations

from dataclasses import replace

import pytest

from kalshi_alpha.core.replay.bootstrap import Interval
from kalshi_alpha.core.replay.report import Report
from kalshi_alpha.exec.backtest.run import Backtest
from kalshi_alpha.exec.backtest.study import CASES, StudyCase, study_page
from kalshi_alpha.exec.backtest.variant import Variant, with_values


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
    assert "In the eve's windows alone" in told
    assert "zero excluded" in told
    assert f"{1 + len(CASES)} variants were looked at" in told
    assert "* One thing to know." in told
    assert told == page(done, done.report), "the same run, the same page"


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
