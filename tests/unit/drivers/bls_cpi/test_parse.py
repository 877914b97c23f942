from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.errors import ParseRefused
from kalshi_alpha.drivers.bls_cpi.errors import (
    BadObservation,
    BlsRefused,
    Contradiction,
    NotSucceeded,
    WrongBody,
)
from kalshi_alpha.drivers.bls_cpi.parse import parse
from kalshi_alpha.drivers.bls_cpi.schema import CpiLevel

NAMES = {"M09": "September", "M10": "October", "M11": "November", "M12": "December"}


def entry(year: str, period: str, value: str, **more: Any) -> dict[str, Any]:
    row = {"year": year, "period": period, "periodName": NAMES.get(period, "Annual")}
    return {**row, "value": value, "footnotes": [{}], **more}


def lapse() -> list[dict[str, Any]]:
    """Adjusted all items around the lapse of 2025, as the API answers (vintage of July 2026)."""
    reason = {"code": "X", "text": "Data unavailable due to the 2025 lapse in appropriations"}
    return [
        entry("2025", "M13", "321.943"),
        entry("2025", "M12", "326.031", latest="true"),
        entry("2025", "M11", "325.063", footnotes=[{"code": "R", "text": "Revised"}]),
        entry("2025", "M10", "-", footnotes=[reason]),
        entry("2025", "M09", "324.245"),
    ]


def answer(*data: dict[str, Any], series: str = "CUSR0000SA0", **more: Any) -> bytes:
    results = {"series": [{"seriesID": series, "data": list(data)}]}
    body = {"status": "REQUEST_SUCCEEDED", "responseTime": 73, "message": [], "Results": results}
    return json.dumps({**body, **more}).encode()


def test_months_become_integer_levels_and_gaps_and_averages_are_counted() -> None:
    parsed = parse(answer(*lapse()))
    assert parsed.rows == (
        CpiLevel("CUSR0000SA0", date(2025, 9, 1), 324245, ""),
        CpiLevel("CUSR0000SA0", date(2025, 11, 1), 325063, "R"),
        CpiLevel("CUSR0000SA0", date(2025, 12, 1), 326031, ""),
    )
    assert parsed.skipped == (("average", 1), ("unpublished", 1))


def test_a_success_without_rows_means_not_yet() -> None:
    message = ["No Data Available for Series CUSR0000SA0 Year: 2027"]
    parsed = parse(answer(message=message))
    assert (parsed.rows, parsed.skipped) == ((), (("empty series", 1),))


def test_an_exhausted_quota_is_refused_in_the_publishers_words() -> None:
    message = "Request could not be serviced, as the daily threshold has been reached."
    body = answer(status="REQUEST_NOT_PROCESSED", message=[message], Results={})
    with pytest.raises(NotSucceeded, match="REQUEST_NOT_PROCESSED: Request could not be"):
        parse(body)


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        (b"", WrongBody),
        (b"<html><body>Access Denied</body></html>", WrongBody),
        (b'\xef\xbb\xbf\n <!DOCTYPE html><p>{"status":"REQUEST_SUCCEEDED"}', WrongBody),
        (b'{"status":"REQUEST_SUCCEEDED","Results":{}}', WrongBody),
        (b'{"status":"REQUEST_SUCCEEDED","Results":{"series":[]}}', WrongBody),
        (b"[" * 100_000, WrongBody),
        (answer(entry("2025", "M09", "324.245"), series="CUUR0000SETA02"), Contradiction),
    ],
    ids=["empty", "web page", "page with mark", "no results", "no series", "deep", "other series"],
)
def test_a_body_that_is_not_the_asked_answer_is_refused(
    body: bytes, refusal: type[BlsRefused]
) -> None:
    with pytest.raises(refusal):
        parse(body)


@pytest.mark.parametrize(
    "value",
    [
        "",
        " -",
        "--",
        "324",
        "324.24",
        "324.2451",
        "324,245",
        "-324.245",
        "NaN",
        "0.000",
        "1e3",
        "٣٢٤.٢٤٥",
    ],
)
def test_a_value_that_is_not_a_three_decimal_level_is_refused(value: str) -> None:
    with pytest.raises(BadObservation):
        parse(answer(entry("2025", "M09", value)))


@pytest.mark.parametrize("period", ["M00", "M14", "M9", "Q03", "S04", "", "m09"])
def test_an_unknown_period_is_refused(period: str) -> None:
    with pytest.raises(BadObservation):
        parse(answer(entry("2025", period, "324.245")))


@pytest.mark.parametrize("period", ["M13", "S01", "S02", "S03"])
def test_averages_are_skipped(period: str) -> None:
    assert parse(answer(entry("2025", period, "324.245"))).rows == ()


@pytest.mark.parametrize("second", ["324.245", "324.368", "-"])
def test_a_month_given_twice_is_refused_even_if_both_agree(second: str) -> None:
    rows = entry("2025", "M09", "324.245"), entry("2025", "M09", second)
    with pytest.raises(Contradiction, match="occurs twice"):
        parse(answer(*rows))


def test_a_series_given_twice_is_refused() -> None:
    one = {"seriesID": "CUSR0000SA0", "data": [entry("2025", "M09", "324.245")]}
    with pytest.raises(Contradiction, match="occurs twice"):
        parse(answer(Results={"series": [one, one]}))


def test_the_mark_of_the_newest_month_must_stand_on_the_newest_month() -> None:
    rows = lapse()
    rows[2]["latest"] = "true"
    with pytest.raises(Contradiction, match="latest"):
        parse(answer(*rows))
    rows[1].pop("latest")
    with pytest.raises(Contradiction, match="latest"):
        parse(answer(*rows))


@pytest.mark.parametrize("wrong", ["354.245", "294.245", "924.245", "32.424"])
def test_a_change_beyond_belief_is_refused(wrong: str) -> None:
    rows = entry("2025", "M11", "325.063"), entry("2025", "M09", "324.245")
    assert len(parse(answer(*rows)).rows) == 2
    rows[0]["value"] = wrong
    with pytest.raises(Contradiction, match="moved from"):
        parse(answer(*rows))


@given(st.integers(1, 12))
def test_a_mistyped_month_number_is_caught_by_the_month_name(month: int) -> None:
    period = f"M{month:02d}"
    body = answer({**entry("2025", "M09", "324.245"), "period": period})
    if period == "M09":
        assert parse(body).rows[0].month == date(2025, 9, 1)
    else:
        with pytest.raises(Contradiction, match="is named"):
            parse(body)


@given(st.binary(max_size=400))
def test_no_bytes_raise_anything_but_a_refusal(body: bytes) -> None:
    with pytest.raises(ParseRefused, match="bls_cpi"):
        parse(body)


VALID = answer(*lapse())


@given(st.integers(0, len(VALID)), st.integers(0, 40), st.binary(max_size=6))
def test_a_damaged_answer_is_refused_or_still_holds_levels(at: int, cut: int, put: bytes) -> None:
    try:
        parsed = parse(VALID[:at] + put + VALID[at + cut :])
    except ParseRefused:
        return
    assert all(row.index_e3 > 0 and row.month.day == 1 for row in parsed.rows)
