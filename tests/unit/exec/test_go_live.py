from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kalshi_alpha.config.environment import KalshiEnv
from kalshi_alpha.core.errors import UsageError
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.go_live import go_live
from kalshi_alpha.exec.scan_options import ScanOptions
from kalshi_alpha.exec.session import pilot


def run(venue: KalshiEnv | None, root: Path) -> Any:
    return SimpleNamespace(venue=venue, paths=Paths(root))


def test_no_order_follows_from_a_run_without_a_venue(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--online"):
        go_live(run(None, tmp_path), "CPI", tmp_path, ScanOptions(), quiet=False)


def test_the_local_exchange_must_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KALSHI_SIM_URL", raising=False)
    with pytest.raises(UsageError, match="KALSHI_SIM_URL"):
        go_live(run(KalshiEnv.SIM, tmp_path), "CPI", tmp_path, ScanOptions(), quiet=False)


def test_orders_go_the_way_of_the_pilot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def held(request: Any, _environ: object) -> int:
        asked.append(request)
        return 5

    monkeypatch.setattr(pilot, "run_pilot", held)
    options = ScanOptions(min_ev=0.02)
    assert go_live(run(KalshiEnv.PROD, tmp_path), "KXCPI", tmp_path, options, quiet=True) == 5
    (request,) = asked
    assert (request.series, request.env, request.options) == ("KXCPI", KalshiEnv.PROD, options)
    assert request.pilot_config == tmp_path / "configs/pilot.yaml"
