from __future__ import annotations

from kalshi_alpha.drivers.nws_observations.stations import STANDARD_OFFSETS


def test_every_traded_station_has_its_standard_time() -> None:
    hours = {s: offset.total_seconds() / 3600 for s, offset in STANDARD_OFFSETS.items()}
    assert len(hours) == 24
    assert (hours["KNYC"], hours["KMDW"], hours["KDEN"], hours["KLAX"]) == (-5, -6, -7, -8)
    # Arizona keeps standard time all year, and so does every climate day.
    assert hours["KPHX"] == -7
