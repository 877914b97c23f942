from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kalshi_alpha.core.errors import ParseRefused
from kalshi_alpha.drivers.weather_guidance.errors import (
    BadHeader,
    Contradiction,
    GuidanceRefused,
    WrongBody,
)
from kalshi_alpha.drivers.weather_guidance.parse import parse

SAMPLES = Path(__file__).parents[3] / "fixtures" / "weather_guidance" / "samples"
V5 = (SAMPLES / "NBS_v5_KDSM_pyiem.txt").read_bytes()

# Read off the bulletins by eye: station, bulletin, cycle, day, maximum, spread.
EXPECTED = {
    "MET_NAM_pyiem.txt": [
        ("KFOZ", "MET", "2017-08-12T12", "2017-08-13", 68, None),
        ("KFOZ", "MET", "2017-08-12T12", "2017-08-14", 71, None),
        ("KFPK", "MET", "2017-08-12T12", "2017-08-13", 78, None),
        ("KFPK", "MET", "2017-08-12T12", "2017-08-14", 80, None),
    ],
    "NBSUSA_empty_pyiem.txt": [],
    "NBS_2018_KALM_KALN_pyiem.txt": [
        ("KALM", "NBS", "2018-11-07T15", "2018-11-08", 72, None),
        ("KALM", "NBS", "2018-11-07T15", "2018-11-09", 58, None),
        ("KALN", "NBS", "2018-11-07T15", "2018-11-08", 45, None),
        ("KALN", "NBS", "2018-11-07T15", "2018-11-09", 42, None),
    ],
    "NBS_v5_KDSM_pyiem.txt": [
        ("KDSM", "NBS", "2026-04-07T15", "2026-04-08", 59, 3),
        ("KDSM", "NBS", "2026-04-07T15", "2026-04-09", 62, 3),
    ],
    "iem_mos_NBS_KMIA_2021-06-15_run01Z.csv": [
        ("KMIA", "NBS", "2021-06-15T01", "2021-06-15", 90, 2),
        ("KMIA", "NBS", "2021-06-15T01", "2021-06-16", 89, 2),
    ],
}


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_real_bulletin_is_read_as_a_careful_reader_reads_it(name: str) -> None:
    rows = parse((SAMPLES / name).read_bytes()).rows
    assert [
        (
            row.station,
            row.model,
            f"{row.issued_at:%Y-%m-%dT%H}",
            row.climate_day.isoformat(),
            row.tmax_f,
            row.spread_f,
        )
        for row in rows
    ] == EXPECTED[name]


def test_a_bulletin_of_headers_only_says_why_it_gives_nothing() -> None:
    parsed = parse((SAMPLES / "NBSUSA_empty_pyiem.txt").read_bytes())
    assert (parsed.rows, parsed.skipped) == ((), (("outside the contiguous states", 2),))


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        (b"", BadHeader),
        (b"\x1d", BadHeader),
        (b"<html>503</html>", WrongBody),
        (b"\xff\xfe", WrongBody),
        (b"{}", WrongBody),
        ((SAMPLES / "NBS_badheader_pyiem.txt").read_bytes(), BadHeader),
        (b"runtime,ftime\n", WrongBody),
    ],
    ids=["empty", "separator", "web page", "not text", "json", "bad header", "columns"],
)
def test_a_body_that_is_no_guidance_is_refused(body: bytes, refusal: type[GuidanceRefused]) -> None:
    with pytest.raises(refusal):
        parse(body)


def test_bodies_of_any_kind_may_follow_each_other_and_a_repeated_one_counts_once() -> None:
    names = ["iem_mos_NBS_KMIA_2021-06-15_run01Z.csv", "NBS_badheader_pyiem.txt"]
    bodies = [V5, *((SAMPLES / name).read_bytes() for name in names), V5]
    parsed = parse(b"".join(b"\x1d" + body + b"\n" for body in bodies))
    assert [row.station for row in parsed.rows] == ["KDSM", "KDSM", "KMIA", "KMIA"]
    assert parsed.skipped == (("refused: BadHeader", 1),)


def test_one_day_with_two_values_is_refused() -> None:
    other = V5.replace(b"TXN                 50          59", b"TXN                 50          61")
    assert other != V5
    with pytest.raises(Contradiction, match="KDSM NBS 2026-04-08 has two values"):
        parse(b"\x1d" + V5 + b"\x1d" + other)


def test_a_station_whose_values_are_beyond_belief_leaves_the_others() -> None:
    wrong = V5.replace(b"KDSM", b"KDSX").replace(b"          59", b"         159")
    parsed = parse(V5 + b"\n" + wrong[wrong.index(b"KDSX") :])
    assert {row.station for row in parsed.rows} == {"KDSM"}
    assert parsed.skipped == (("refused: Contradiction", 1),)
    with pytest.raises(Contradiction):
        parse(wrong)


@given(st.binary(max_size=400) | st.text(max_size=200).map(str.encode))
@example(b"runtime,ftime,model,station,n_x")
def test_no_bytes_raise_anything_but_a_refusal_or_make_a_row(body: bytes) -> None:
    """A heading of the archive alone is an answer without a bulletin."""
    try:
        rows = parse(body).rows
    except ParseRefused:
        return
    assert rows == ()


@given(st.integers(0, len(V5)), st.integers(0, 40), st.binary(max_size=6))
def test_a_damaged_bulletin_is_refused_or_holds_believable_values(
    at: int, cut: int, put: bytes
) -> None:
    try:
        parsed = parse(V5[:at] + put + V5[at + cut :])
    except ParseRefused:
        return
    assert all(-70 <= row.tmax_f <= 135 for row in parsed.rows)
    assert all(row.climate_day > date(1989, 1, 1) for row in parsed.rows)


@given(st.data())
def test_digits_outside_header_hours_and_extremes_never_change_a_value(
    data: st.DataObject,
) -> None:
    lines = V5.decode().replace("\x1e", "").split("\n")
    used = ("KDSM", "UTC", "FHR", "TXN", "XND")
    free = [
        (i, j)
        for i, line in enumerate(lines)
        if not line.startswith(used)
        for j, character in enumerate(line)
        if character.isdigit()
    ]
    for i, j in data.draw(st.lists(st.sampled_from(free), min_size=1, max_size=8)):
        digit = data.draw(st.sampled_from("0123456789"))
        lines[i] = lines[i][:j] + digit + lines[i][j + 1 :]
    assert parse("\n".join(lines).encode()).rows == parse(V5).rows
