from __future__ import annotations

from dataclasses import fields
from datetime import UTC, date, datetime

from kalshi_alpha.drivers.nws_observations.schema import (
    TABLE,
    Observation,
    dated_on,
    earliest_at,
    newest,
)

AT = datetime(2026, 9, 4, 1, 53, tzinfo=UTC)
METAR = Observation("KMDW", AT, "metar", 294)


def test_the_table_holds_what_a_row_holds() -> None:
    assert TABLE.names == tuple(field.name for field in fields(Observation))


def test_an_observation_exists_from_its_own_instant_on() -> None:
    assert dated_on(METAR) == date(2026, 9, 3)
    assert earliest_at(METAR) == AT


def test_the_latest_observation_is_shown() -> None:
    earlier = Observation("KNYC", datetime(2026, 9, 4, 1, 51, tzinfo=UTC), "metar", 300)
    assert newest([METAR, earlier]).text == "KMDW 2026-09-04 01:53Z 29.4 C"
    later = datetime(2026, 9, 4, 6, tzinfo=UTC)
    day = Observation("KMDW", later, "dsm", climate_day=date(2026, 9, 3), day_max_f=88)
    assert newest([METAR, day]).text == "KMDW 2026-09-04 06:00Z max 88 F on 2026-09-03"
    bare = Observation("KMDW", later, "metar", max_6h_c_tenths=300)
    assert newest([bare]).text == "KMDW 2026-09-04 06:00Z no temperature"
