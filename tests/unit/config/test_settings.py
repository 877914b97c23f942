from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest

from kalshi_alpha.config.settings import load_settings
from kalshi_alpha.core.errors import ConfigError

CONFIGS = Path(__file__).resolve().parents[3] / "configs"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for path in CONFIGS.glob("*.yaml"):
        shutil.copy(path, tmp_path / path.name)
    return tmp_path


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_settings_carry_the_hash_of_every_file(folder: Path) -> None:
    settings = load_settings(folder)
    assert set(settings.sha256) == {
        "freshness.yaml",
        "pal_policy.yaml",
        "pilot.yaml",
        "portfolio.yaml",
        "quality_gates.yaml",
        "series.yaml",
    }
    data = (folder / "series.yaml").read_bytes()
    assert settings.sha256["series.yaml"] == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize(
    "name", ["freshness", "pal_policy", "portfolio", "quality_gates", "series"]
)
def test_an_absent_file_is_named(folder: Path, name: str) -> None:
    (folder / f"{name}.yaml").unlink()
    with pytest.raises(ConfigError, match=rf"{name}\.yaml: No such file"):
        load_settings(folder)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("exposure: CPI", "exposure: GOLD", "GOLD has no betas"),
        ("aaa_gas.daily]", "aaa_gas.hourly]", r"aaa_gas\.hourly is not in freshness"),
    ],
)
def test_files_must_agree(folder: Path, old: str, new: str, message: str) -> None:
    replace(folder / "series.yaml", old, new)
    with pytest.raises(ConfigError, match=rf"series\.yaml: KXCPI.*{message}"):
        load_settings(folder)


def test_a_switched_on_station_must_be_declared(folder: Path) -> None:
    replace(folder / "freshness.yaml", "      - {code: AUS, standard_offset_hours: -6}\n", "")
    load_settings(folder)
    text = (folder / "series.yaml").read_text(encoding="utf-8")
    head, _, tail = text.partition("ticker: KXHIGHAUS")
    tail = tail.replace("enabled: false", "enabled: true", 1)
    (folder / "series.yaml").write_text(f"{head}ticker: KXHIGHAUS{tail}", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"nws_daily_climate\.AUS is not among"):
        load_settings(folder)
