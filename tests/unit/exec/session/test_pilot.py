from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from kalshi_alpha.config.environment import KalshiEnv
from kalshi_alpha.core.errors import UsageError
from kalshi_alpha.exec.session.pilot import exit_code, pilot_env


def report(*, go: bool = True, killed: bool = False, breaks: int = 0) -> Any:
    return SimpleNamespace(
        held=SimpleNamespace(
            verdict=SimpleNamespace(go=go),
            killed=killed,
            reconciliation=SimpleNamespace(breaks=("cash",) * breaks),
        )
    )


@pytest.mark.parametrize(
    ("how", "code"),
    [({}, 0), ({"go": False}, 3), ({"killed": True}, 3), ({"killed": True, "breaks": 1}, 5)],
)
def test_how_it_ended_is_the_exit_code(how: dict[str, Any], code: int) -> None:
    assert exit_code(report(**how)) == code


def test_the_flag_goes_before_the_environment() -> None:
    assert pilot_env("sim", KalshiEnv.PROD) is KalshiEnv.SIM
    assert pilot_env(None, KalshiEnv.DEMO) is KalshiEnv.DEMO
    with pytest.raises(UsageError, match="--env sim"):
        pilot_env(None, None)
