from __future__ import annotations

import shutil
from pathlib import Path

import msgspec
import pytest

from kalshi_alpha.config.configuration import (
    CONFIG_FILES,
    desk_reading,
    load_configuration,
    load_monitor_file,
    loosenings,
    schema_of,
)
from kalshi_alpha.core.errors import ConfigError
from kalshi_alpha.core.gates.reasons import Reason
from scripts import write_schemas

CONFIGS = Path(__file__).resolve().parents[3] / "configs"


def test_the_registry_names_every_file_there_is() -> None:
    assert {path.stem for path in CONFIGS.glob("*.yaml")} == set(CONFIG_FILES)


def test_every_type_is_frozen_and_knows_its_keys() -> None:
    for kind in CONFIG_FILES.values():
        config = msgspec.inspect.type_info(kind)
        assert isinstance(config, msgspec.inspect.StructType)
        assert config.forbid_unknown_fields
        assert kind.__struct_config__.frozen


def test_the_committed_files_are_whole_and_at_their_baselines() -> None:
    assert loosenings(load_configuration(CONFIGS)) == ()


@pytest.mark.parametrize(
    ("name", "old", "new", "line"),
    [
        ("pal_policy", "ladder_cap_usd: 1000", "ladder_cap_usd: 1001", "pal_policy.yaml: "),
        ("ramp", "min_fills: 300", "min_fills: 3", "ramp.yaml: policy.min_fills: 3 is looser"),
        ("monitors", "auth_rejects: 3", "auth_rejects: 4", "monitors.yaml: thresholds.auth_rej"),
    ],
)
def test_whoever_sends_money_is_told_of_every_file_that_is_looser(
    tmp_path: Path, name: str, old: str, new: str, line: str
) -> None:
    folder = shutil.copytree(CONFIGS, tmp_path / "configs")
    path = folder / f"{name}.yaml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    read = load_configuration(folder)
    reading = desk_reading(read.settings, read.ramp, load_monitor_file(folder))
    assert {found.reason for found in reading.findings} == {Reason.CONFIG_WEAKENED}
    assert all(found.detail.startswith(line) for found in reading.findings)
    assert {found.detail for found in reading.findings} == set(loosenings(read))


@pytest.mark.parametrize("name", CONFIG_FILES)
def test_an_unknown_key_is_refused_with_the_nearest_name(tmp_path: Path, name: str) -> None:
    folder = shutil.copytree(CONFIGS, tmp_path / "configs")
    path = folder / f"{name}.yaml"
    path.write_text(path.read_text().replace("schema: 1", "schema: 1\nshema: 1", 1))
    with pytest.raises(
        ConfigError, match=rf"{name}\.yaml: unknown key shema; did you mean 'schema'"
    ):
        load_configuration(folder)


def test_the_committed_schemas_are_those_of_the_types() -> None:
    assert {path: path.read_text() for path in write_schemas.FOLDER.iterdir()} == (
        write_schemas.texts()
    )


@pytest.mark.parametrize("name", CONFIG_FILES)
def test_a_schema_names_every_key_of_its_file_and_no_other(name: str) -> None:
    schema = schema_of(name)
    top = schema["$defs"][schema["$ref"].rpartition("/")[2]]
    assert top["additionalProperties"] is False
    assert set(top["properties"]) == set(CONFIG_FILES[name].__struct_fields__)
