from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import pytest

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.datastore.columns import DTYPES, frame_of, polars_schema

COLUMNS = (
    *(("name", "text"), ("fine", "bool"), ("count", "int"), ("share", "float")),
    *(("day", "date"), ("at", "time")),
)
ROW: dict[str, object] = {
    "name": "a",
    "fine": True,
    "count": 2**62,
    "share": 0.1,
    "day": date(2025, 6, 11),
    "at": datetime(2025, 6, 11, 10, 30, 0, 1, tzinfo=UTC),
}


def test_rows_come_back_as_they_went_in() -> None:
    empty = dict.fromkeys(ROW)
    assert frame_of(COLUMNS, [ROW, empty]).to_dicts() == [ROW, empty]
    assert set(DTYPES) == {dtype for _, dtype in COLUMNS}


def test_a_whole_number_is_a_float_too_and_an_array_scalar_is_a_number() -> None:
    rows = [{**ROW, "share": 1}, {**ROW, "share": np.float64(0.25)}]
    assert frame_of(COLUMNS, rows)["share"].to_list() == [1.0, 0.25]


def test_no_rows_make_a_frame_with_its_columns() -> None:
    frame = frame_of(COLUMNS, [])
    assert dict(frame.schema) == polars_schema(COLUMNS)
    assert frame.height == 0


@pytest.mark.parametrize(
    "change",
    [
        {"count": "1"},
        {"count": 1.5},
        {"count": 2**70},
        {"name": 3},
        {"day": "2025-06-11"},
        {"at": datetime(2025, 6, 11, tzinfo=UTC).isoformat()},
        {"count": True},
        {"share": "0.1"},
        {"day": datetime(2025, 6, 11, tzinfo=UTC)},
        {"at": datetime(2025, 6, 11)},  # noqa: DTZ001
        {"extra": 1},
    ],
    ids=[
        *("text", "fraction", "too large", "number", "date text", "time text", "truth"),
        *("float text", "instant as date", "no zone", "extra column"),
    ],
)
def test_a_value_of_another_type_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(BadParameter):
        frame_of(COLUMNS, [{**ROW, **change}])


def test_a_missing_column_is_refused() -> None:
    with pytest.raises(BadParameter, match="share"):
        frame_of(COLUMNS, [{name: value for name, value in ROW.items() if name != "share"}])


def test_a_column_declared_twice_or_of_unknown_type_is_refused() -> None:
    with pytest.raises(BadParameter, match="twice"):
        polars_schema((("a", "int"), ("a", "int")))
    with pytest.raises(BadParameter, match="unknown type"):
        polars_schema((("a", "decimal"),))
