from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from kalshi_alpha.config.added_families import FOLDER
from kalshi_alpha.config.origins import configured
from kalshi_alpha.config.settings import load_settings
from kalshi_alpha.config.weakening import weakening
from kalshi_alpha.core.errors import ConfigError

REPOSITORY = Path(__file__).resolve().parents[3]
GAS = (REPOSITORY / "examples/gas_strategy/gas.yaml").read_text(encoding="utf-8")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    shutil.copytree(REPOSITORY / "configs", tmp_path / "configs")
    (tmp_path / "configs" / FOLDER).mkdir()
    return tmp_path


def put(root: Path, text: str = GAS, name: str = "gas.yaml") -> Path:
    path = root / "configs" / FOLDER / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_family_is_added_by_a_file_of_its_own(root: Path) -> None:
    before = load_settings(root / "configs")
    put(root)
    settings = load_settings(root / "configs")
    assert settings.series.family_of("gas") == "GAS"
    assert [each.ticker for each in settings.series.resolve("GAS")] == ["KXAAAGASD"]
    assert settings.series.series[:-1] == before.series.series
    assert settings.portfolio.betas["GAS"] == {"INFL": 1.0}
    assert settings.quality_gates.limits("GAS").min_crps_advantage == 0.02
    assert set(settings.sha256) - set(before.sha256) == {"families.d/gas.yaml"}
    assert weakening(settings) == ()


def test_no_added_family_may_show_less_skill_than_the_programs_own(root: Path) -> None:
    put(root, GAS.replace("crps: 0.02", "crps: 0.01"))
    [line] = weakening(load_settings(root / "configs"))
    assert line == "quality_gates.yaml, families.d: minimum_advantage.GAS.crps: 0.01 is below 0.02"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("  GAS: {aliases: [GAS], report: GAS}", "  CPI: {aliases: [X], report: X}", "family GAS"),
        ("aliases: [GAS]", "aliases: [CPI]", "an alias names two families"),
        ("ticker: KXAAAGASD", "ticker: KXCPI", "a series is listed twice"),
        ("  GAS: {crps: 0.02, brier: 0.01}", "  {}", "minimum_advantage must name each family"),
        ("  GAS: {INFL: 1.0}", "  GAS: {INFL: 0.0}", r"betas\.GAS must load on a factor"),
        ("  GAS: {INFL: 1.0}", "  GAS: {OIL: 1.0}", "factor OIL has no volatility"),
        ("  GAS: {INFL: 1.0}", "  CPI: {INFL: 1.0}", r"betas\.CPI is there already"),
        ("feeds: [aaa_gas.daily]", "feeds: [aaa.daily]", r"aaa\.daily is not in freshness"),
    ],
)
def test_a_file_that_cannot_stand_is_named(root: Path, old: str, new: str, message: str) -> None:
    assert old in GAS
    put(root, GAS.replace(old, new))
    with pytest.raises(ConfigError, match=rf"families\.d/gas\.yaml.*{message}"):
        load_settings(root / "configs")


def test_a_family_of_the_programs_own_cannot_be_added_again(root: Path) -> None:
    put(root, GAS.replace("GAS", "CPI").replace("KXAAACPID", "KXAAAGASD"))
    with pytest.raises(ConfigError, match=r"families\.CPI is there already"):
        load_settings(root / "configs")


def test_its_values_are_shown_with_their_lines(root: Path) -> None:
    path = put(root)
    shown = {each.key: each for each in configured(root) if each.place.endswith("gas.yaml")}
    line = path.read_text(encoding="utf-8").splitlines().index("schema: 1") + 1
    assert shown["schema"].origin == f"configs/families.d/gas.yaml:{line}"
    assert shown["series[0].ticker"].value == "KXAAAGASD"
