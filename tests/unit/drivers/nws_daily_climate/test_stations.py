from __future__ import annotations

import pytest

from kalshi_alpha.drivers.nws_daily_climate.stations import PLACES, named


@pytest.mark.parametrize(
    ("headline", "station"),
    [
        ("CENTRAL PARK NY", "NYC"),
        ("CHICAGO-MIDWAY", "MDW"),
        ("MIAMI", "MIA"),
        ("AUSTIN BERGSTROM", "AUS"),
        ("LOS ANGELES INTL AIRPORT CA", "LAX"),
        ("DENVER CO", "DEN"),
        ("PHILADELPHIA PA", "PHL"),
        ("WASHINGTON NATIONAL DC", "DCA"),
        ("DALLAS/FORT WORTH", "DFW"),
        ("HOUSTON/HOBBY AIRPORT", "HOU"),
        ("TWIN CITIES MN", "MSP"),
        ("SEATTLE-TACOMA WA AIRPORT", "SEA"),
        ("SAN FRANCISCO AIRPORT", "SFO"),
    ],
)
def test_a_traded_place_is_known_by_its_headline(headline: str, station: str) -> None:
    assert named(headline) == station


@pytest.mark.parametrize(
    "headline",
    [
        "KENNEDY NY",
        "LAGUARDIA NY",
        "CHICAGO-OHARE",
        "MIAMI BEACH",
        "AUSTIN CAMP MABRY",
        "DOWNTOWN LOS ANGELES CA",
        "LOS ANGELES DOWNTOWN",
        "SAN FRANCISCO DOWNTOWN CA",
        "NEW ORLEANS LAKEFRONT",
        "SAN ANTONIO STINSON",
        "WASHINGTON DULLES VA",
        "SEATTLE WA WFO",
        "",
    ],
)
def test_a_neighbour_of_a_traded_place_is_another_place(headline: str) -> None:
    assert named(headline) is None


def test_houston_has_two_places_and_they_are_kept_apart() -> None:
    assert named("HOUSTON INTERCONTINENTAL") == "IAH"
    assert named("HOUSTON/HOBBY AIRPORT") == "HOU"


def test_standard_time_lies_west_of_greenwich_by_whole_hours() -> None:
    hours = {place.standard_offset.total_seconds() / 3600 for place in PLACES.values()}
    assert hours == {-5, -6, -7, -8, -9}
