from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from kalshi_alpha.core.errors import MissingData, TornFile
from kalshi_alpha.datastore.history import History

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
    with pytest.raises(MissingData, match="nowhere"):
        History([tmp_path / "nowhere"])
    with pytest.raises(MissingData, match="none was named"):
        History([])
