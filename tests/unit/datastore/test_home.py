from __future__ import annotations

import os
from pathlib import Path

import pytest

from kalshi_alpha.datastore import home
from kalshi_alpha.datastore.paths import HOME_VARIABLE, Paths


def test_the_root_is_the_variables_or_the_current_folder(tmp_path: Path) -> None:
    assert home.home({HOME_VARIABLE: str(tmp_path)}) == tmp_path
    assert home.home({}) == home.home({HOME_VARIABLE: ""}) == Path.cwd()
    assert home.home({HOME_VARIABLE: "desk"}) == Path.cwd() / "desk"


@pytest.mark.parametrize("name", ["kill_switch", "heartbeat", "order_journal"])
def test_a_state_file_lies_where_the_paths_say(tmp_path: Path, name: str) -> None:
    found: Path = getattr(home, name)(tmp_path)
    assert found == getattr(Paths(tmp_path), name)
    assert found.parent == home.state_folder(tmp_path) == Paths(tmp_path).state
    assert os.fspath(found).startswith(os.fspath(tmp_path / "data" / "proc" / "state"))


def test_the_dotenv_files_are_those_of_the_paths(tmp_path: Path) -> None:
    assert home.dotenv_files(tmp_path) == Paths(tmp_path).dotenv_files
