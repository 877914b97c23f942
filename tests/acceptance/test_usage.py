"""What cannot be done is said in one line that names thing and remedy, and leaves no trace."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from desk import Desk, Done


def assert_one_line(desk: Desk, done: Done, code: int, *told: str) -> None:
    assert (done.code, done.out) == (code, "")
    assert len(done.err.splitlines()) == 1
    for text in told:
        assert text in done.err
    assert desk.files() == set()
    assert desk.orders == []


@pytest.mark.parametrize(
    ("flags", "code", "told"),
    [
        (("--kelly-cap", "0.3"), 2, ("--kelly-cap", "0.25", "portfolio.yaml")),
        (("--kelly-cap", "0"), 2, ("--kelly-cap",)),
        (("--kelly-cap", "nan"), 2, ("--kelly-cap",)),
        (("--max-var", "2000.01"), 2, ("--max-var", "2000", "portfolio.yaml")),
        (("--max-var", "-1"), 2, ("--max-var",)),
        (("--min-ev", "-0.01"), 2, ("--min-ev",)),
        (("--ev-honesty-shrink", "1.01"), 2, ("--ev-honesty-shrink",)),
        (("--fill-alpha", "most"), 2, ("--fill-alpha", "auto", "'most'")),
        (("--fill-alpha", "1.5"), 2, ("--fill-alpha",)),
        (("--impact-cap", "0"), 2, ("--impact-cap",)),
        (("--contracts", "0.001"), 2, ("--contracts",)),
        (("--contracts", "many"), 2, ("--contracts", "'many'")),
        (("--bankroll", "-5"), 2, ("--bankroll",)),
        (("--as-of", "yesterday"), 2, ("'yesterday'", "2024-12-11T11:30:00Z")),
        (("--as-of", "2024-12-11T11:30:00"), 2, ("zone",)),
        (("--no-maker-only",), 2, ("--no-maker-only", "post-only")),
        (("--broker", "live"), 2, ("--broker live", "--i-understand-the-risks")),
        (("--broker", "live", "--i-understand-the-risks"), 2, ("--broker live", "--online")),
        (("--online",), 2, ("exactly one of --online and --offline",)),
        (("--slippage-mode", "deep"), 2, ("--slippage-mode",)),
        (("--colour",), 2, ("--colour",)),
    ],
)
def test_a_flag_that_cannot_be_used(
    desk: Desk, flags: tuple[str, ...], code: int, told: tuple[str, ...]
) -> None:
    for command in (desk.scan, desk.daily):
        assert_one_line(desk, command(*flags), code, *told)


def test_neither_online_nor_offline(desk: Desk) -> None:
    from kalshi_alpha.exec.pipelines import daily
    from kalshi_alpha.exec.runners import scan_ladders

    told = "exactly one of --online and --offline"
    assert_one_line(desk, desk.run(scan_ladders.main, "--series", "CPI"), 2, told)
    assert_one_line(desk, desk.run(daily.main, "--mode", "pre_cpi"), 2, told)


def test_a_venue_keeps_its_own_time_and_its_own_feeds(desk: Desk) -> None:
    from kalshi_alpha.exec.pipelines import daily
    from kalshi_alpha.exec.runners import scan_ladders

    at = ("--online", "--as-of", "2024-12-11T11:30:00Z")
    scan = desk.run(scan_ladders.main, "--series", "CPI", *at)
    assert_one_line(desk, scan, 2, "--as-of", "keeps its own time")
    assert_one_line(desk, desk.run(daily.main, "--mode", "pre_cpi", *at), 2, "--as-of")
    feeds = ("--online", "--driver-fixtures", "tests/fixtures")
    scan = desk.run(scan_ladders.main, "--series", "CPI", *feeds)
    assert_one_line(desk, scan, 2, "--driver-fixtures", "publishers")
    live = ("--online", "--broker", "live", "--i-understand-the-risks")
    whole = desk.run(daily.main, "--mode", "full", *live)
    assert_one_line(desk, whole, 2, "--mode full --broker live", "one session")


def test_an_unknown_series_names_the_nearest(desk: Desk) -> None:
    assert_one_line(desk, desk.scan(series="KXCPY"), 2, "'KXCPY'", "KXCPI")
    assert_one_line(desk, desk.scan(series=""), 2, "unknown series")


@pytest.mark.parametrize("series", ["CLAIMS", "TENY", "TNEY", "weather", "KXHIGHNY"])
def test_a_family_that_is_switched_off(desk: Desk, series: str) -> None:
    desk.keep_families("CPI")
    assert_one_line(desk, desk.scan(series=series), 1, series, "configs/series.yaml")


def test_a_family_without_a_model_is_not_built(desk: Desk) -> None:
    path = desk.root / "configs/series.yaml"
    desk.edit(path, "families:\n", "families:\n  RAIN: {aliases: [RAIN], report: RAIN}\n")
    assert_one_line(desk, desk.scan(series="rain"), 1, "RAIN: not_built", "CLAIMS")


def test_a_series_that_is_switched_off(desk: Desk) -> None:
    done = desk.scan(series="KXCPICOREYOY")
    assert_one_line(desk, done, 1, "KXCPICOREYOY", "configs/series.yaml")


def test_missing_fixtures(desk: Desk, tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    desk.venue = nowhere
    for command in (desk.scan, desk.daily):
        assert_one_line(desk, command(), 2, str(nowhere))


def test_missing_feed_fixtures(desk: Desk, tmp_path: Path) -> None:
    desk.drivers = tmp_path / "elsewhere"
    for command in (desk.scan, desk.daily):
        assert_one_line(desk, command(), 2, str(desk.drivers), "manifest.json")


@pytest.mark.parametrize(
    "lost",
    [
        "fixtures/aaa_gas/2024-12-11.html",
        "fixtures/cpi/history.json",
        "data_fixtures/series/KXCPIYOY.json",
        "data_fixtures/orderbooks/KXCPI-24NOV.json",
    ],
)
def test_one_missing_file(desk: Desk, tmp_path: Path, lost: str) -> None:
    (tmp_path / lost).unlink()
    for command in (desk.scan, desk.daily):
        assert_one_line(desk, command(), 2, Path(lost).name)


@pytest.mark.parametrize(
    "name",
    ["pal_policy.yaml", "portfolio.yaml", "quality_gates.yaml", "freshness.yaml", "series.yaml"],
)
def test_an_unreadable_configuration(desk: Desk, name: str) -> None:
    (desk.root / "configs" / name).write_text("schema: 1\nwhat: [\n")
    for command in (desk.scan, desk.daily):
        assert_one_line(desk, command(), 1, name)


def test_a_missing_configuration(desk: Desk) -> None:
    (desk.root / "configs/portfolio.yaml").unlink()
    for command in (desk.scan, desk.daily):
        assert_one_line(desk, command(), 1, "portfolio.yaml")


def test_policy_files_that_are_not_there(desk: Desk) -> None:
    for flag in ("--pal-policy", "--portfolio-config"):
        assert_one_line(
            desk, desk.scan(flag, "/nowhere.yaml"), 1, "/nowhere.yaml", f"{flag} must name"
        )


@pytest.mark.parametrize("venue", ["prod", "demo"])
def test_the_clock_cannot_be_set_for_a_real_venue(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, venue: str
) -> None:
    monkeypatch.setenv("KALSHI_ENV", venue)
    assert_one_line(desk, desk.scan("--as-of", "2024-12-11T11:30:00Z"), 2, f"KALSHI_ENV={venue}")


@pytest.mark.parametrize("venue", ["prod", "demo"])
def test_the_clock_of_the_fixtures_is_a_set_one_too(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, venue: str
) -> None:
    monkeypatch.setenv("KALSHI_ENV", venue)
    for command in (desk.scan, desk.daily):
        assert_one_line(desk, command(), 2, f"KALSHI_ENV={venue}", "unset KALSHI_ENV")


def test_an_output_folder_that_cannot_be_written(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for folder in ("/proc/nope", str(tmp_path / "file"), str(tmp_path / "file/below")):
        done = desk.scan("--output-dir", folder, "--report", "--paper-ledger")
        assert_one_line(desk, done, 2, f"--output-dir {folder}: ", "name a writable folder")


def test_an_output_folder_is_made_only_for_what_is_written(desk: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "new/below"
    desk.drivers, drivers = tmp_path / "nowhere", desk.drivers
    assert desk.scan("--output-dir", str(folder)).code == 2
    assert not folder.parent.exists()
    desk.drivers = drivers
    assert desk.scan("--output-dir", str(folder)).code == 0
    assert [path.name for path in folder.rglob("*.json")] == ["2024-12-11T113000Z.json"]


@pytest.mark.parametrize("mode", ["pre_cpi", "full"])
def test_waiting_under_a_set_clock(desk: Desk, mode: str) -> None:
    flags = ("--snap-to-window", "wait", "--as-of", "2024-12-10T12:00:00Z")
    done = desk.daily(*flags, "--report", "--paper-ledger", mode=mode)
    assert_one_line(desk, done, 2, "--snap-to-window wait", "a set clock does not move")


def test_the_clock_of_the_environment_gives_way_to_the_flag(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KALSHI_ALPHA_AS_OF", "2024-12-11T12:00:00Z")
    assert "2024-12-11T12:00:00Z" in desk.scan().out
    assert "2024-12-11T11:40:00Z" in desk.scan("--as-of", "2024-12-11T11:40:00Z").out


def test_a_process_says_the_same_and_shows_no_traceback(desk: Desk) -> None:
    environment = {"KALSHI_ALPHA_HOME": str(desk.root), "PATH": os.environ["PATH"]}
    module = (sys.executable, "-m", "kalshi_alpha.exec.runners.scan_ladders")
    done = subprocess.run(
        (*module, "--series", "CPX", "--offline"),
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert_one_line(desk, Done(done.returncode, done.stdout, done.stderr), 2, "'CPX'", "CPI")


@pytest.mark.parametrize("command", ["exec.runners.scan_ladders", "exec.pipelines.daily"])
def test_help_imports_nothing_heavy(command: str) -> None:
    probe = (
        f"import sys; from kalshi_alpha.{command} import main; main(['--help']); "
        "heavy = {'numpy', 'polars', 'scipy', 'yaml', 'icalendar'} & set(sys.modules); "
        "sys.exit(repr(heavy) if heavy else 0)"
    )
    done = subprocess.run(
        (sys.executable, "-c", probe), capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "--kelly-cap" in done.stdout
