from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from kalshi_alpha.core.errors import MissingData, TornFile
from kalshi_alpha.datastore.history import History, LeftOut

COLUMNS = (("date", "date"), ("value", "float"))


def folder(tmp_path: Path, name: str, text: str, file: str = "X.csv") -> Path:
    made = tmp_path / name / "macro"
    made.mkdir(parents=True)
    (made / file).write_text(text)
    return tmp_path / name


def test_a_later_folder_continues_and_corrects_an_earlier_one(tmp_path: Path) -> None:
    first = folder(tmp_path, "a", "date,value,note\n2025-01-01,1,x\n2025-01-02,2,y\n")
    second = folder(tmp_path, "b", "date,value,note\n2025-01-02,5,z\n2025-01-03,3,z\n")
    frame = History([first, second]).frame("X.csv", COLUMNS, ("date",), ("date",))
    assert frame["value"].to_list() == [1.0, 5.0, 3.0]
    assert frame.columns == ["date", "value"]


def test_types_are_read_strictly(tmp_path: Path) -> None:
    text = "d,at,n,flag,word\n2025-05,2025-05-01 12:00:00+00:00,3283000.0,True,a\n"
    columns = (("d", "date"), ("at", "time"), ("n", "int"), ("flag", "bool"), ("word", "text"))
    frame = History([folder(tmp_path, "a", text)]).frame("X.csv", columns, ("d",), ("d",))
    assert frame.row(0) == (
        date(2025, 5, 1),
        datetime(2025, 5, 1, 12, tzinfo=UTC),
        3_283_000,
        True,
        "a",
    )


def test_an_empty_cell_is_absent_never_zero(tmp_path: Path) -> None:
    frame = History([folder(tmp_path, "a", "date,value\n2025-01-01,\n")]).frame(
        "X.csv", COLUMNS, ("date",), ("date",)
    )
    assert frame["value"].to_list() == [None]


@pytest.mark.parametrize("cell", ["high", "1,5", "1.2.3"])
def test_a_value_of_another_type_is_refused(tmp_path: Path, cell: str) -> None:
    source = folder(tmp_path, "a", f'date,value\n2025-01-01,"{cell}"\n')
    with pytest.raises(TornFile, match=r"X\.csv"):
        History([source]).frame("X.csv", COLUMNS, ("date",), ("date",))


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    source = folder(tmp_path, "a", "date,worth\n2025-01-01,1\n")
    with pytest.raises(MissingData, match="value"):
        History([source]).frame("X.csv", COLUMNS, ("date",), ("date",))
    with pytest.raises(MissingData, match=r"Y\.csv"):
        History([source]).frame("Y.csv", COLUMNS, ("date",), ("date",))
    with pytest.raises(
        MissingData, match=r"no history folder .*nowhere; name one that is there with --data"
    ):
        History([tmp_path / "nowhere"])
    with pytest.raises(MissingData, match=r"none was named.*; name one that is there with --data"):
        History([])


def test_a_value_beyond_belief_is_absent_and_told(tmp_path: Path) -> None:
    """Ten-year yields of 20 % and of -5 % are the ends of what is believed."""
    lines = ["date,yield_pct,other", "2025-06-26,20,50000", "2025-06-27,-5,1", "2025-06-28,,1"]
    lines += ["2025-06-29,nan,1", "2025-06-30,50000,1", "2025-07-01,1e300,1", "2025-07-02,-5.01,1"]
    history = History([folder(tmp_path, "a", "\n".join(lines) + "\n")])
    columns = (("date", "date"), ("yield_pct", "float"), ("other", "int"))
    for _ in range(2):
        frame = history.frame("X.csv", columns, ("date",), ("date",))
    values = frame["yield_pct"].to_list()
    assert values[:3] == [20.0, -5.0, None]
    assert values[4:] == [None, None, None]
    assert frame["other"][0] == 50_000
    assert history.left_out == (
        LeftOut("X.csv", "2025-06-30", "yield_pct", 50_000.0),
        LeftOut("X.csv", "2025-07-01", "yield_pct", 1e300),
        LeftOut("X.csv", "2025-07-02", "yield_pct", -5.01),
    )


@pytest.mark.parametrize("day", ["", "0001-01-01", "1799-12-31", "2200-01-01", "9999-12-31"])
def test_a_row_of_no_day_is_refused_by_name(tmp_path: Path, day: str) -> None:
    source = folder(tmp_path, "a", f"date,value\n2025-01-01,1\n{day},7.5\n")
    with pytest.raises(TornFile, match=r"X\.csv: date is no day of this age in the row .*7\.5"):
        History([source]).frame("X.csv", COLUMNS, ("date",), ("date",))


def test_a_day_that_is_no_key_may_be_absent(tmp_path: Path) -> None:
    source = folder(tmp_path, "a", "date,on\n2025-01-01,\n")
    columns = (("date", "date"), ("on", "date"))
    assert History([source]).frame("X.csv", columns, ("date",), ()).height == 1
