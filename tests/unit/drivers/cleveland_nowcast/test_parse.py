from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.errors import ParseRefused
from kalshi_alpha.drivers.cleveland_nowcast.errors import (
    BadPoint,
    ClevelandRefused,
    Contradiction,
    Misaligned,
    WrongBody,
)
from kalshi_alpha.drivers.cleveland_nowcast.parse import parse
from kalshi_alpha.drivers.cleveland_nowcast.schema import NowcastPoint

# The bank's path for December 2021 around the turn of the year (data: Federal Reserve Bank of
# Cleveland, CC BY 4.0): two release markers, and labels that run into January.
LABELS = ["12/01", "12/10", "|CPI Nov", "12/31", "01/11", "01/12", "|CPI Dec", "01/13"]
NOWCAST = ["0.135092008807369", "0.420285410429762", "0.388985413110369", "0.3889854", "", ""]
ACTUAL = ["", "", "", "", "0.470453241537583", ""]
AXIS = "Month-over-month percent change"
DECEMBER = date(2021, 12, 1)


def labels_of(labels: list[str]) -> list[dict[str, str]]:
    return [
        {"label": text[1:], "vline": "true"} if text.startswith("|") else {"label": text}
        for text in labels
    ]


def series(name: str, values: list[str]) -> dict[str, Any]:
    return {"seriesname": name, "data": [{"value": value, "color": "#123"} for value in values]}


def chart(
    target: str = "2021-12",
    labels: list[str] = LABELS,
    axis: str = AXIS,
    values: dict[str, list[str]] | None = None,
) -> dict[str, Any]:
    named = values or {"CPI Inflation": NOWCAST, "Actual CPI Inflation": ACTUAL}
    return {
        "chart": {"_comment": "2026-09-24 00:00", "subcaption": target, "yaxisname": axis},
        "categories": [{"category": labels_of(labels)}],
        "dataset": [series(name, points) for name, points in named.items()],
    }


def file(*charts: dict[str, Any]) -> bytes:
    return json.dumps(list(charts)).encode()


def test_markers_go_before_values_are_paired_with_days() -> None:
    parsed = parse(file(chart()))
    nowcasts = [(row.label_on, row.mom_pct) for row in parsed.rows if row.kind == "nowcast"]
    assert nowcasts == [
        (date(2021, 12, 1), 0.135092008807369),
        (date(2021, 12, 10), 0.420285410429762),
        (date(2021, 12, 31), 0.388985413110369),
        (date(2022, 1, 11), 0.3889854),
    ]


def test_labels_of_january_under_a_december_target_are_of_the_next_year() -> None:
    days = [row.label_on for row in parse(file(chart())).rows]
    assert days[:3] == [date(2021, 12, 1), date(2021, 12, 10), date(2021, 12, 31)]
    assert days[3:] == [date(2022, 1, 11), date(2022, 1, 12)]


def test_the_actual_number_is_kept_apart_from_the_nowcasts() -> None:
    parsed = parse(file(chart()))
    assert [row for row in parsed.rows if row.kind == "actual"] == [
        NowcastPoint(DECEMBER, "cpi", "actual", date(2022, 1, 12), "json", 0.470453241537583)
    ]
    assert parsed.skipped == (("empty value", 7),)


def test_a_target_month_need_not_be_padded_nor_have_an_actual() -> None:
    parsed = parse(
        file(chart("2025-10", ["10/01", "11/14"], values={"CPI Inflation": ["0.2", "0.3"]}))
    )
    assert [row.target_month for row in parsed.rows] == [date(2025, 10, 1)] * 2
    one_digit = parse(file(chart("2026-8", ["08/03"], values={"Core CPI Inflation": ["0.203008"]})))
    assert one_digit.rows == (
        NowcastPoint(date(2026, 8, 1), "core_cpi", "nowcast", date(2026, 8, 3), "json", 0.203008),
    )


def test_an_unknown_series_is_counted_and_left_out() -> None:
    parsed = parse(file(chart(labels=["12/01"], values={"Trimmed Mean": ["0.2"]})))
    assert (parsed.rows, parsed.skipped) == ((), (("unknown series", 1),))


@pytest.mark.parametrize("length", [0, 5, 7, 8])
def test_values_that_do_not_pair_with_days_are_refused(length: int) -> None:
    values = (NOWCAST * 2)[:length]
    with pytest.raises(Misaligned):
        parse(file(chart(values={"CPI Inflation": values})))


@pytest.mark.parametrize(
    ("charts", "refusal"),
    [
        ([chart(axis="Year-over-year percent change")], WrongBody),
        ([chart(target="2014:Q1")], WrongBody),
        ([chart(target="2021-13")], WrongBody),
        ([], WrongBody),
        ([chart(), chart()], Contradiction),
        (
            [chart(labels=["12/10", "12/01"], values={"CPI Inflation": ["0.1", "0.2"]})],
            Contradiction,
        ),
        (
            [chart(labels=["12/01", "12/01"], values={"CPI Inflation": ["0.1", "0.2"]})],
            Contradiction,
        ),
        ([chart(labels=["02/30"], values={"CPI Inflation": ["0.1"]})], BadPoint),
        ([chart(labels=["11/30"], values={"CPI Inflation": ["0.1"]})], BadPoint),
        ([chart(labels=["CPI Nov"], values={"CPI Inflation": ["0.1"]})], BadPoint),
    ],
    ids=[
        *("year file", "quarter file", "month 13", "empty", "month twice", "days descend"),
        *("day twice", "no such day", "day before its month", "marker without its mark"),
    ],
)
def test_a_file_that_contradicts_itself_or_is_another_is_refused(
    charts: list[dict[str, Any]], refusal: type[ClevelandRefused]
) -> None:
    with pytest.raises(refusal):
        parse(file(*charts))


@pytest.mark.parametrize(
    "value", [" 0.1", "0,1", "NaN", "inf", "-", "3.1", "-3.01", "13", "1e9", "0.1%"]
)
def test_a_value_that_is_no_monthly_change_is_refused(value: str) -> None:
    with pytest.raises(BadPoint):
        parse(file(chart(labels=["12/01"], values={"CPI Inflation": [value]})))


def test_a_tiny_value_in_scientific_notation_is_read() -> None:
    parsed = parse(file(chart(labels=["12/01"], values={"CPI Inflation": ["-5.1E-05"]})))
    assert parsed.rows[0].mom_pct == -5.1e-05


def test_a_marker_whose_mark_is_unknown_is_refused() -> None:
    broken = chart()
    broken["categories"][0]["category"][2]["vline"] = "maybe"
    with pytest.raises(BadPoint, match="vline"):
        parse(file(broken))


@given(st.integers(0, len(LABELS) - 1), st.booleans())
def test_a_label_lost_or_doubled_never_shifts_the_values(at: int, doubled: bool) -> None:
    labels = [*LABELS[:at], *LABELS[at : at + 1] * (2 if doubled else 0), *LABELS[at + 1 :]]
    whole = parse(file(chart()))
    if LABELS[at].startswith("|"):
        assert parse(file(chart(labels=labels))) == whole
    else:
        with pytest.raises(ClevelandRefused):
            parse(file(chart(labels=labels)))


@given(st.binary(max_size=400))
def test_no_bytes_raise_anything_but_a_refusal(body: bytes) -> None:
    with pytest.raises(ParseRefused, match="cleveland_nowcast"):
        parse(body)


VALID = file(chart())


@given(st.integers(0, len(VALID)), st.integers(0, 60), st.binary(max_size=6))
def test_a_damaged_file_is_refused_or_still_holds_changes(at: int, cut: int, put: bytes) -> None:
    try:
        parsed = parse(VALID[:at] + put + VALID[at + cut :])
    except ParseRefused:
        return
    assert all(abs(row.mom_pct) <= 3 for row in parsed.rows)
