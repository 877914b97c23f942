from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from kalshi_alpha.drivers.dol_claims.errors import BadFigure, Contradiction, WrongBody
from kalshi_alpha.drivers.dol_claims.release import release_rows
from kalshi_alpha.drivers.dol_claims.schema import ClaimsFigure

HEAD = "EMBARGOED UNTIL 8:30 A.M. (Eastern) Thursday, August 27, 2026\n"
PROSE = (
    "In the week ending August 22, the advance figure for seasonally adjusted initial claims was "
    "211,000, an increase of 5,000\nfrom the previous week's revised level. The previous week's "
    "level was revised down by 1,000 from 207,000 to 206,000.\n"
)
INSURED = (
    "The advance number for seasonally adjusted insured unemployment during the week ending "
    "August 15 was 1,805,000, an\nincrease of 6,000 from the previous week's revised level. The "
    "previous week's level was revised up 2,000 from 1,797,000\nto 1,799,000.\n"
)
TABLE = """UNEMPLOYMENT INSURANCE DATA FOR REGULAR STATE PROGRAMS
WEEK ENDING August 22 August 15 Change August 8 Prior Year1
Initia l Cla ims (SA) 211,000 206,000 +5,000 207,000 229,000
Initial Claims (NSA) 190,123 193,456 -3,333 195,000 191,000
"""
AT = datetime(2026, 8, 27, 12, 30, tzinfo=UTC)


def figure(
    day: tuple[int, int], measure: str, kind: str, sa: int, nsa: int | None = None
) -> object:
    return ClaimsFigure(date(2026, *day), measure, kind, sa, nsa, None, AT)


def test_prose_gives_first_prints_and_the_week_before_as_shown() -> None:
    assert release_rows(HEAD + PROSE + INSURED) == [
        figure((8, 22), "initial", "advance", 211_000),
        figure((8, 15), "initial", "revised", 206_000),
        figure((8, 15), "continued", "advance", 1_805_000),
        figure((8, 8), "continued", "revised", 1_799_000),
    ]


@pytest.mark.parametrize("text", [HEAD + PROSE + TABLE, HEAD + TABLE], ids=["both", "table"])
def test_a_table_gives_the_same_and_the_actual_counts(text: str) -> None:
    assert release_rows(text) == [
        figure((8, 22), "initial", "advance", 211_000, 190_123),
        figure((8, 15), "initial", "revised", 206_000, 193_456),
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("211,000 206,000", "212,000 206,000"),
        ("211,000 206,000", "211,000 207,000"),
        ("August 22 August 15 Change", "August 15 August 8 Change"),
    ],
    ids=["level", "week before", "weeks"],
)
def test_a_table_that_differs_from_the_prose_is_refused(old: str, new: str) -> None:
    with pytest.raises(Contradiction, match="table"):
        release_rows(HEAD + PROSE + TABLE.replace(old, new))


def test_a_table_without_weeks_is_checked_against_the_prose_and_useless_alone() -> None:
    bare = TABLE.replace("WEEK ENDING August 22 August 15 Change August 8 Prior Year1\n", "")
    assert release_rows(HEAD + PROSE + bare)[0].nsa == 190_123
    with pytest.raises(Contradiction):
        release_rows(HEAD + PROSE + bare.replace("211,000", "221,000"))
    with pytest.raises(WrongBody):
        release_rows(HEAD + bare)


def test_actual_counts_of_prose_and_table_must_agree() -> None:
    said = (
        "The advance number of actual initial claims under state programs, unadjusted, totaled "
        "190,124 in the week ending August 22, a decrease"
    )
    with pytest.raises(Contradiction, match="actual claims"):
        release_rows(HEAD + PROSE + TABLE + said)


def test_a_release_on_a_wednesday_counts_from_its_own_day() -> None:
    head = "EMBARGOED UNTIL 8:30 A.M. (Eastern) Wednesday, August 26, 2026\n"
    assert release_rows(head + PROSE)[0].published_at == datetime(2026, 8, 26, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize("released", ["Monday, August 24", "Tuesday, September 1"])
def test_a_week_too_near_or_too_far_from_its_release_is_refused(released: str) -> None:
    text = f"EMBARGOED UNTIL 8:30 A.M. (Eastern) {released}, 2026 {PROSE}"
    with pytest.raises(BadFigure, match="in a release of"):
        release_rows(text)


def test_insured_unemployment_of_another_week_is_refused() -> None:
    with pytest.raises(Contradiction, match="a week before is due"):
        release_rows(HEAD + PROSE + INSURED.replace("August 15", "August 8"))


def test_a_week_that_does_not_end_on_a_saturday_is_refused() -> None:
    with pytest.raises(BadFigure, match="Saturday"):
        release_rows(HEAD + PROSE.replace("August 22", "August 21"))


@pytest.mark.parametrize(
    "text", ["", PROSE, HEAD, HEAD + INSURED], ids=["", "no time", "no", "one"]
)
def test_a_text_without_time_or_first_print_is_no_release(text: str) -> None:
    with pytest.raises(WrongBody):
        release_rows(text)


def test_a_page_dated_otherwise_than_its_text_is_refused() -> None:
    with pytest.raises(Contradiction, match="by its page"):
        release_rows(HEAD + PROSE, datetime(2026, 8, 26, 12, 30, tzinfo=UTC))
