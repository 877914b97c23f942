from __future__ import annotations

from pathlib import Path

import pytest

from kalshi_alpha.exec.backtest.materials import Materials, materials
from kalshi_alpha.exec.backtest.request import BacktestRequest
from kalshi_alpha.exec.backtest.run import Backtest, run_variant
from kalshi_alpha.exec.backtest.variant import Variant
from replay_folder import write_folder

VARIANT = Variant(contracts="10")


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Recordings and history, made up once."""
    return write_folder(tmp_path_factory.mktemp("recorded") / "data")


@pytest.fixture(scope="session")
def read(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Materials:
    """The folder, read and imported once."""
    request = BacktestRequest(family="WEATHER", data=(str(folder),))
    return materials(request, tmp_path_factory.mktemp("tables"))


@pytest.fixture(scope="session")
def done(read: Materials) -> Backtest:
    """The folder, replayed once with orders of at most ten contracts."""
    return run_variant(read, VARIANT, None, lambda _: None)
