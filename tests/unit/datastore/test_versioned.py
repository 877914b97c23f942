from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from kalshi_alpha.core.errors import NewerSchema, TornFile
from kalshi_alpha.datastore.versioned import bytes_of, decode_versioned


class Note(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    schema: int
    said: str


def test_a_document_of_a_known_schema_is_decoded() -> None:
    for schema in (1, 2):
        data = msgspec.json.encode({"schema": schema, "said": "x"})
        assert decode_versioned(data, Note, 2, where="note.json") == Note(schema, "x")


def test_a_newer_schema_is_named_though_its_fields_are_not_known() -> None:
    with pytest.raises(NewerSchema, match=r"note\.json: schema 3, this program reads up to 2"):
        decode_versioned(b'{"schema":3,"heard":1}', Note, 2, where="note.json", remedy="go")


@pytest.mark.parametrize("data", [b"", b'{"schema":2', b'{"schema":2}', b"[]", b"\xff", b'"\xff"'])
def test_what_is_not_whole_is_torn_and_says_what_helps(data: bytes) -> None:
    with pytest.raises(TornFile, match=r"^note\.json: .*; move it away$"):
        decode_versioned(data, Note, 2, where="note.json", remedy="move it away")
    with pytest.raises(TornFile, match=r"^note\.json: .*[^; ]$"):
        decode_versioned(data, Note, 2, where="note.json")


def test_bytes_are_read_where_there_is_a_file(tmp_path: Path) -> None:
    path = tmp_path / "note.json"
    assert bytes_of(path) is None
    path.write_bytes(b"{}")
    assert bytes_of(path) == b"{}"
    with pytest.raises(TornFile, match="cannot be read"):
        bytes_of(tmp_path)
