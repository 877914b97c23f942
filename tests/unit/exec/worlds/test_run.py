from __future__ import annotations

import json
from pathlib import Path

import pytest

from kalshi_alpha.exec.worlds import lives, run
from kalshi_alpha.exec.worlds.run import WorldsRequest, run_worlds
from world_cases import CONFIGS


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "configs").symlink_to(CONFIGS)
    (tmp_path / "docs").mkdir()
    monkeypatch.setenv("KALSHI_ALPHA_HOME", str(tmp_path))
    monkeypatch.setattr(lives, "UNITS_A_YEAR", 3)
    return tmp_path


def request(*, as_json: bool = False, write_docs: bool = False) -> WorldsRequest:
    return WorldsRequest(
        world="edge",
        seeds=2,
        jobs=1,
        years=1,
        guard_paths=0,
        as_json=as_json,
        write_docs=write_docs,
    )


def test_a_run_prints_one_line_a_world(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_worlds(request()) == 0
    assert capsys.readouterr().out.startswith("mode: OFFLINE\nedge ")
    assert not list((root / "docs").iterdir())


def test_a_run_writes_json_and_the_page(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_worlds(request(as_json=True, write_docs=True)) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["seeds"] == [0, 1]
    assert document["worlds"]["edge"]["n_seeds"] == 2
    assert (root / "docs" / "worlds.md").read_text().startswith("# Truth worlds")


def test_nothing_is_drawn_where_nobody_watches(capsys: pytest.CaptureFixture[str]) -> None:
    with run.bar("waiting", 2) as tick:
        tick(1)
    assert capsys.readouterr().err == ""
