from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from kalshi_alpha.config import __main__ as command

CONFIGS = Path(__file__).resolve().parents[3] / "configs"
Captured = pytest.CaptureFixture[str]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(CONFIGS, tmp_path / "configs")
    monkeypatch.setenv("KALSHI_ALPHA_HOME", str(tmp_path))
    monkeypatch.setenv("KALSHI_API_KEY_ID", "a952bcbe-ec3b-4b5b-b8f9-11dae589608c")
    return tmp_path


def test_each_value_is_shown_with_its_origin(root: Path, capsys: Captured) -> None:
    assert command.main(["show", "--origin"]) == 0
    out, err = capsys.readouterr()
    lines = [" ".join(line.split()) for line in out.splitlines()]
    number = (root / "configs/pilot.yaml").read_text().split("order_contracts")[0].count("\n") + 1
    assert f"caps.order_contracts = 5 configs/pilot.yaml:{number}" in lines
    assert "KALSHI_API_KEY_ID = **** environment" in lines
    assert err == ""


def test_without_the_flag_no_origin_is_shown(root: Path, capsys: Captured) -> None:
    assert command.main(["show"]) == 0
    assert "configs/pilot.yaml:" not in capsys.readouterr().out


def test_as_json_it_is_one_document(root: Path, capsys: Captured) -> None:
    assert command.main(["show", "--origin", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["schema"], document["root"]) == (1, str(root))
    assert document["config_weakened"] == []
    assert {"file", "key", "value", "origin"} == set(document["values"][0])
    assert "a952bcbe" not in json.dumps(document)


def test_what_is_looser_is_named_at_the_end(root: Path, capsys: Captured) -> None:
    path = root / "configs/pilot.yaml"
    path.write_text(path.read_text().replace("bins: 8", "bins: 9"))
    assert command.main(["show"]) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert last == "config_weakened: pilot.yaml: caps.bins: 9 is above 8"


def test_a_wrong_file_is_one_line(root: Path, capsys: Captured) -> None:
    (root / "configs/ramp.yaml").write_text("schema: 2\n")
    assert command.main(["show"]) == 1
    err = capsys.readouterr().err
    assert err.startswith("config: ")
    assert "ramp.yaml" in err
    assert err.count("\n") == 1


def test_an_unknown_flag_is_a_usage_error(capsys: Captured) -> None:
    assert command.main(["show", "--all"]) == 2
    assert capsys.readouterr().err.count("\n") == 1
