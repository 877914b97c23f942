from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.redaction.embedded import encode, pieces


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("plain", []),
        ('{"a":1}', [(0, 7, {"a": 1})]),
        ('  "quoted"', [(0, 10, "quoted")]),
        ('say {"a":1} and [2]', [(4, 11, {"a": 1}), (16, 19, [2])]),
        ("{broken [1]", [(8, 11, [1])]),
        ("{" * 100, []),
        ("[" * 100_000, []),
    ],
)
def test_json_is_found_alone_and_inside_a_text(
    text: str, found: list[tuple[int, int, object]]
) -> None:
    assert list(pieces(text)) == found


json_objects = st.dictionaries(st.text(), st.none() | st.booleans() | st.integers() | st.text())


@given(json_objects)
def test_encoding_and_finding_are_inverse(value: dict[str, object]) -> None:
    assert [decoded for _, _, decoded in pieces(encode(value))] == [value]
    assert json.loads(encode(value)) == value
