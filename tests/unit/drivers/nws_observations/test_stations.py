from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from kalshi_alpha.drivers.nws_observations.stations import STANDARD_OFFSETS

SAMPLES = Path(__file__).parents[3] / "fixtures" / "nws_observations" / "samples"


def test_every_traded_station_has_its_standard_time() -> None:
    hours = {s: offset.total_seconds() / 3600 for s, offset in STANDARD_OFFSETS.items()}
    assert len(hours) == 24 + 23
    assert (hours["KNYC"], hours["KMDW"], hours["KDEN"], hours["KLAX"]) == (-5, -6, -7, -8)
    # Arizona keeps standard time all year, and so does every climate day.
    assert hours["KPHX"] == -7


def test_the_stations_of_the_memphis_collective_keep_central_time() -> None:
    messages = (SAMPLES / "DSM_collective_pyiem.txt").read_text().splitlines()
    named = {line[:4] for line in messages if line[4:8] == " DS "}
    assert len(named) == 23
    assert {STANDARD_OFFSETS[station] for station in named} == {timedelta(hours=-6)}
