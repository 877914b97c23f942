"""The command that writes the figures for a timer."""

from __future__ import annotations

from pathlib import Path

import pytest

from kalshi_alpha.exec.metrics.__main__ import main
from runs import at_home_in_new_york

AT = ("--as-of", "2024-12-11T11:30:00Z")


def test_a_file_is_written_whole_and_nothing_is_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "node" / "kalshi_alpha.prom"
    with at_home_in_new_york(tmp_path / "root"):
        assert main(["--textfile", str(path), *AT]) == 0
    assert capsys.readouterr().out == ""
    text = path.read_text()
    assert 'kalshi_alpha_desk_info{clock_source="set",environment="offline",mode="OFFLINE"}' in text
    assert text.endswith("\n")
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_without_a_file_they_are_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with at_home_in_new_york(tmp_path):
        assert main([*AT]) == 0
    assert "kalshi_alpha_kill_switch_on 0.0" in capsys.readouterr().out


def test_a_name_that_no_collector_reads_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with at_home_in_new_york(tmp_path):
        assert main(["--textfile", str(tmp_path / "a.txt"), *AT]) == 2
    assert ".prom" in capsys.readouterr().err
