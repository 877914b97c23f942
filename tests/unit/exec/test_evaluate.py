from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from kalshi_alpha.exec.evaluate import main
from plugins import install_plugins, write_points

KEYS = {
    "n", "first", "last", "crps", "mae", "rmse", "coverage90", "pit_sd", "baselines", "dm_p",
    "skill_vs_random_walk", "skill_vs_rolling", "skill_vs_climatology", "skill_vs_guidance",
    "skill_vs_market", "stations", "leads",
}  # fmt: skip


@pytest.fixture
def points(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    install_plugins(tmp_path / "plugins", monkeypatch)
    monkeypatch.setenv("KALSHI_ALPHA_HOME", str(tmp_path / "home"))
    return write_points(tmp_path / "history")


def test_one_family_s_keys_stand_at_the_top(
    points: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--family", "clean", "--data", str(points), "--json"]) == 0
    captured = capsys.readouterr()
    document = json.loads(captured.out)
    assert document.keys() >= KEYS
    assert (document["family"], document["n"]) == ("CLEAN", 59)
    assert captured.err == ""


def test_a_later_folder_continues_the_series_and_bounds_are_kept(
    points: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    later = write_points(tmp_path / "later", date(2024, 3, 1), 31)
    data = ["--data", str(points), "--data", str(later)]
    span = ["--from", "2024-02-20", "--to", "2024-03-10"]
    assert main(["--family", "CLEAN", *data, *span, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["first"], document["last"], document["n"]) == ("2024-02-20", "2024-03-10", 20)


def test_people_read_a_table(points: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--family", "CLEAN", "--data", str(points)]) == 0
    assert "CLEAN: 59 forecasts" in capsys.readouterr().out


def test_an_unknown_family_is_a_usage_error_that_names_the_known(
    points: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--family", "FOO", "--data", str(points)]) == 2
    message = capsys.readouterr().err
    assert "unknown family FOO" in message
    assert "CPI" in message
    assert "CLEAN" in message


def test_missing_data_is_named_with_exit_4(
    points: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--family", "CLEAN", "--data", str(tmp_path / "absent")]) == 4
    assert "absent" in capsys.readouterr().err
    assert main(["--family", "CPI", "--data", str(points)]) == 4
    assert "release_calendar.csv" in capsys.readouterr().err


def test_data_and_family_are_needed(points: Path) -> None:
    assert main(["--family", "CLEAN"]) == 2
    assert main(["--data", str(points)]) == 2
    assert main(["--family", "CLEAN", "--data", str(points), "--from", "soon"]) == 2


def test_a_settlement_mismatch_fails_and_is_listed(
    points: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    markets = tmp_path / "markets.csv"
    markets.write_text(
        "ticker,strike_type,floor_strike,cap_strike,result,settlement_value\n"
        "RIGHT,greater,50,,yes,51\nWRONG,greater,50,,no,51\n"
    )
    call = ["--family", "CLEAN", "--data", str(points), "--market", str(markets)]
    assert main(call) == 1
    assert "WRONG: " in capsys.readouterr().out
    assert main([*call, "--json"]) == 1
    found = json.loads(capsys.readouterr().out)["settlement_replay"]
    assert (found["compared"], found["agreement"]) == (2, 0.5)
    assert [each["ticker"] for each in found["mismatches"]] == ["WRONG"]


def test_markets_of_another_family_are_a_usage_error_before_anything_is_replayed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    markets = tmp_path / "markets.csv"
    markets.write_text(
        "ticker,strike_type,floor_strike,cap_strike,result,settlement_tmax_f\n"
        "KXHIGHNY-25JAN10-T50,greater,50,,yes,51\n"
    )
    call = ["--family", "CLAIMS", "--data", str(tmp_path), "--market", str(markets)]
    assert main(call) == 2
    out, err = capsys.readouterr()
    assert out == ""
    [line] = err.splitlines()
    assert line.startswith("evaluate: ")
    assert "no market of CLAIMS in it, only of WEATHER" in line


def test_a_leaking_plug_in_fails_the_look_ahead_check(
    points: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call = ["--data", str(points), "--lookahead-check", "--json"]
    assert main(["--family", "CLEAN", *call]) == 0
    assert json.loads(capsys.readouterr().out)["lookahead"]["clean"] is True
    assert main(["--family", "LEAKING", *call]) == 1
    assert json.loads(capsys.readouterr().out)["lookahead"]["leaks"]


def test_the_page_is_written_where_it_is_wanted(points: Path, tmp_path: Path) -> None:
    page = tmp_path / "docs" / "forecast-skill.md"
    assert main(["--family", "CLEAN", "--data", str(points), "--write-page", str(page)]) == 0
    assert "## CLEAN" in page.read_text()
