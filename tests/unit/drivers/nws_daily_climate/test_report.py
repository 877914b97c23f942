from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.drivers.nws_daily_climate.cli_header import tidy
from kalshi_alpha.drivers.nws_daily_climate.errors import Contradiction, WrongStation
from kalshi_alpha.drivers.nws_daily_climate.report import day_end, read_report
from kalshi_alpha.drivers.nws_daily_climate.schema import ClimateExtreme

# The New York report of 22 August 2026, cut to what a reader needs.
FINAL = """CDUS41 KOKX 220626
CLINYC

CLIMATE REPORT
NATIONAL WEATHER SERVICE NEW YORK, NY
226 AM EDT SAT AUG 22 2026

...THE CENTRAL PARK NY CLIMATE SUMMARY FOR AUGUST 21 2026...

TEMPERATURE (F)
 YESTERDAY
  MAXIMUM         79    301 PM  96    1955  83     -4       72
  MINIMUM         63    424 AM  53    1922  69     -6       59
  AVERAGE         71                        76     -5       66

PRECIPITATION (IN)
AUGUST 22 2026........SUNRISE   613 AM EDT   SUNSET   744 PM EDT
$$
"""


def changed(*changes: tuple[str, str]) -> str:
    text = FINAL
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text


def rows(text: str = FINAL) -> list[ClimateExtreme]:
    return read_report(tidy(text), Counter())[1]


def statuses(text: str) -> set[str]:
    return {row.status for row in rows(text)}


def test_a_final_report_gives_the_days_extremes() -> None:
    high, low = rows()
    assert (high.station, high.climate_day, high.element) == ("NYC", date(2026, 8, 21), "max")
    assert (high.value_f, high.status, high.flags) == (79, "final", "")
    assert high.issued_at == datetime(2026, 8, 22, 6, 26, tzinfo=UTC)
    assert (low.element, low.value_f, low.observed_time) == ("min", 63, "04:24")
    assert high.version == low.version
    assert len(high.version) == 16


def test_the_same_text_has_the_same_version_whichever_way_it_came() -> None:
    wire = "\r\r\n".join(FINAL.split("\n"))
    assert {row.version for row in rows(wire)} == {row.version for row in rows()}
    other = changed(("79 ", "80 "))
    assert {row.version for row in rows(other)}.isdisjoint({row.version for row in rows()})


@pytest.mark.parametrize(
    "line", ["VALID AS OF 0600 AM LOCAL TIME.", "VALID TODAY AS OF 0400 PM LOCAL TIME."]
)
def test_a_report_with_a_line_of_validity_is_interim_whatever_its_label(line: str) -> None:
    assert statuses(changed(("2026...\n", f"2026...\n{line}\n"))) == {"interim"}


def test_a_report_labelled_today_is_interim_without_a_line_of_validity() -> None:
    assert statuses(changed(("YESTERDAY", "TODAY"))) == {"interim"}


def test_a_report_before_local_standard_midnight_is_interim() -> None:
    """At half past midnight of daylight time the climate day has half an hour to go."""
    early = changed(("220626", "220430"), ("226 AM", "1230 AM"))
    assert statuses(early) == {"interim"}
    on_time = changed(("220626", "220500"), ("226 AM", "100 AM"))
    assert statuses(on_time) == {"final"}


def test_a_known_place_keeps_its_own_time_whatever_zone_is_printed() -> None:
    """Half an hour past midnight of Greenwich is an evening in New York."""
    evening = changed(
        ("220626", "220030"),
        ("226 AM EDT SAT AUG 22", "1230 AM UTC SAT AUG 22"),
    )
    assert statuses(evening) == {"interim"}


@pytest.mark.parametrize(
    "change",
    [
        ("220626", "220626 CCA"),
        ("220626", "220626 CCB"),
        ("CLIMATE REPORT", "CLIMATE REPORT...CORRECTED LOW TEMPERATURE..."),
        ("CLIMATE REPORT", "CLIMATE REPORT (CORRECTION)"),
        ("2026...", "2026 CORRECTION..."),
    ],
)
def test_a_correction_is_told_by_its_heading_or_its_words(change: tuple[str, str]) -> None:
    assert statuses(changed(change)) == {"correction"}


def test_a_delayed_report_is_no_correction_and_a_corrected_interim_one_stays_interim() -> None:
    assert statuses(changed(("220626", "220626 RRA"))) == {"final"}
    assert statuses(changed(("220626", "220626 CCA"), ("YESTERDAY", "TODAY"))) == {"interim"}


def test_a_correction_that_takes_the_value_away_says_missing() -> None:
    """As of 8 July 2026, when Miami's minimum was replaced after the final report."""
    high, low = rows(changed(("220626", "220626 CCA"), ("63    424 AM", "MM       MM")))
    assert (high.value_f, high.flags) == (79, "")
    assert (low.value_f, low.flags, low.status) == (None, "missing", "correction")


def test_flags_are_named_in_order() -> None:
    high, _ = rows(changed(("79    301", "79(E)R 301")))
    assert high.flags == "estimated,record"


@pytest.mark.parametrize("other", ["KENNEDY NY", "LAGUARDIA NY", "CHICAGO-MIDWAY", "MIAMI"])
def test_another_city_of_the_same_office_is_refused(other: str) -> None:
    with pytest.raises(WrongStation, match="CLINYC is about"):
        rows(changed(("CENTRAL PARK NY", other)))


def test_a_product_named_after_another_place_than_its_headline_is_refused() -> None:
    with pytest.raises(WrongStation, match="CLIJFK is about 'CENTRAL PARK NY'"):
        rows(changed(("CLINYC", "CLIJFK")))


def test_a_place_that_is_not_traded_keeps_the_name_of_its_product() -> None:
    text = changed(("CLINYC", "CLIJFK"), ("CENTRAL PARK NY", "KENNEDY NY"))
    assert {row.station for row in rows(text)} == {"JFK"}


def part(name: str, high: int) -> str:
    body = FINAL[FINAL.index("...THE") :].replace("CENTRAL PARK NY", name)
    return body.replace("79 ", f"{high} ").replace("AVERAGE         71", "AVERAGE         MM")


def test_places_of_a_shared_report_are_told_by_their_headlines() -> None:
    head = changed(("CLINYC", "CLIHOU"), ("KOKX", "KHGX"))[: FINAL.index("...THE")]
    text = head + part("HOUSTON INTERCONTINENTAL", 80) + part("HOUSTON/HOBBY AIRPORT", 81)
    found = {row.station: row.value_f for row in rows(text) if row.element == "max"}
    assert found == {"IAH": 80, "HOU": 81}


def test_an_unknown_place_of_a_shared_report_is_left_out_and_counted() -> None:
    head = FINAL[: FINAL.index("...THE")]
    skipped: Counter[str] = Counter()
    text = head + part("CENTRAL PARK NY", 80) + part("NOWHERE", 99)
    found = read_report(tidy(text), skipped)[1]
    assert {row.station for row in found} == {"NYC"}
    assert skipped["unknown place in a shared report"] == 1
    with pytest.raises(WrongStation, match="names no place"):
        rows(head + part("NOWHERE", 80) + part("ELSEWHERE", 81))
    with pytest.raises(Contradiction, match="one place twice"):
        rows(head + part("CENTRAL PARK NY", 80) + part("CENTRAL PARK NY", 81))


@pytest.mark.parametrize(
    ("day", "why"),
    [
        ("AUGUST 23 2026", "issued on 2026-08-22 about"),
        ("AUGUST 21 2025", "issued on 2026-08-22 about"),
        ("AUGUST 11 2026", "a final report of 2026-08-11"),
    ],
)
def test_a_day_that_nothing_confirms_is_refused(day: str, why: str) -> None:
    with pytest.raises(Contradiction, match=why):
        rows(changed(("AUGUST 21 2026", day)))


def test_an_interim_report_is_of_its_own_day() -> None:
    with pytest.raises(Contradiction, match="an interim report"):
        rows(changed(("AUGUST 21 2026", "AUGUST 19 2026"), ("YESTERDAY", "TODAY")))


def test_a_late_final_report_counts_if_the_almanac_confirms_its_day() -> None:
    late = changed(("AUGUST 21 2026", "AUGUST 19 2026"), ("AUGUST 22 2026.", "AUGUST 20 2026."))
    assert {(row.climate_day, row.status) for row in rows(late)} == {(date(2026, 8, 19), "final")}


def test_a_correction_of_weeks_ago_is_believed_unless_its_almanac_says_otherwise() -> None:
    late = changed(("AUGUST 21 2026", "AUGUST 1 2026"), ("220626", "220626 CCA"))
    with pytest.raises(Contradiction, match="a final report of 2026-08-01"):
        rows(late)
    bare = "\n".join(line for line in late.split("\n") if "SUNRISE" not in line)
    assert statuses(bare) == {"correction"}


@given(st.dates(date(2000, 1, 1), date(2050, 1, 1)), st.integers(-11, -4))
def test_a_climate_day_has_twenty_four_hours_all_year(day: date, hours: int) -> None:
    offset = timedelta(hours=hours)
    end, before = day_end(day, offset), day_end(day - timedelta(days=1), offset)
    assert end - before == timedelta(hours=24)
    assert (end + offset).date() == day + timedelta(days=1)
    assert (end + offset).hour == 0
