from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from kalshi_alpha.core.errors import (
    DataError,
    FutureData,
    MissingData,
    NewerSchema,
    StaleData,
    TornFile,
)
from kalshi_alpha.datastore.artifacts import END_OF_TIME, read_json, read_typed
from kalshi_alpha.datastore.atomic import encode_json, write_json

NOW = datetime(2025, 6, 11, 10, 30, tzinfo=UTC)
TWO_HOURS = timedelta(hours=2)


def document(age: timedelta = timedelta(0), schema: int = 1) -> dict[str, object]:
    return {"schema": schema, "generated_at": NOW - age, "value": 1}


@pytest.mark.parametrize("age", [timedelta(0), TWO_HOURS, timedelta(seconds=-5)])
def test_a_whole_recent_file_of_a_known_schema_is_read(tmp_path: Path, age: timedelta) -> None:
    path = tmp_path / "a.json"
    write_json(path, document(age))
    assert read_json(path, 1, NOW, TWO_HOURS)["value"] == 1
    assert read_json(path, 2, NOW, TWO_HOURS)["schema"] == 1


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (None, MissingData),
        (b"", TornFile),
        (encode_json(document())[:-3], TornFile),
        (b"[1]", TornFile),
        (b'{"schema": 1}', TornFile),
        (b'{"schema": "1", "generated_at": "2025-06-11T10:30:00Z"}', TornFile),
        (b'{"schema": 1, "generated_at": "2025-06-11T10:30:00"}', TornFile),
        (encode_json(document(schema=2)), NewerSchema),
        (encode_json(document(timedelta(seconds=-6))), FutureData),
        (encode_json(document(TWO_HOURS + timedelta(seconds=1))), StaleData),
    ],
    ids=[
        *("missing", "empty", "cut", "no object", "no time", "schema as text", "no zone"),
        *("newer schema", "future", "expired"),
    ],
)
def test_anything_else_is_refused_with_its_path_and_reason(
    tmp_path: Path, data: bytes | None, refusal: type[DataError]
) -> None:
    path = tmp_path / "a.json"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(refusal, match=r"a\.json"):
        read_json(path, 1, NOW, TWO_HOURS)


def test_without_a_limit_any_age_is_accepted(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    write_json(path, document(timedelta(days=4000)))
    assert read_json(path, 1, NOW)["value"] == 1


class Valued(msgspec.Struct, frozen=True):
    generated_at: datetime
    value: int


def test_an_artifact_is_converted_to_its_type(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    write_json(path, document())
    assert read_typed(path, Valued, 1, NOW) == Valued(NOW, 1)
    with pytest.raises(NewerSchema):
        read_typed(path, Valued, 0, NOW)
    with pytest.raises(StaleData):
        read_typed(path, Valued, 1, NOW + TWO_HOURS, timedelta(hours=1))


def test_a_value_of_another_type_is_torn_and_says_what_helps(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    write_json(path, document() | {"value": "one"})
    with pytest.raises(TornFile, match=r"a\.json: .*`\$\.value`; run it again$"):
        read_typed(path, Valued, 1, NOW, remedy="run it again")
    with pytest.raises(TornFile, match=r"a\.json: .*`\$\.value`$"):
        read_typed(path, Valued, 1, NOW)


def test_no_file_is_of_later_than_the_end_of_time(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    write_json(path, document(timedelta(days=-90_000)))
    assert read_json(path, 1, END_OF_TIME)["value"] == 1
