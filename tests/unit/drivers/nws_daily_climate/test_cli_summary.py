from __future__ import annotations

from datetime import date

import pytest

from kalshi_alpha.drivers.nws_daily_climate.cli_summary import (
    is_corrected,
    read_summaries,
    title_of,
)
from kalshi_alpha.drivers.nws_daily_climate.errors import BadHeading

HEADLINE = "...THE CENTRAL PARK NY CLIMATE SUMMARY FOR AUGUST 21 2026..."


def test_a_headline_says_the_place_and_the_day() -> None:
    (summary,) = read_summaries(f"CLIMATE REPORT\n\n{HEADLINE}\n\nTEMPERATURE (F)\n")
    assert (summary.name, summary.climate_day) == ("CENTRAL PARK NY", date(2026, 8, 21))
    assert (summary.valid_as_of, summary.corrected, summary.first_sunrise_on) == (None, False, None)
    assert title_of(f"CLIMATE REPORT\n\n{HEADLINE}\n") == "CLIMATE REPORT\n\n"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("VALID TODAY AS OF 0400 PM LOCAL TIME.", "0400 PM"),
        ("VALID AS OF 0600 AM LOCAL TIME.", "0600 AM"),
        ("VALID AS OF 735 AM LOCAL TIME.", "735 AM"),
        ("VALID TODAY AS OF 5:00 PM LOCAL TIME", "5:00 PM"),
        ("VALID AS OF NOON", "NOON"),
    ],
)
def test_a_line_of_validity_marks_an_interim_report_in_any_wording(line: str, said: str) -> None:
    (summary,) = read_summaries(f"{HEADLINE}\n{line}\n\nTEMPERATURE (F)\n")
    assert summary.valid_as_of == said


@pytest.mark.parametrize(
    ("headline", "name", "day"),
    [
        # Two spaces, a day of two digits, a short month, FROM: all seen.
        ("...THE  TRI CITIES MI CLIMATE SUMMARY FOR MAY 9 2019...", "TRI CITIES MI", (2019, 5, 9)),
        ("...THE NOME AIRPORT CLIMATE SUMMARY FOR NOV 8 2006...", "NOME AIRPORT", (2006, 11, 8)),
        ("...THE PAGO PAGO CLIMATE SUMMARY FROM MARCH 30 2023...", "PAGO PAGO", (2023, 3, 30)),
        ("...THE A\nB CLIMATE SUMMARY\nFOR FEBRUARY 06 2022...", "A B", (2022, 2, 6)),
    ],
)
def test_headlines_of_other_offices_are_read(
    headline: str, name: str, day: tuple[int, int, int]
) -> None:
    (summary,) = read_summaries(headline)
    assert (summary.name, summary.climate_day) == (name, date(*day))


def test_a_correction_may_say_so_in_the_headline_or_above_it() -> None:
    (summary,) = read_summaries(HEADLINE.replace("2026...", "2026 CORRECTION..."))
    assert summary.corrected
    assert is_corrected("CLIMATE REPORT...CORRECTED LOW TEMPERATURE...")
    assert is_corrected("CLIMATE REPORT (CORRECTION)")
    assert not is_corrected("CLIMATE REPORT")


def test_each_place_of_a_shared_report_keeps_its_own_text() -> None:
    text = f"{HEADLINE}\nfirst\n{HEADLINE.replace('CENTRAL PARK NY', 'KODIAK')}\nsecond\n"
    first, second = read_summaries(text)
    assert (first.body, second.body) == ("\nfirst\n", "\nsecond\n")
    assert second.name == "KODIAK"


def test_the_first_sunrise_is_the_day_after() -> None:
    (summary,) = read_summaries(
        f"{HEADLINE}\nAUGUST 22 2026........SUNRISE   613 AM EDT\n"
        "AUGUST 23 2026........SUNRISE   614 AM EDT\n"
    )
    assert summary.first_sunrise_on == date(2026, 8, 22)


@pytest.mark.parametrize("text", ["", "CLIMATE REPORT", HEADLINE.replace("AUGUST 21", "AUGUST 32")])
def test_a_report_without_a_day_is_refused(text: str) -> None:
    with pytest.raises(BadHeading):
        read_summaries(text)
