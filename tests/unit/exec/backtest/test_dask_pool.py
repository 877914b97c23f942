from __future__ import annotations

import importlib
from types import ModuleType

import pytest

from kalshi_alpha.core.errors import NotBuilt
from kalshi_alpha.exec.backtest import dask_pool as dask_pool_module
from kalshi_alpha.exec.backtest.dask_pool import SCHEDULER, WorkersLost, dask_pool
from kalshi_alpha.exec.backtest.executors import executor_of


def test_without_the_extra_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> ModuleType:
        raise ImportError(name)

    monkeypatch.setattr(dask_pool_module, "import_module", missing)
    with (
        pytest.raises(NotBuilt, match=r"needs the extra: pip install 'kalshi-alpha\[scale\]'"),
        executor_of("dask", 2),
    ):
        pass


def test_a_scheduler_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    config = importlib.import_module("dask.config")
    monkeypatch.setattr(dask_pool_module, "CONNECT_S", 0.1)
    with (
        config.set({"scheduler-address": "tcp://127.0.0.1:1"}),
        pytest.raises(WorkersLost, match=rf"tcp://127.0.0.1:1: start one, or unset {SCHEDULER}"),
        dask_pool(2),
    ):
        pass
