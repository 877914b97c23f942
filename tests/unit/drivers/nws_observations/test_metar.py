from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.drivers.nws_observations.errors import BadObservation
from kalshi_alpha.drivers.nws_observations.metar import Report, read_metar

# The report of Chicago Midway of 4 September 2026, 01:53 UTC.
MIDWAY = "KMDW 040153Z 15005KT 10SM CLR 29/23 A2993 RMK AO2 SLP121 T02940228 $"


def test_tenths_come_from_the_group_in_the_remarks() -> None:
    assert read_metar(MIDWAY) == Report("KMDW", 4, 1, 53, corrected=False, temp_c_tenths=294)


@pytest.mark.parametrize(
    ("groups", "values"),
    [
        ("T10061011", {"temp_c_tenths": -6}),
        ("T0294", {"temp_c_tenths": 294}),
        ("T0294////", {"temp_c_tenths": 294}),
        ("10316 20233", {"max_6h_c_tenths": 316, "min_6h_c_tenths": 233}),
        ("11011 21072", {"max_6h_c_tenths": -11, "min_6h_c_tenths": -72}),
        ("401121006", {"max_24h_c_tenths": 112, "min_24h_c_tenths": -6}),
        ("60012 70123 933015 56012 P0001 4/003 10/20", {}),
        ("TSB15 T12 T0294022 1031 40112", {}),
    ],
)
def test_groups_of_the_handbook_are_read_and_others_are_not(
    groups: str, values: dict[str, int]
) -> None:
    found = read_metar(f"KMDW 040553Z 15005KT 10SM CLR A2993 RMK AO2 {groups}")
    assert found == Report("KMDW", 4, 5, 53, corrected=False, **values)


def test_groups_before_the_remarks_mean_something_else() -> None:
    assert read_metar("KMDW 040553Z 10316 20233 T02940228 A2993").max_6h_c_tenths is None


@pytest.mark.parametrize(
    "text", [f"METAR {MIDWAY}", f"SPECI {MIDWAY}", f"  {MIDWAY}=", MIDWAY.replace(" ", "\n")]
)
def test_the_wrapping_of_a_report_does_not_matter(text: str) -> None:
    assert read_metar(text).temp_c_tenths == 294


@pytest.mark.parametrize(
    "text", [f"METAR COR {MIDWAY}", MIDWAY.replace("040153Z ", "040153Z COR ")]
)
def test_a_correction_says_so(text: str) -> None:
    assert read_metar(text).corrected
    assert not read_metar(MIDWAY).corrected


@pytest.mark.parametrize(
    "text", ["", "NIL", "KMDW", "KMDW 040153 15005KT", "kmdw 040153Z 15005KT", "KMDW 040153Z"]
)
def test_a_text_without_station_and_time_is_refused(text: str) -> None:
    if text == "KMDW 040153Z":  # Empty, but a report.
        assert read_metar(text).temp_c_tenths is None
    else:
        with pytest.raises(BadObservation):
            read_metar(text)


def test_a_group_with_two_values_is_refused() -> None:
    assert read_metar(f"{MIDWAY} T02940228").temp_c_tenths == 294
    with pytest.raises(BadObservation, match="two values"):
        read_metar(MIDWAY.replace("T02940228", "T02940228 T03000228"))


@given(st.integers(-999, 999), st.integers(-999, 999))
def test_every_tenth_survives_the_way_through_the_group(high: int, low: int) -> None:
    def group(value: int) -> str:
        return f"{int(value < 0)}{abs(value):03d}"

    found = read_metar(f"KNYC 040453Z RMK AO2 4{group(high)}{group(low)} T{group(low)}0000")
    assert (found.max_24h_c_tenths, found.min_24h_c_tenths) == (high, low)
    assert found.temp_c_tenths == low
