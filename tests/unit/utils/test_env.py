from __future__ import annotations

from pathlib import Path

import pytest

from kalshi_alpha.config.environment import KalshiEnv
from kalshi_alpha.core.errors import ConfigError
from kalshi_alpha.utils.env import load_env


def test_the_process_wins_over_local_which_wins_over_shared(tmp_path: Path) -> None:
    (tmp_path / ".env.local").write_text("A=local\nB=local\n")
    (tmp_path / ".env").write_text("A=shared\nB=shared\nC=shared\nKALSHI_ENV=demo\n")
    environ = {"A": "process", "KALSHI_ALPHA_HOME": str(tmp_path)}
    got = load_env(environ=environ)
    assert [environ[name] for name in "ABC"] == ["process", "local", "shared"]
    assert (got.root, got.kalshi_env, got.as_of) == (tmp_path, KalshiEnv.DEMO, None)


def test_a_root_may_be_passed_in(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("A=shared\n")
    environ: dict[str, str] = {}
    assert load_env(tmp_path, environ).root == tmp_path
    assert environ == {"A": "shared"}


def test_a_dotenv_home_leaves_the_environment_untouched(tmp_path: Path) -> None:
    (tmp_path / ".env.local").write_text("A=1\nKALSHI_ALPHA_HOME=/elsewhere\n")
    environ: dict[str, str] = {}
    with pytest.raises(ConfigError, match="KALSHI_ALPHA_HOME"):
        load_env(tmp_path, environ)
    assert environ == {}
