from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec
import pytest

from kalshi_alpha.config.loading import field_names, load
from kalshi_alpha.config.portfolio import Portfolio
from kalshi_alpha.core.errors import ConfigError


class Inner(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    ladder_cap_usd: int
    note: str | None = None


class Outer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    schema: int
    series: dict[str, Inner]


GOOD = "schema: 1\nseries: {KXCPI: {ladder_cap_usd: 3000}}\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "pal.yaml"


def refusal(file: Path, text: str) -> str:
    file.write_text(text)
    with pytest.raises(ConfigError) as refused:
        load(file, Outer)
    message = str(refused.value)
    assert "\n" not in message
    assert message.startswith(f"{file}: ")
    return message.removeprefix(f"{file}: ")


def test_a_file_is_decoded_with_its_hash_and_path(file: Path) -> None:
    file.write_text(GOOD)
    got = load(file, Outer)
    assert got.value == Outer(1, {"KXCPI": Inner(3000)})
    assert got.sha256 == hashlib.sha256(GOOD.encode()).hexdigest()
    assert got.path == file


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "schema: 1\nseries: {KXCPI: {ladder_cap: 3000}}",
            "unknown key series[...].ladder_cap; did you mean 'ladder_cap_usd'?",
        ),
        ("schema: 1\nserie: {}", "unknown key serie; did you mean 'series'?"),
        ("schema: 1", "key series is missing; add it"),
        (
            "schema: 1\nseries: {KXCPI: {}}",
            "key series[...].ladder_cap_usd is missing; add it",
        ),
        ("schema: 1\nseries: {KXCPI: {ladder_cap_usd: lots}}", "correct the value"),
        ("schema: 1\nschema: 2\nseries: {}", "key 'schema' is written twice"),
        ("series: {KXCPI: 1, KXCPI: 2}\nschema: 1", "key 'KXCPI' is written twice"),
        ("schema: [1", "correct the YAML"),
        ("", "correct the value"),
        ("!!python/object/apply:os.getcwd []", "correct the YAML"),
    ],
)
def test_a_wrong_file_is_explained_in_one_line(file: Path, text: str, message: str) -> None:
    assert message in refusal(file, text)


def test_a_file_that_is_not_utf_8_is_refused(file: Path) -> None:
    file.write_bytes(b"schema: \xff\n")
    with pytest.raises(ConfigError, match="correct the YAML"):
        load(file, Outer)


def test_an_absent_file_is_refused_with_its_remedy(file: Path) -> None:
    with pytest.raises(ConfigError, match="No such file or directory; restore it"):
        load(file, Outer)


def test_where_there_is_no_configuration_at_all_a_root_is_made_first(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="directory; make a root with kalshi-alpha init, or set"):
        load(tmp_path / "configs" / "series.yaml", Outer)


def test_field_names_are_found_inside_maps_lists_and_unions() -> None:
    assert field_names(Outer) == {"schema", "series", "ladder_cap_usd", "note"}
    assert {"rho", "between", "kelly", "cap"} <= field_names(Portfolio)
