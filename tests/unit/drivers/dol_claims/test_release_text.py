from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from kalshi_alpha.drivers.dol_claims.errors import BadFigure, Contradiction
from kalshi_alpha.drivers.dol_claims.release_text import (
    Sentence,
    TableRow,
    initial_sentence,
    insured_sentence,
    released_at,
    squeezed,
    table_rows,
    unadjusted_count,
    week_before,
)

THURSDAY = date(2026, 8, 27)
LEVEL = (
    "In the week ending August 22, the advance figure for seasonally adjusted initial claims was"
)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("EMBARGOED UNTIL\n8:30 A.M. (Eastern) Thursday, August 27, 2026", "2026-08-27T12:30"),
        ("EMBARGOED UNTIL 8:30 A.M. (EST), Wednesday,  November 25, 2026", "2026-11-25T13:30"),
        ("RELEASED AT 8:30 AM Eastern Thursday, January 7, 2021", "2021-01-07T13:30"),
    ],
    ids=["thursday", "thanksgiving wednesday", "winter"],
)
def test_the_release_time_is_read_in_new_york_time(text: str, at: str) -> None:
    assert released_at(squeezed(text)) == datetime.fromisoformat(at).replace(tzinfo=UTC)


def test_a_text_without_a_release_time_has_none() -> None:
    assert released_at("") is None


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("EMBARGOED UNTIL 8:30 A.M. (Eastern) Wednesday, August 27, 2026", Contradiction),
        ("EMBARGOED UNTIL 8:30 A.M. (Eastern) Monday, February 30, 2026", BadFigure),
        ("EMBARGOED UNTIL 18:30 A.M. (Eastern) Thursday, August 27, 2026", BadFigure),
    ],
    ids=["wrong weekday", "no such day", "no such hour"],
)
def test_an_impossible_release_time_is_refused(text: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        released_at(squeezed(text))


@pytest.mark.parametrize(
    ("rest", "previous"),
    [
        (("211,000, an increase of 5,000 from the previous week's revised level. The previous "
         "week's level was revised down by 1,000 from 207,000 to 206,000."), 206_000),
        ("211,000, an increase of 5,000 from the previous week’s unrevised level of 206,000.",
         206_000),
        ("211,000, a decrease of 2,000 from the previous week's revised level.", 213_000),
        (("211,000, unchanged from the previous week's revised level. The previous week's level "
         "was revised up by 1,000 from 210,000 to 211,000."), 211_000),
        ("211,000, an increase of 5,000 from the previous week's revised figure of 206,000.",
         206_000),
        ("211,000.", None),
    ],
    ids=["revised", "unrevised", "change only", "unchanged", "figure of", "level only"],
)  # fmt: skip
def test_the_week_before_is_read_from_whatever_is_said_of_it(
    rest: str, previous: int | None
) -> None:
    said = initial_sentence(squeezed(f"{LEVEL} {rest}"), THURSDAY)
    assert said == Sentence(date(2026, 8, 22), 211_000, previous)


@pytest.mark.parametrize(
    "rest",
    [
        (
            "211,000, an increase of 6,000 from the previous week's revised level. The previous "
            "week's level was revised down by 1,000 from 207,000 to 206,000."
        ),
        (
            "211,000, an increase of 5,000 from the previous week's revised level. The previous "
            "week's level was revised up by 1,000 from 207,000 to 206,000."
        ),
        "211,000, a decrease of 5,000 from the previous week's unrevised level of 206,000.",
        f"211,000. {LEVEL} 212,000.",
    ],
    ids=["change", "revision", "direction", "two levels"],
)
def test_figures_that_do_not_add_up_are_refused(rest: str) -> None:
    with pytest.raises(Contradiction):
        initial_sentence(squeezed(f"{LEVEL} {rest}"), THURSDAY)


def test_letters_and_figures_split_by_the_extraction_are_joined() -> None:
    text = "In the w eek ending Aug ust 22, the adv ance figure for seas onally adjusted initia l "
    said = initial_sentence(squeezed(text + "cla ims was 2 11,0 00."), THURSDAY)
    assert said == Sentence(date(2026, 8, 22), 211_000, None)


def test_the_revision_of_insured_unemployment_is_not_that_of_initial_claims() -> None:
    words = squeezed(
        f"{LEVEL} 211,000. The advance number for seasonally adjusted insured unemployment during "
        "the week ending August 15 was 1,805,000, an increase of 6,000 from the previous week's "
        "revised level. The previous week's level was revised up 2,000 from 1,797,000 to 1,799,000."
    )
    initial = initial_sentence(words, THURSDAY)
    assert initial == Sentence(date(2026, 8, 22), 211_000, None)
    insured = insured_sentence(words, THURSDAY)
    assert insured == Sentence(date(2026, 8, 15), 1_805_000, 1_799_000)


def test_the_actual_count_is_read_with_its_week() -> None:
    words = squeezed(
        "The advance number of actual initial claims under state programs, unadjusted, totaled "
        "208,642 in the week ending May 31, a decrease of 3,128"
    )
    assert unadjusted_count(words, date(2025, 6, 5)) == (date(2025, 5, 31), 208_642)


@pytest.mark.parametrize(
    ("month", "day", "released_on", "week"),
    [
        ("december", "27", date(2026, 1, 2), date(2025, 12, 27)),
        ("january", "3", date(2026, 1, 8), date(2026, 1, 3)),
        ("february", "29", date(2020, 3, 5), date(2020, 2, 29)),
    ],
    ids=["across the year", "in the year", "leap day"],
)
def test_a_date_without_a_year_is_the_last_one_by_the_release(
    month: str, day: str, released_on: date, week: date
) -> None:
    assert week_before(month, day, released_on) == week


def test_a_leap_day_of_another_year_is_refused() -> None:
    with pytest.raises(BadFigure):
        week_before("february", "29", date(2026, 3, 5))


def test_table_rows_are_read_by_their_first_two_figures() -> None:
    words = squeezed(
        """WEEK ENDING August 22 August 15 Change August 8 Prior Year1
        Initia l Cla ims (SA) 211,000 206,000 +5,000 207,000 229,000
        Initial Claims (NSA) 190,123 193,456 -3,333 0 191,000
        WEEK ENDING | August 15 | August 8 | Change
        Insured Unemployment (SA) | 1,805,000 | 1,799,000 | +6,000"""
    )
    assert table_rows(words, THURSDAY) == [
        TableRow("initial", adjusted=True, week=date(2026, 8, 22), level=211_000, previous=206_000),
        TableRow(
            "initial", adjusted=False, week=date(2026, 8, 22), level=190_123, previous=193_456
        ),
        TableRow(
            "insured", adjusted=True, week=date(2026, 8, 15), level=1_805_000, previous=1_799_000
        ),
    ]


def test_table_weeks_that_do_not_follow_each_other_are_refused() -> None:
    words = squeezed("WEEK ENDING August 22 August 8\nInitial Claims (SA) 211,000 206,000")
    with pytest.raises(Contradiction, match="follow"):
        table_rows(words, THURSDAY)
