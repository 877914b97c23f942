from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.drivers.weather_guidance.bulletin import Block, read_blocks
from kalshi_alpha.drivers.weather_guidance.errors import BadBulletin, BadHeader, Contradiction

MAV = """KSEA   GFS MOS GUIDANCE    3/09/2026  1800 UTC
DT /MAR  10                  /MAR  11                /MAR  12
HR   00 03 06 09 12 15 18 21 00 03 06 09 12 15 18 21 00 03 06 12 18
N/X              33          43          39          50       44
TMP  43 40 38 36 35 34 38 41 41 41 42 41 41 42 45 48 50 50 49 46 43
"""
NBP = """KOKX    NBM V5.0 NBP GUIDANCE    5/25/2026  1300 UTC
TUE 26| WED 27| THU 28| FRI 29| SAT 30|
UTC    12| 00  12| 00  12| 00  12| 00
FHR    23| 35  47| 59  71| 83  95|107
TXNMN  60| 82  62| 83  65| 99  58|101
TXNP1  57| 79  58| 76  62|100  52| 99
"""


def block(text: str) -> Block:
    (found,) = read_blocks(text, Counter())
    return found


def test_a_block_says_where_what_and_when() -> None:
    found = block(MAV)
    assert (found.station, found.model) == ("KSEA", "MAV")
    assert found.issued_at == datetime(2026, 3, 9, 18, tzinfo=UTC)
    assert found.valid_at[0] == datetime(2026, 3, 10, 0, tzinfo=UTC)
    assert found.valid_at[-1] == datetime(2026, 3, 12, 18, tzinfo=UTC)
    cells = {at: c for at, c in zip(found.valid_at, found.rows["N/X"], strict=True) if c}
    assert {f"{at:%d/%H}": cell for at, cell in cells.items()} == {
        "10/12": "33",
        "11/00": "43",
        "11/12": "39",
        "12/00": "50",
        "12/12": "44",
    }


def test_numbers_of_three_digits_that_touch_are_told_apart_by_their_edges() -> None:
    found = block(NBP)
    assert found.rows["TXNMN"] == ("60", "82", "62", "83", "65", "99", "58", "101")
    assert found.rows["TXNP1"] == ("57", "79", "58", "76", "62", "100", "52", "99")
    assert found.valid_at[0] == datetime(2026, 5, 26, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("title", "model"),
    [
        ("GFS MOS", "MAV"),
        ("NAM MOS", "MET"),
        ("GFSX MOS", "MEX"),
        ("GFS LAMP", "LAV"),
        ("NBM V5.0 NBS", "NBS"),
        ("NBM V4.2 NBE", "NBE"),
        ("NBM NBS", "NBS"),
        ("NBM V10 NBP", "NBP"),
    ],
)
def test_the_header_names_the_bulletin_with_a_version_or_without(title: str, model: str) -> None:
    assert block(MAV.replace("GFS MOS", title)).model == model


def test_lines_may_be_set_in_and_carry_control_characters_and_returns() -> None:
    inset = "\x01\n000\nFOUS21 KWNO 091800\nMAVSEA\n" + "".join(
        f" {line}\r\n" for line in MAV.splitlines()
    )
    assert block(inset + "\x03") == block(MAV)


def test_unknown_rows_are_ignored_and_a_new_one_may_come() -> None:
    assert block(f"{MAV}WBG  1x ?? not numbers at all\n") == block(MAV)


@pytest.mark.parametrize("climatology", ["999999", " 39 54", "", "|"])
def test_climatology_behind_the_last_column_is_not_read(climatology: str) -> None:
    """Its marks for missing may touch the last value, as in blend bulletins of 2020."""
    text = NBP.replace("| 99  58|101\n", f"| 99  58|101{climatology}\n")
    assert block(text) == block(NBP)


def test_hours_may_be_set_off_by_one_where_leads_are_printed() -> None:
    """As in the blend's bulletin of the longest leads."""
    lines = [
        "KNYC    NBM V3.2 NBX GUIDANCE    7/22/2020  1400 UTC",
        "      FRI 31| SAT 01| SUN 02",
        "UTC 00  12 |00  12 |00  12",
        "FHR 202 214|226 238|250 262",
        "X/N  86  60| 83  58| 80  57",
    ]
    found = block("\n".join(lines))
    assert found.rows["X/N"] == ("86", "60", "83", "58", "80", "57")
    assert found.valid_at[0] == datetime(2020, 7, 31, tzinfo=UTC)


def test_a_bad_header_is_refused_and_leaves_the_other_blocks() -> None:
    bad = MAV.replace("GUIDANCE", "WE_DANCE")
    with pytest.raises(BadHeader, match="WE_DANCE"):
        read_blocks(bad, Counter())
    skipped: Counter[str] = Counter()
    assert [b.station for b in read_blocks(f"{bad}\n{MAV}", skipped)] == ["KSEA"]
    assert skipped == {"refused: BadHeader": 1}


@pytest.mark.parametrize(
    ("old", "new", "refusal"),
    [
        ("3/09/2026", "13/09/2026", BadHeader),
        ("3/09/2026", "2/30/2026", BadHeader),
        ("3/09/2026", "3/09/1926", BadHeader),
        ("1800 UTC", "1800 LST", BadHeader),
        ("HR ", "XR ", BadBulletin),
        ("HR   00 03", "HR   00 33", BadBulletin),
        ("N/X              33", "N/X             33 ", BadBulletin),
        ("N/X              33", "N/X               33", BadBulletin),
        ("N/X              33", "N/X              3x", BadBulletin),
        ("50       44", "50       44            9", BadBulletin),
        ("TMP  43", "N/X  43", Contradiction),
        ("TMP  43", "HR   43", Contradiction),
    ],
)
def test_a_malformed_block_is_refused(old: str, new: str, refusal: type[Exception]) -> None:
    assert old in MAV
    with pytest.raises(refusal):
        block(MAV.replace(old, new, 1))


@pytest.mark.parametrize(
    ("old", "new", "refusal"),
    [
        ("UTC    12|", "UTC    18|", Contradiction),
        ("FHR    23| 35", "FHR    23| 11", BadBulletin),
        ("FHR    23| 35  47| 59  71| 83  95|107", "FHR", BadBulletin),
    ],
)
def test_hours_and_leads_must_agree(old: str, new: str, refusal: type[Exception]) -> None:
    assert old in NBP
    with pytest.raises(refusal):
        block(NBP.replace(old, new))


def test_a_text_without_a_header_is_refused() -> None:
    with pytest.raises(BadHeader, match="no station header"):
        read_blocks("FOUS21 KWNO 091800\nMAVSEA\n", Counter())


@given(
    st.dates(date(2015, 1, 1), date(2035, 1, 1)),
    st.sampled_from([0, 6, 12, 18]),
    st.lists(st.integers(-30, 125), min_size=24, max_size=24),
)
def test_every_column_is_dated_by_walking_from_the_cycle(
    day: date, cycle: int, temperatures: list[int]
) -> None:
    issued_at = datetime(day.year, day.month, day.day, cycle, tzinfo=UTC)
    times = tuple(issued_at + timedelta(hours=h) for h in range(6, 78, 3))
    lines = [
        f"KNYC   GFS MOS GUIDANCE    {issued_at:%m/%d/%Y}  {cycle:02d}00 UTC",
        "HR  " + "".join(f" {t.hour:02d}" for t in times),
        "X/N " + "".join(f"{t:>3}" for t in temperatures),
    ]
    found = block("\n".join(lines))
    assert found.valid_at == times
    assert found.rows["X/N"] == tuple(map(str, temperatures))


@pytest.mark.parametrize(
    "line",
    ["x" * 300, "A B " * 75, "N/X  " + "1" * 300, "KSEA " + "A " * 150 + "3/09/2026  1800 UTC"],
    ids=["a word", "words", "digits", "header"],
)
def test_a_block_with_a_line_no_bulletin_has_is_refused(line: str) -> None:
    """The time a line takes grows faster than its length, so a length beyond use is refused."""
    with pytest.raises(BadBulletin, match="a line of"):
        block(f"{MAV}{line}\n" if "UTC" not in line else f"{line}\n")


def test_a_line_too_long_spoils_its_own_block_only() -> None:
    skipped: Counter[str] = Counter()
    [found] = read_blocks(f"{MAV}{'x' * 300}\n\n{NBP}", skipped)
    assert (found.station, skipped) == ("KOKX", {"refused: BadBulletin": 1})
