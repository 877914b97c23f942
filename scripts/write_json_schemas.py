"""Write docs/reference/json: a JSON Schema for what each command prints with ``--json``.

    python -m scripts.write_json_schemas [--check]

Every command is run, at a new root, below the demo's and at a local exchange, and the schema is
drawn from what it printed; the meanings of keys are kept in `scripts.json_meanings`. With
``--check`` nothing is written: each document is held against the schema that is there, and the
exit code is 1 if one does not fit.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

import msgspec

from scripts.json_inference import schema_of
from scripts.json_meanings import (
    BEYOND,
    DOCUMENTS,
    KEYS,
    MAPS,
    NOT_READABLE,
    NULLS,
    TYPES,
)
from scripts.json_samples import samples
from scripts.json_widening import at_place, named, or_null, widen

FOLDER = Path(__file__).resolve().parents[1] / "docs/reference/json"
DRAFT = "https://json-schema.org/draft/2020-12/schema"

PAGE = """\
# Documents of `--json`

<!-- Written by `python -m scripts.write_json_schemas` from what the commands print. -->

One [JSON Schema](https://json-schema.org/) for each document, drawn from what the command printed
at a new root, below the demo's root and at a local exchange. `schema` is the document's version:
a key may be added within one, and is taken away or changed only with the next, so a reader passes
over what it does not know. `mode` is on every document ([what it means](../commands.md#mode)).
Money, prices and counts are decimal texts or integers whose unit is in the name; times are UTC.

| document | of |
|---|---|
"""


def schemas(printed: dict[str, list[Any]]) -> dict[str, dict[str, Any]]:
    """Return a schema for each document, by the name of its file."""
    made = {}
    for name, documents in sorted(printed.items()):
        drawn = schema_of(documents, MAPS)
        for key, property_ in drawn["properties"].items():
            said = DOCUMENTS[name].keys.get(key) or KEYS[key]
            drawn["properties"][key] = {"description": said, **property_}
        head = {"$schema": DRAFT, "title": DOCUMENTS[name].command}
        made[name] = {**head, "description": DOCUMENTS[name].what, **drawn}
        for place, target in TYPES.get(name, {}).items():
            _typed(made[name], place, target)
        widened(name, made[name])
    return made


def widened(name: str, document: dict[str, Any]) -> None:
    """Let null stand where types say that it may, though no document had it."""
    for place, target in NULLS.get(name, {}).items():
        at = at_place(document, place)
        if at is None:
            continue
        widen(at, named(target), BEYOND)
        if place.endswith("markets[]"):
            for key in (*NOT_READABLE, "yes_bid", "yes_ask", "bid_size", "ask_size"):
                or_null(at.get("properties", {}).get(key, {}))


def _typed(document: dict[str, Any], place: str, target: str) -> None:
    """Let the type itself say what stands at a place: the whole document, a key, or its items."""
    name = target.partition(":")[2]
    (given,), defs = msgspec.json.schema_components([named(target)])
    if place == "":
        own = defs.pop(name)
        for key, said in own["properties"].items():
            document["properties"][key] = {"description": KEYS[key], **said}
        document["required"] = sorted({"mode", *own["required"]})
    else:
        key, _, items = place.partition("[")
        at = document["properties"][key]
        if items:
            at["items"] = given
        else:
            document["properties"][key] = {"description": at["description"], **_or_null(at, given)}
    document["$defs"] = {each: _without_prose(found) for each, found in sorted(defs.items())}


def _or_null(drawn: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [given, {"type": "null"}]} if "null" in drawn.get("type", ()) else given


def _without_prose(found: dict[str, Any]) -> dict[str, Any]:
    """Keep the first sentence of a docstring: the rest is laid out for readers of the code."""
    said = found.get("description", "").partition("\n\n")[0]
    return {**found, "description": " ".join(said.split())}


def collected(scratch: Path) -> dict[str, list[Any]]:
    """Run every command and return the documents, by name."""
    printed: dict[str, list[Any]] = defaultdict(list)
    for name, document in samples(scratch):
        printed[name].append(document)
    return dict(printed)


def page(names: list[str]) -> str:
    """Return the page that lists the schemas."""
    rows = (f"| [{name}]({name}.json) | `{DOCUMENTS[name].command}` |\n" for name in names)
    return PAGE + "".join(rows)


def unfit(printed: dict[str, list[Any]]) -> list[str]:
    """Return a line for each document that does not fit its schema."""
    import jsonschema  # type: ignore[import-untyped] # its types are a package of their own

    lines = []
    for name, documents in printed.items():
        path = FOLDER / f"{name}.json"
        if not path.exists():
            lines.append(f"{name}: there is no schema")
            continue
        validator = jsonschema.Draft202012Validator(json.loads(path.read_bytes()))
        for document in documents:
            lines += [
                f"{name}: {e.json_path}: {e.message[:200]}" for e in validator.iter_errors(document)
            ]
    return lines


def main() -> int:
    """Write the schemas and their page, or check them, and return the exit code."""
    with tempfile.TemporaryDirectory() as scratch:
        printed = collected(Path(scratch))
    if "--check" in sys.argv[1:]:
        lines = unfit(printed)
        print("\n".join(lines) or f"{len(printed)} documents fit their schemas")
        return 1 if lines else 0
    made = schemas(printed)
    FOLDER.mkdir(exist_ok=True)
    for name, schema in made.items():
        (FOLDER / f"{name}.json").write_text(json.dumps(schema, indent=2) + "\n")
    (FOLDER / "README.md").write_text(page(list(made)))
    print(f"wrote {len(made)} schemas to {FOLDER}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
