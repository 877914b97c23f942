from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.drivers.nws_observations.dsm import (
    Summary,
    observations,
    read_summaries,
)
from kalshi_alpha.drivers.nws_observations.errors import (
    BadObservation,
    Contradiction,
    NoYear,
    ObservationsRefused,
    WrongBody,
)
from kalshi_alpha.drivers.nws_observations.schema import Observation
from kalshi_alpha.drivers.nws_observations.stations import STANDARD_OFFSETS

SAMPLES = Path(__file__).parents[3] / "fixtures" / "nws_observations" / "samples"
NYC = "KNYC DS 1500 08/10 731403/ 560600// 73/ 56//0014250/00/00/"
CAME_AT = datetime(2026, 10, 8, 20, 44, tzinfo=UTC)


def read(text: str) -> list[Summary]:
    return read_summaries(text, Counter())


def place(text: str, came_at: datetime = CAME_AT) -> list[Observation]:
    return observations(read(text), came_at, Counter())


def test_the_new_york_message_is_read_as_it_stands() -> None:
    """Maximum 73 at 14:03 and minimum 56 at 06:00, valid at 15:00 local standard time."""
    (found,) = read((SAMPLES / "DSMNYC_2026-10-08.txt").read_text())
    assert found == Summary("KNYC", False, 900, 8, 10, 73, 843, 56, 360)


def test_a_collective_holds_a_message_for_each_station() -> None:
    found = read((SAMPLES / "DSM_collective_pyiem.txt").read_bytes().decode())
    assert len(found) == 23
    extremes = {s.station: (s.max_f, s.min_f) for s in found}
    # The day's own minimum, not that of the night before which stands behind it.
    assert extremes["KLIT"] == (58, 30)
    assert extremes["KMEM"] == (56, 43)
    assert extremes["KTVR"] == (70, 48)
    assert extremes["KHKS"] == (66, 47)
    assert {(s.day, s.month, s.valid) for s in found} == {(26, 11, None)}


@pytest.mark.parametrize(
    ("extreme", "value", "minutes"),
    [("1001447", 100, 887), (" 51403", 5, 843), ("-051403", -5, 843), ("-51403", -5, 843)],
)
def test_values_of_any_width_and_sign_are_read(extreme: str, value: int, minutes: int) -> None:
    (found,) = read(NYC.replace("731403", extreme).replace("560600", "-200600"))
    assert (found.max_f, found.max_at) == (value, minutes)


def test_a_missing_value_stays_missing() -> None:
    (found,) = read(NYC.replace("560600", "M"))
    assert (found.min_f, found.min_at, found.max_f) == (None, None, 73)


def test_a_message_is_placed_in_local_standard_time() -> None:
    (row,) = place(NYC)
    assert row.observed_at == datetime(2026, 10, 8, 20, 0, tzinfo=UTC)
    assert (row.station, row.kind, row.climate_day) == ("KNYC", "dsm", date(2026, 10, 8))
    assert (row.day_max_f, row.day_min_f) == (73, 56)


def test_the_message_of_a_finished_day_covers_it_to_standard_midnight() -> None:
    (row,) = place(NYC.replace(" 1500 ", " "), datetime(2026, 10, 9, 5, 20, tzinfo=UTC))
    assert row.observed_at == datetime(2026, 10, 9, 5, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "came_at", "day"),
    [
        ("31/12", datetime(2027, 1, 1, 5, 20, tzinfo=UTC), date(2026, 12, 31)),
        ("01/01", datetime(2026, 12, 31, 23, 0, tzinfo=UTC), date(2027, 1, 1)),
        ("29/02", datetime(2028, 3, 1, 5, 20, tzinfo=UTC), date(2028, 2, 29)),
    ],
)
def test_the_year_comes_from_the_time_of_the_message(
    text: str, came_at: datetime, day: date
) -> None:
    (row,) = place(NYC.replace("08/10", text), came_at)
    assert row.climate_day == day


@pytest.mark.parametrize("text", ["01/10", "29/02", "31/09"])
def test_a_date_far_from_the_message_is_refused(text: str) -> None:
    with pytest.raises(Contradiction, match="far from 2026-10-08"):
        place(NYC.replace("08/10", text))


def received(text: str, at: str) -> Observation:
    came_at = datetime.fromisoformat(at)
    (row,) = observations(read(text), came_at, Counter(), bare=True)
    return row


@pytest.mark.parametrize(
    ("day_month", "received_at", "day"),
    [
        ("08/10", "2026-10-08T20:00Z", date(2026, 10, 8)),
        ("08/10", "2026-10-08T16:44-04:00", date(2026, 10, 8)),
        ("31/12", "2027-01-01T05:20Z", date(2026, 12, 31)),
        # 21:00 of the old year by New York's standard time, already the new one in UTC.
        ("31/12", "2027-01-01T02:00Z", date(2026, 12, 31)),
        ("01/01", "2027-01-02T00:00Z", date(2027, 1, 1)),
        ("29/02", "2028-03-01T05:20Z", date(2028, 2, 29)),
        ("08/10", "2027-01-20T12:00Z", date(2026, 10, 8)),
        ("08/10", "2026-12-31T12:00Z", date(2026, 10, 8)),
    ],
    ids=[
        "as it is made",
        "clock of New York",
        "year's end",
        "year's end in UTC only",
        "new year",
        "leap day",
        "months later, over the year's end",
        "months later",
    ],
)
def test_a_bare_message_is_of_the_nearest_day_not_after_its_receipt(
    day_month: str, received_at: str, day: date
) -> None:
    assert received(NYC.replace("08/10", day_month), received_at).climate_day == day


@pytest.mark.parametrize(
    ("day_month", "received_at", "refusal", "words"),
    [
        ("09/10", "2026-10-08T20:44Z", NoYear, "09/10 names no year"),
        # The eighth has begun in UTC, but not by New York's standard time.
        ("08/10", "2026-10-08T04:59Z", NoYear, "before its receipt on 2026-10-07"),
        ("08/10", "2026-05-01T12:00Z", NoYear, "08/10 names no year"),
        # Tomorrow rather than 364 days ago, although that is in the year of the receipt.
        ("01/01", "2026-12-31T23:00Z", NoYear, "01/01 names no year"),
        ("29/02", "2027-03-01T12:00Z", NoYear, "29/02 names no year"),
        ("31/09", "2026-10-08T20:44Z", NoYear, "31/09 names no year"),
        ("08/10", "2026-10-08T19:59Z", Contradiction, "until 2026-10-08 20:00Z was received"),
    ],
    ids=[
        "tomorrow",
        "tomorrow there",
        "too long ago",
        "new year",
        "no leap",
        "no day",
        "later today",
    ],
)
def test_a_bare_message_of_no_day_shortly_before_its_receipt_is_refused(
    day_month: str, received_at: str, refusal: type[Exception], words: str
) -> None:
    with pytest.raises(refusal, match=words):
        received(NYC.replace("08/10", day_month), received_at)


def test_a_bare_message_of_a_finished_day_comes_after_its_standard_midnight() -> None:
    finished = NYC.replace(" 1500 ", " ")
    assert received(finished, "2026-10-09T05:00Z").climate_day == date(2026, 10, 8)
    with pytest.raises(Contradiction, match="until 2026-10-09 05:00Z was received before"):
        received(finished, "2026-10-09T04:59Z")


@given(
    st.datetimes(datetime(1990, 1, 1), datetime(2100, 12, 31)),  # noqa: DTZ001
    st.integers(0, 30),
    st.sampled_from(["KNYC", "KMDW", "KPHX", "KLAX"]),
)
def test_a_bare_message_of_the_past_thirty_days_gets_its_year(
    at: datetime, days_ago: int, station: str
) -> None:
    received_at = at.replace(tzinfo=UTC)
    local = received_at + STANDARD_OFFSETS[station]
    day = local.date() - timedelta(days=days_ago)
    text = f"{station} DS 0000 {day:%d/%m} M/ M// M/ M//"
    (row,) = observations(read(text), received_at, Counter(), bare=True)
    assert row.climate_day == day
    assert row.observed_at <= received_at


@given(
    st.dates(date(1990, 1, 1), date(2100, 12, 31)),
    st.integers(1, 12),
    st.integers(1, 31),
    st.sampled_from(["", "0000 ", "2359 "]),
)
def test_no_bare_message_is_dated_after_its_receipt_or_long_before(
    on: date, month: int, day: int, valid: str
) -> None:
    received_at = datetime.combine(on, time(17), UTC)
    text = f"KNYC DS {valid}{day:02d}/{month:02d} M/ M// M/ M//"
    try:
        (row,) = observations(read(text), received_at, Counter(), bare=True)
    except (NoYear, Contradiction):
        return
    assert row.observed_at <= received_at
    assert row.climate_day is not None
    assert timedelta(0) <= on - row.climate_day <= timedelta(days=182)


def test_a_station_without_a_known_standard_time_is_counted() -> None:
    skipped: Counter[str] = Counter()
    assert observations(read(NYC.replace("KNYC", "KABQ")), CAME_AT, skipped) == []
    assert skipped == {"station without a known standard time": 1}


def test_a_correction_replaces_its_message_and_two_others_are_refused() -> None:
    corrected = NYC.replace("DS ", "DS COR ").replace("731403", "741403")
    for text in (f"{NYC}= {corrected}=", f"{corrected}= {NYC}="):
        assert [row.day_max_f for row in place(text)] == [74]
    assert len(place(f"{NYC}= {NYC}=")) == 1
    with pytest.raises(Contradiction, match="two summaries"):
        place(f"{NYC}= {NYC.replace('731403', '741403')}=")


@pytest.mark.parametrize(
    ("old", "new", "refusal"),
    [
        ("731403", "551403", Contradiction),
        ("731403", "731503", Contradiction),
        ("731403", "1411403", Contradiction),
        ("731403", "732403", BadObservation),
        ("731403", "73", BadObservation),
        ("731403", "", BadObservation),
        ("1500", "2500", BadObservation),
        ("08/10", "08/13", BadObservation),
        ("08/10", "8/10", BadObservation),
        (" 73/ 56//", "", BadObservation),
    ],
)
def test_a_malformed_message_is_refused_and_leaves_the_others(
    old: str, new: str, refusal: type[Exception]
) -> None:
    assert old in NYC
    wrong = NYC.replace(old, new, 1)
    with pytest.raises(refusal):
        read(wrong)
    skipped: Counter[str] = Counter()
    kept = read_summaries(f"{wrong}=\n{NYC.replace('KNYC', 'KMIA')}=", skipped)
    assert [summary.station for summary in kept] == ["KMIA"]
    assert skipped["unreadable daily summary"] == 1


def test_a_text_without_a_message_is_refused() -> None:
    with pytest.raises(WrongBody):
        read("CXUS41 KOKX 082044\nDSMNYC\n")


@given(st.text(alphabet="KNYCDS 0123456789/M-=\n", max_size=80))
def test_any_text_like_a_message_is_read_or_refused(text: str) -> None:
    try:
        found = read(text)
    except ObservationsRefused:
        return
    assert all(s.max_f is None or -100 <= s.max_f <= 140 for s in found)
