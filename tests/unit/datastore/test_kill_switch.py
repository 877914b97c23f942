from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kalshi_alpha.datastore import kill_switch
from kalshi_alpha.datastore.kill_switch import (
    KillSwitch,
    lift_kill_switch,
    read_kill_switch,
    set_kill_switch,
)
from kalshi_alpha.datastore.paths import Paths

NOW = datetime(2025, 6, 11, 10, 30, tzinfo=UTC)


@pytest.fixture
def switch(tmp_path: Path) -> Path:
    return Paths(tmp_path).kill_switch


def test_no_sentinel_is_off(switch: Path) -> None:
    assert not read_kill_switch(switch).on
    switch.parent.mkdir(parents=True)
    assert not read_kill_switch(switch).on


def test_setting_and_lifting_the_switch(switch: Path) -> None:
    set_kill_switch(switch, NOW, "drill")
    assert read_kill_switch(switch) == KillSwitch(on=True, readable=True, path=switch)
    assert json.loads(switch.read_text()) == {
        "schema": 1,
        "generated_at": "2025-06-11T10:30:00Z",
        "note": "drill",
    }
    lift_kill_switch(switch)
    lift_kill_switch(switch)
    assert not read_kill_switch(switch).on


@pytest.mark.parametrize("note", ["", "drill", 'a "quoted"', "tab\tand\nline", "C:\\x", "ä\ud800"])
def test_any_note_is_kept_as_it_was_given(switch: Path, note: str) -> None:
    set_kill_switch(switch, NOW, note)
    assert json.loads(switch.read_text())["note"] == note


def test_setting_it_twice_keeps_the_first_note(switch: Path) -> None:
    set_kill_switch(switch, NOW, "first")
    set_kill_switch(switch, NOW, "second")
    assert json.loads(switch.read_text())["note"] == "first"


def test_a_touched_empty_file_is_on(switch: Path) -> None:
    switch.parent.mkdir(parents=True)
    switch.touch()
    assert read_kill_switch(switch).on


def test_a_folder_or_a_dangling_link_is_on(switch: Path) -> None:
    switch.mkdir(parents=True)
    assert read_kill_switch(switch).on
    switch.rmdir()
    switch.symlink_to("nowhere")
    assert read_kill_switch(switch).on


def test_a_file_where_the_folder_should_be_counts_as_on(switch: Path) -> None:
    switch.parent.parent.mkdir(parents=True)
    switch.parent.touch()
    found = read_kill_switch(switch)
    assert (found.on, found.readable) == (True, False)


def test_a_data_folder_that_links_to_an_absent_disk_counts_as_on(
    switch: Path, tmp_path: Path
) -> None:
    (tmp_path / "data").symlink_to(tmp_path / "unmounted")
    found = read_kill_switch(switch)
    assert (found.on, found.readable) == (True, False)


def test_an_unsearchable_folder_counts_as_on(switch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> os.stat_result:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "lstat", refuse)
    found = read_kill_switch(switch)
    assert (found.on, found.readable) == (True, False)
    assert "Permission denied" in found.detail


def test_the_switch_stands_even_if_its_note_cannot_be_written(
    switch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def disk_full(path: Path, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(kill_switch, "write_atomic", disk_full)
    with pytest.raises(OSError, match="No space"):
        set_kill_switch(switch, NOW)
    assert read_kill_switch(switch).on


def test_the_switch_loads_nothing_but_the_standard_library() -> None:
    code = "import sys; import kalshi_alpha.datastore.kill_switch; print(*sorted(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in run.stdout.split()}
    foreign = loaded - sys.stdlib_module_names - {"sitecustomize", "usercustomize", "kalshi_alpha"}
    assert {name for name in foreign if not name.startswith("_")} == set()
