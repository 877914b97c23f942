from __future__ import annotations

import json
from collections import Counter
from datetime import date
from typing import Any

import pytest

from kalshi_alpha.drivers.dol_claims.errors import BadFigure, Contradiction, NotServed, WrongBody
from kalshi_alpha.drivers.dol_claims.schema import ClaimsFigure
from kalshi_alpha.drivers.dol_claims.series import csv_rows, is_series_csv, json_rows


def answer(*pairs: tuple[str, str], vintage: str = "2026-08-06", **more: Any) -> bytes:
    rows = [{"realtime_start": vintage, "date": day, "value": value} for day, value in pairs]
    return json.dumps({"units": "lin", "observations": rows, **more}).encode()


def test_observations_are_history_and_missing_ones_are_counted() -> None:
    skipped: Counter[str] = Counter()
    body = answer(("2026-07-18", "188000"), ("2026-07-11", "209000"), ("2026-07-25", "."))
    assert json_rows(body, skipped) == [
        ClaimsFigure(date(2026, 7, 11), "initial", "history", 209_000),
        ClaimsFigure(date(2026, 7, 18), "initial", "history", 188_000),
    ]
    assert skipped == {"missing value": 1}


def test_the_newest_vintage_of_a_week_counts() -> None:
    rows = [
        {"realtime_start": "2026-07-23", "date": "2026-07-18", "value": "187000"},
        {"realtime_start": "2026-07-30", "date": "2026-07-18", "value": "188000"},
    ]
    for order in (rows, rows[::-1]):
        [found] = json_rows(json.dumps({"observations": order}).encode(), Counter())
        assert found.sa == 188_000


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        (b'{"error_code": 400, "error_message": "Bad Request."}', NotServed),
        (b"{}", WrongBody),
        (answer(("2026-07-18", "188000"), units="chg"), WrongBody),
        (answer(("2026-07-18", "1956000")), WrongBody),
        (answer(("2026-07-17", "188000")), BadFigure),
        (answer(("2026-07-18", "188,000")), BadFigure),
        (answer(("2026-07-18", "-188000")), BadFigure),
        (answer(("2026-07-18", "188000"), ("2026-07-18", "189000")), Contradiction),
        (answer(("2026-07-32", "188000")), WrongBody),
    ],
    ids=["error", "empty", "changes", "continued", "friday", "comma", "sign", "two", "day"],
)
def test_a_wrong_answer_is_refused(body: bytes, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        json_rows(body, Counter())


@pytest.mark.parametrize(
    ("name", "value", "measure", "adjusted"),
    [
        ("ICSA", "188000", "initial", True),
        ("ICNSA", "201764", "initial", False),
        ("CCSA", "1956000", "continued", True),
        ("CCNSA", "1757031", "continued", False),
    ],
)
def test_a_csv_names_its_series(name: str, value: str, measure: str, adjusted: bool) -> None:
    skipped: Counter[str] = Counter()
    text = f"observation_date,{name}\r\n2026-07-18,{value}\r\n2026-07-25,\r\n"
    [row] = csv_rows(text, skipped)
    assert (row.measure, row.kind) == (measure, "history")
    assert (row.sa if adjusted else row.nsa) == int(value)
    assert (row.nsa if adjusted else row.sa) is None
    assert skipped == {"missing value": 1}


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("observation_date,DGS10\n2026-09-01,4.79", WrongBody),
        ("observation_date,IC4WSA\n2026-07-18,207500", WrongBody),
        ("DATE,ICSA\n2026-07-18", BadFigure),
        ("DATE,ICSA\n07/18/2026,188000", BadFigure),
        ("DATE,ICSA\n2026-07-18,188000\n2026-07-18,188000", Contradiction),
    ],
    ids=["yields", "average", "no value", "date", "twice"],
)
def test_a_wrong_csv_is_refused(text: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        csv_rows(text, Counter())


def test_both_heads_of_freds_csv_are_known() -> None:
    assert is_series_csv("observation_date,ICSA\n")
    assert is_series_csv("DATE,ICSA\n")
    assert not is_series_csv("UNEMPLOYMENT INSURANCE WEEKLY CLAIMS")
