from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime

import pytest

from kalshi_alpha.drivers.weather_guidance.archive_csv import is_archive, read_archive
from kalshi_alpha.drivers.weather_guidance.errors import BadBulletin, Contradiction, WrongBody
from kalshi_alpha.drivers.weather_guidance.schema import Guidance

HEAD = "runtime,ftime,model,tmp,station,txn,xnd,n_x"
CYCLE = datetime(2021, 6, 15, 1, tzinfo=UTC)


def table(*lines: str) -> str:
    return "\n".join([HEAD, *lines]) + "\n"


def read(*lines: str) -> list[Guidance]:
    return read_archive(table(*lines), Counter())


def test_the_line_of_midnight_gives_the_maximum_of_the_day_before() -> None:
    rows = read(
        "2021-06-15 01:00:00,2021-06-15 21:00:00,NBS,85,KMIA,,,",
        "2021-06-15 01:00:00,2021-06-16 00:00:00,NBS,82,KMIA,90.0,2.0,",
        "2021-06-15 01:00:00,2021-06-16 12:00:00,NBS,81,KMIA,79.0,2.0,",
    )
    assert rows == [Guidance("KMIA", "NBS", CYCLE, date(2021, 6, 15), 90, 2)]


@pytest.mark.parametrize(
    ("theirs", "ours"), [("GFS", "MAV"), ("AVN", "MAV"), ("NAM", "MET"), ("ETA", "MET")]
)
def test_models_are_named_after_their_bulletins(theirs: str, ours: str) -> None:
    (row,) = read(f"2021-06-15 00:00+00:00,2021-06-16 00:00+00:00,{theirs},82,KNYC,,,90")
    assert (row.model, row.tmax_f, row.spread_f) == (ours, 90, None)


def test_other_models_regions_and_missing_values_are_counted() -> None:
    skipped: Counter[str] = Counter()
    text = table(
        "2021-06-15 01:00:00,2021-06-16 00:00:00,LAMP,82,KMIA,90.0,2.0,",
        "2021-06-15 01:00:00,2021-06-16 00:00:00,NBS,82,PANC,60.0,2.0,",
        "2021-06-15 01:00:00,2021-06-16 00:00:00,NBS,82,KMIA,999,99,",
        "2021-06-15 01:00:00,2021-06-16 00:00:00,NBS,82,KMIA,,,",
    )
    assert read_archive(text, skipped) == []
    assert skipped == {"another model or region": 2, "missing maximum": 1}


@pytest.mark.parametrize(
    ("line", "refusal"),
    [
        ("2021-06-15 01:00:00,2021-06-16 00:00:00,NBS,82,KMIA,90.0", BadBulletin),
        ("2021-06-15 01:00:00,2021-06-16,NBS,82,KMIA,90.0,2.0,", BadBulletin),
        ("2021-06-15 01:00:00,soon,NBS,82,KMIA,90.0,2.0,", BadBulletin),
        ("2021-06-17 01:00:00,2021-06-16 00:00:00,NBS,82,KMIA,90.0,2.0,", BadBulletin),
        ("2021-06-15 01:00:00,2021-06-16 00:00:00,NBS,82,KMIA,90.5,2.0,", BadBulletin),
        ("2021-06-15 01:00:00,2021-06-16 00:00:00,NBS,82,KMIA,90.0,2.0,90", BadBulletin),
        ("2021-06-15 01:00:00,2021-06-16 00:00:00,NBS,82,KMIA,190.0,2.0,", Contradiction),
        ("1021-06-15 01:00:00,1021-06-16 00:00:00,NBS,82,KMIA,90.0,2.0,", BadBulletin),
        ('"2021', WrongBody),
    ],
)
def test_a_malformed_line_is_refused(line: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        read(line)


def test_a_table_without_extremes_is_another_table() -> None:
    with pytest.raises(WrongBody, match="not the archive's"):
        read_archive("runtime,ftime,model,station,tmp\n", Counter())
    assert is_archive(HEAD)
    assert not is_archive("KSEA   GFS MOS GUIDANCE    3/09/2026  1800 UTC")
