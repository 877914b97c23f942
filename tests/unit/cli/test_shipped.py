from __future__ import annotations

from pathlib import Path

import pytest

from kalshi_alpha.cli import shipped
from kalshi_alpha.core.errors import NotBuilt
from runs import REPO


def test_a_checkout_ships_what_it_keeps() -> None:
    assert str(shipped.default_configs()) == str(REPO / "configs")
    assert shipped.demo_payloads() == (REPO / "tests/fixtures", REPO / "tests/data_fixtures")


def test_a_wheel_holds_it_as_package_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shipped, "_CHECKOUT", tmp_path)
    monkeypatch.setattr(shipped, "files", lambda _package: tmp_path)
    with pytest.raises(NotBuilt, match="holds no configuration: run in a checkout"):
        shipped.default_configs()
    for name in ("defaults", "demo/fixtures", "demo/data_fixtures"):
        (tmp_path / name).mkdir(parents=True)
    assert str(shipped.default_configs()) == str(tmp_path / "defaults")
    assert shipped.demo_payloads() == (
        tmp_path / "demo/fixtures",
        tmp_path / "demo/data_fixtures",
    )
