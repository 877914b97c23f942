from __future__ import annotations

import os

import pytest

from kalshi_alpha.exec.backtest.executors import executor_of
from kalshi_alpha.exec.backtest.threads import THREADS, one_thread_each


def test_libraries_find_one_thread_and_the_environment_is_as_before() -> None:
    environ = {"OMP_NUM_THREADS": "3", "HOME": "there"}
    with one_thread_each(environ):
        assert [environ[name] for name in THREADS] == ["1", "3", "1", "1"]
    assert environ == {"OMP_NUM_THREADS": "3", "HOME": "there"}


def test_the_environment_is_as_before_after_an_error() -> None:
    environ: dict[str, str] = {}
    with pytest.raises(ValueError, match="gave up"), one_thread_each(environ):
        raise ValueError("gave up")
    assert environ == {}


def test_workers_of_a_replay_compute_with_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in THREADS:
        monkeypatch.delenv(name, raising=False)
    with executor_of("processes", 1) as pool:
        assert pool is not None
        assert pool.submit(os.getenv, "OPENBLAS_NUM_THREADS").result(60) == "1"
    assert "OPENBLAS_NUM_THREADS" not in os.environ
