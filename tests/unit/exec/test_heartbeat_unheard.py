from __future__ import annotations

import io
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.state import read_kill_switch
from kalshi_alpha.exec import heartbeat
from kalshi_alpha.exec.heartbeat import main
from left_orders import cancel_with, rest_an_order

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"KALSHI_ALPHA_HOME": str(tmp_path)}


class Unwritable(io.StringIO):
    """A stream whose disk is full."""

    def write(self, _text: str) -> int:
        raise OSError(28, "No space left on device")


@pytest.mark.parametrize("more", [[], ["--json"], ["--quiet"], ["--note", "books look wrong"]])
@pytest.mark.parametrize("stream", [None, Unwritable()])
def test_output_that_cannot_be_written_keeps_no_switch_off_and_no_order_resting(
    tmp_path: Path,
    environ: dict[str, str],
    capsys: Capture,
    monkeypatch: pytest.MonkeyPatch,
    stream: io.StringIO | None,
    more: list[str],
) -> None:
    rest_an_order(Paths(tmp_path))
    cancel_with(monkeypatch, "open('cancelled', 'x').close()")
    monkeypatch.setattr(sys, "stdout", stream)
    code = main(["--kill-switch", "on", *more], environ)
    assert read_kill_switch(Paths(tmp_path).kill_switch).on
    assert (tmp_path / "cancelled").exists()
    said = capsys.readouterr().err
    if more == ["--quiet"]:
        assert (code, said) == (0, "")
        return
    why = "it is closed" if stream is None else "No space left on device"
    done = f"kill switch on: {Paths(tmp_path).kill_switch}; orders: cancel-all confirmed"
    assert code == 1
    assert said.startswith(f"heartbeat: {done}; standard output cannot be written: {why}; ")
    assert len(said.splitlines()) == 1


def test_errors_that_cannot_be_written_keep_no_order_resting(
    tmp_path: Path, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_only(path: Path, at: datetime, note: str) -> None:
        raise OSError(30, "Read-only file system")

    rest_an_order(Paths(tmp_path))
    cancel_with(monkeypatch, "open('cancelled', 'x').close(); raise SystemExit(5)")
    monkeypatch.setattr(heartbeat, "set_kill_switch", read_only)
    for name in ("stdout", "stderr"):
        monkeypatch.setattr(sys, name, Unwritable())
    assert main(["--kill-switch", "on"], environ) == 1
    assert (tmp_path / "cancelled").exists()


def test_a_cancel_that_failed_unseen_keeps_its_code(
    tmp_path: Path, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    rest_an_order(Paths(tmp_path))
    cancel_with(monkeypatch, "raise SystemExit(5)")
    monkeypatch.setattr(sys, "stdout", Unwritable())
    assert main(["--kill-switch", "on"], environ) == 5
    assert "; orders: cancel-all failed with exit code 5" in capsys.readouterr().err


def test_nothing_is_said_before_the_switch_is_set_and_the_cancel_is_under_way(
    tmp_path: Path, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Watched(io.StringIO):
        def write(self, text: str) -> int:
            seen.append((read_kill_switch(switch).on, begun.exists()))
            return super().write(text)

    seen: list[tuple[bool, bool]] = []
    switch, begun = Paths(tmp_path).kill_switch, tmp_path / "begun"
    rest_an_order(Paths(tmp_path))
    cancel_with(monkeypatch, "raise SystemExit(0)")
    started = subprocess.Popen

    def start(*given: object, **more: object) -> object:
        begun.touch()
        return started(*given, **more)  # type: ignore[call-overload]

    monkeypatch.setattr(subprocess, "Popen", start)
    monkeypatch.setattr(sys, "stdout", Watched())
    assert main(["--kill-switch", "on"], environ, head=lambda: "mode: SIM") == 0
    assert set(seen) == {(True, True)}


def read_by_nobody() -> int:
    """Return the end of a pipe whose reader is gone, as after ``| true``."""
    reader, writer = os.pipe()
    os.close(reader)
    return writer


ENTRY = "from kalshi_alpha.cli.entry import main; raise SystemExit(main())"


@pytest.mark.parametrize(
    "line",
    [
        ("-c", ENTRY, "--debug", "kill", "on"),
        ("-m", "kalshi_alpha.exec.heartbeat", "--kill-switch", "on"),
    ],
)
def test_a_process_sets_the_switch_wherever_its_output_goes(
    tmp_path: Path, environ: dict[str, str], line: tuple[str, ...]
) -> None:
    switch = Paths(tmp_path).kill_switch
    pipe = read_by_nobody()
    try:
        for gone in (">&-", "> /dev/full", ">&- 2>&-", "> /dev/full 2>&1", ""):
            done = subprocess.run(
                ["sh", "-c", f'exec "$0" "$@" {gone}', sys.executable, *line],
                env=environ,
                stdout=pipe,
                stderr=subprocess.PIPE,
                text=True,
                check=False,
            )
            assert (gone, switch.exists(), done.returncode) == (gone, True, 1)
            told = f"heartbeat: kill switch on: {switch}; standard output cannot be written: "
            expected = [] if "2>" in gone else [told]
            assert [line[: len(told)] for line in done.stderr.splitlines()] == expected
            switch.unlink()
    finally:
        os.close(pipe)
