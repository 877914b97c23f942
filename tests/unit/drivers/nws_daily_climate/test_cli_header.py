from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kalshi_alpha.drivers.nws_daily_climate.cli_header import (
    Heading,
    read_heading,
    split_products,
    tidy,
)
from kalshi_alpha.drivers.nws_daily_climate.errors import BadHeading, Contradiction

# The heading of the New York report of 22 August 2026.
TITLE = """CDUS41 KOKX 220626
CLINYC

CLIMATE REPORT
NATIONAL WEATHER SERVICE NEW YORK, NY
226 AM EDT SAT AUG 22 2026
"""


def heading(old: str = "", new: str = "") -> Heading:
    text = TITLE.replace(old, new) if old else TITLE
    return read_heading(text, text)


def test_a_heading_says_what_it_is_who_sent_it_and_when() -> None:
    assert heading() == Heading(
        collective="CDUS41",
        office="KOKX",
        addition="",
        station="NYC",
        issued_at=datetime(2026, 8, 22, 6, 26, tzinfo=UTC),
        standard_offset=timedelta(hours=-5),
    )


@pytest.mark.parametrize("addition", ["CCA", "CCB", "RRA"])
def test_a_repeated_message_says_why_it_is_repeated(addition: str) -> None:
    assert heading("220626", f"220626 {addition}").addition == addition


@pytest.mark.parametrize(
    ("zone", "sent", "office", "hours"),
    [
        ("EST", "220726", "KOKX", -5),
        ("CDT", "220726", "KLOT", -6),
        ("MST", "220926", "KBOU", -7),
        ("PDT", "220926", "KLOX", -8),
        ("AKST", "221126", "PAFC", -9),
        ("AKDT", "221026", "PAOM", -9),
        ("HST", "221226", "PHFO", -10),
        ("SST", "221326", "NSTU", -11),
        ("AST", "220626", "TJSJ", -4),
        # Alaskan offices once abbreviated their own standard time so.
        ("AST", "221126", "PAOM", -9),
        ("UTC", "220226", "KWNO", 0),
    ],
)
def test_the_zone_gives_the_standard_offset_of_the_place(
    zone: str, sent: str, office: str, hours: int
) -> None:
    text = TITLE.replace("EDT", zone).replace("220626", sent).replace("KOKX", office)
    assert read_heading(text, text).standard_offset == timedelta(hours=hours)


def test_the_printed_date_gives_the_month_across_midnight_of_greenwich() -> None:
    text = TITLE.replace("220626", "010042").replace(
        "226 AM EDT SAT AUG 22", "842 PM EDT MON AUG 31"
    )
    assert read_heading(text, text).issued_at == datetime(2026, 9, 1, 0, 42, tzinfo=UTC)


def test_spaces_and_a_second_zone_do_not_matter() -> None:
    loose = TITLE.replace("226 AM EDT SAT AUG 22", " 2:26 AM EDT /126 AM CDT/  SAT AUG  22,")
    loose = loose.replace("CDUS41 KOKX 220626", " CDUS41  KOKX 220626  CCA")
    assert read_heading(loose, loose) == heading("220626", "220626 CCA")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("CLINYC", "DSMNYC"),
        ("CLINYC", "CLINY"),
        ("CLINYC\n", "\n"),
        ("226 AM", "2226 AM"),
        ("226 AM EDT", "226 AM XDT"),
        ("226 AM EDT", "226 AM EDX"),
        ("AUG 22", "AUX 22"),
        ("226 AM EDT SAT AUG 22 2026", ""),
        ("220626", "222626"),
    ],
)
def test_a_malformed_heading_is_refused(old: str, new: str) -> None:
    with pytest.raises(BadHeading):
        heading(old, new)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("SAT", "SUN", "is no SUN"),
        ("220626", "210626", "but printed"),
        ("220626", "232359", "but printed"),
        ("2026", "2025", "is no SAT"),
    ],
)
def test_two_times_that_disagree_are_refused(old: str, new: str, why: str) -> None:
    with pytest.raises(Contradiction, match=why):
        heading(old, new)


def test_a_text_is_tidied_of_what_the_wire_added() -> None:
    wire = "\x01207 \r\r\ncdus41 KOKX 220626\r\r\n\x1dCLI\tNYC  \r\r\n\x03"
    assert tidy(wire) == "207\nCDUS41 KOKX 220626\nCLI     NYC\n"


def test_an_archive_is_cut_at_its_headings() -> None:
    texts = split_products(f"\n000\n{TITLE}\n000\n{TITLE}")
    assert [text.startswith("CDUS41 KOKX") for text in texts] == [True, True]
    with pytest.raises(BadHeading, match="no communications heading"):
        split_products("CLIMATE REPORT\n")
