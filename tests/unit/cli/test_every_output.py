"""Text says its mode above everything else, and quiet is quiet, whatever the command."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from kalshi_alpha.cli.entry import main
from kalshi_alpha.config.mode import Mode
from runs import at_home_in_new_york, new_root

NIGHT = ("--as-of", "2024-12-12T19:45:00Z")
COMMANDS: tuple[tuple[str, ...], ...] = (
    ("kill", "status"),
    ("init", "other"),
    ("scoreboard", *NIGHT),
    ("ready", *NIGHT),
    ("monitors", *NIGHT),
    ("bundle", "--output", "b.tar.gz", *NIGHT),
    ("bundle", "verify", "b.tar.gz"),
    ("status", *NIGHT),
    ("doctor", *NIGHT),
    ("orders", "list"),
    ("config", "show"),
    ("report", *NIGHT),
    ("scan", "--series", "TNEY", "--offline"),
    ("ingest", "--source", "eia_gas", "--offline"),
)
MODULES: tuple[tuple[str, ...], ...] = (
    ("kalshi_alpha.exec.migrate", "--check"),
    ("kalshi_alpha.exec.housekeeping", "--dry-run"),
    ("kalshi_alpha.exec.telemetry.smoke",),
    ("kalshi_alpha.exec.telemetry.shipper", "--day", "today"),
    ("kalshi_alpha.exec.monitors.freshness", *NIGHT),
)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = new_root(tmp_path)
    with at_home_in_new_york(folder):
        monkeypatch.chdir(folder)
        yield folder


@pytest.mark.usefixtures("root")
def test_the_first_line_of_every_command_says_the_mode(capsys: pytest.CaptureFixture[str]) -> None:
    for argv in COMMANDS:
        main(list(argv))
        first = capsys.readouterr().out.splitlines()[0]
        assert Mode.OFFLINE in first.split(), argv
    for module, *flags in MODULES:
        importlib.import_module(module).main(flags)
        assert capsys.readouterr().out.startswith("mode: OFFLINE\n"), module


@pytest.mark.usefixtures("root")
def test_quiet_prints_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    for argv in COMMANDS:
        main([*argv, "--quiet"])
        assert capsys.readouterr().out == "", argv
    for module, *flags in MODULES:
        importlib.import_module(module).main([*flags, "--quiet"])
        assert capsys.readouterr().out == "", module


def test_with_a_venue_the_mode_is_its_own(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / ".env.local").write_text("KALSHI_ENV=demo\n")
    assert main(["config", "show"]) == 0
    assert capsys.readouterr().out.startswith("mode: DEMO\n")
    monkeypatch.setenv("KALSHI_ENV", "prod")
    assert main(["orders", "list"]) == 0
    assert capsys.readouterr().out.startswith("mode: LIVE\n")
