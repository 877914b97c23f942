from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from kalshi_alpha.core.errors import MissingData, NewerSchema, StaleData, TornFile
from kalshi_alpha.strategies import artifact
from kalshi_alpha.strategies.artifact import ArtifactFormat, as_text, fact, numbers, origin, texts


def _facts(values: tuple[float, ...]) -> list[dict[str, object]]:
    return [
        *(fact("value", str(place), value) for place, value in enumerate(values)),
        fact("text", "all", text=as_text(list(values))),
        fact("origin", "history_sha256", text="abc"),
    ]


def _restored(rows: Sequence[Mapping[str, object]]) -> tuple[float, ...]:
    origin(rows, "abc")
    return tuple(numbers(rows, "value").values())


def _of_another(rows: Sequence[Mapping[str, object]]) -> tuple[float, ...]:
    origin(rows, "other")
    return ()


FORMAT = ArtifactFormat("model-1", _facts, _restored)


def written(tmp_path: Path, shape: ArtifactFormat[tuple[float, ...]] = FORMAT) -> Path:
    path = tmp_path / "calib.parquet"
    path.write_bytes(shape.encode((1.5, -2.0)))
    return path


def test_a_calibration_comes_back_as_it_was(tmp_path: Path) -> None:
    assert FORMAT.load(written(tmp_path)) == (1.5, -2.0)


def test_the_same_calibration_has_the_same_bytes() -> None:
    assert FORMAT.encode((0.25,)) == FORMAT.encode((0.25,)) != FORMAT.encode((0.5,))


def test_the_texts_of_a_kind_come_back_typed() -> None:
    assert texts(_facts((1.0, 2.0)), "text", list[float]) == [[1.0, 2.0]]


def test_no_artifact_is_named_missing(tmp_path: Path) -> None:
    with pytest.raises(MissingData, match="calibration"):
        FORMAT.load(tmp_path / "calib.parquet")


def test_half_an_artifact_is_torn(tmp_path: Path) -> None:
    path = written(tmp_path)
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(TornFile):
        FORMAT.load(path)


def test_another_history_than_its_hash_is_torn(tmp_path: Path) -> None:
    other = ArtifactFormat("model-1", _facts, _of_another)
    with pytest.raises(TornFile, match="hash"):
        other.load(written(tmp_path))


def test_another_model_s_artifact_is_stale(tmp_path: Path) -> None:
    with pytest.raises(StaleData, match="calibrate again"):
        ArtifactFormat("model-2", _facts, _restored).load(written(tmp_path))


def test_a_later_schema_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path)
    monkeypatch.setattr(artifact, "SCHEMA", 0)
    with pytest.raises(NewerSchema):
        FORMAT.load(path)
