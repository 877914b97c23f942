"""What is printed with ``--json`` fits the schema that users are given."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped] # its types are a package of their own
import pytest

from kalshi_alpha.cli.catalog import ENTRIES
from kalshi_alpha.cli.entry import main
from runs import REPO, at_home_in_new_york, new_root
from scripts.json_inference import schema_of
from scripts.json_meanings import DOCUMENTS
from scripts.json_widening import at_place
from scripts.write_json_schemas import widened

SCHEMAS = REPO / "docs/reference/json"
NIGHT = ("--as-of", "2024-12-12T19:45:00Z")
RUNS: tuple[tuple[str, tuple[str, ...], int], ...] = (
    ("kill", ("kill", "status"), 0),
    ("ingest", ("ingest", "--all", "--offline"), 0),
    ("scan", ("scan", "--series", "KXCPI", "--offline"), 0),
    ("explain", ("explain", "KXCPI", "--offline"), 0),
    ("monitors", ("monitors", *NIGHT), 3),
    ("ready", ("ready", *NIGHT), 3),
    ("scoreboard", ("scoreboard", *NIGHT), 0),
    ("bundle", ("bundle", "--output", "b.tar.gz", *NIGHT), 0),
    ("bundle-verify", ("bundle", "verify", "b.tar.gz"), 0),
    ("status", ("status", *NIGHT), 0),
    ("doctor", ("doctor", *NIGHT), 0),
    ("orders-list", ("orders", "list"), 0),
    ("config-show", ("config", "show", "--origin"), 0),
    ("config-show", ("config", "show"), 0),
    ("init", ("init", "other"), 0),
)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = new_root(tmp_path_factory.mktemp("desk"))
    with at_home_in_new_york(folder), pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        yield folder


def schema(name: str) -> Any:
    return json.loads((SCHEMAS / f"{name}.json").read_bytes())


@pytest.mark.usefixtures("root")
def test_what_commands_print_fits_the_schemas(capsys: pytest.CaptureFixture[str]) -> None:
    unfit = []
    for name, argv, code in RUNS:
        ended = main([*argv, "--json"])
        out, err = capsys.readouterr()
        assert (name, ended) == (name, code), err
        validator = jsonschema.Draft202012Validator(schema(name))
        unfit += [
            f"{name}: {e.json_path}: {e.message}" for e in validator.iter_errors(json.loads(out))
        ]
    assert unfit == []


def test_every_schema_is_one_and_has_a_meaning_for_every_key() -> None:
    there = {path.stem for path in SCHEMAS.glob("*.json")}
    assert there == set(DOCUMENTS)
    for name in there:
        found = schema(name)
        jsonschema.Draft202012Validator.check_schema(found)
        assert {"schema", "mode"} <= set(found["required"]), name
        assert all(each["description"] for each in found["properties"].values()), name
        assert f"[{name}]({name}.json)" in (SCHEMAS / "README.md").read_text()


@pytest.mark.parametrize(
    ("name", "place", "key"),
    [
        ("worlds", "worlds{}.net_bps", "se"),
        ("daily", "markets[]", "stopped"),
        ("daily", "markets[]", "book"),
        ("scan", "markets[]", "prob_model"),
        ("explain", "markets[]", "pool_weight"),
        ("demo", "modes{}.markets[]", "closes_at"),
        ("status", "verdict", "evidence_go"),
        ("status", "exposure[]", "share"),
        ("status", "series[]", "size_multiplier"),
    ],
)
def test_what_its_type_says_may_be_null_may_be(name: str, place: str, key: str) -> None:
    found = at_place(schema(name), place)
    assert found is not None
    assert "null" in found["properties"][key].get("type", "null")


def test_every_schema_is_as_wide_as_its_types() -> None:
    for name in DOCUMENTS:
        found = schema(name)
        widened(name, found)
        assert found == schema(name), name


def test_every_command_with_json_has_a_schema() -> None:
    documented = " ".join(each.command for each in DOCUMENTS.values())
    silent = {"completion"}
    assert [name for name in ENTRIES if f"kalshi-alpha {name}" not in documented] == sorted(silent)


def test_a_schema_is_the_narrowest_that_all_documents_fit() -> None:
    first = {"at": "2024-12-11T11:30:00Z", "on": "2024-12-11", "n": 1, "by": {"CPI": {"x": 1}}}
    second = {**first, "n": 1.5, "by": {}, "said": None, "rows": [{"a": "b"}, {"a": None}]}
    assert schema_of([first, second]) == {
        "type": "object",
        "properties": {
            "at": {"type": "string", "format": "date-time"},
            "on": {"type": "string", "format": "date"},
            "n": {"type": "number"},
            "by": {
                "type": "object",
                "additionalProperties": {
                    "type": "object",
                    "properties": {"x": {"type": "integer"}},
                    "required": ["x"],
                },
            },
            "said": {},
            "rows": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {"a": {"type": ["string", "null"]}},
                    "required": ["a"],
                },
            },
        },
        "required": ["at", "on", "n", "by"],
    }
