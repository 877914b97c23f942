from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from kalshi_alpha.core.errors import DataError, MissingData, UsageError
from kalshi_alpha.exec.evaluation.run import EvaluationRequest, evaluate, evaluate_family
from plugins import install_plugins, write_points


@pytest.fixture
def points(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    install_plugins(tmp_path / "plugins", monkeypatch)
    monkeypatch.setenv("KALSHI_ALPHA_HOME", str(tmp_path / "home"))
    return write_points(tmp_path / "history")


def test_one_family_is_replayed_and_scored(points: Path) -> None:
    found = evaluate_family(EvaluationRequest(families=("CLEAN",), folders=(points,)), "CLEAN")
    assert found.document["n"] == 59
    assert found.variants == (("only one", "CRPS 1.0"),)
    assert found.pictures == {}
    assert found.lookahead is None


def test_several_families_nest_and_one_without_history_leaves_the_others(
    points: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    request = EvaluationRequest(families=("CPI", "CLEAN"), folders=(points,), as_json=True)
    with pytest.raises(DataError, match=r"CPI: no release_calendar\.csv"):
        evaluate(request)
    document = json.loads(capsys.readouterr().out)
    assert document["CLEAN"]["n"] == 59
    assert "no release_calendar.csv" in document["failed"]["CPI"]


def test_a_look_ahead_fails_the_run(points: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for family, code in (("CLEAN", 0), ("LEAKING", 1)):
        request = EvaluationRequest(families=(family,), folders=(points,), check_lookahead=True)
        assert evaluate(request) == code
    assert "LOOK-AHEAD FOUND" in capsys.readouterr().out


def test_pictures_go_below_the_reports(points: Path, tmp_path: Path) -> None:
    assert evaluate(EvaluationRequest(families=("CLEAN",), folders=(points,), plots=True)) == 0
    drawn = sorted(p.name for p in (tmp_path / "home" / "reports" / "evaluation").iterdir())
    assert drawn == ["CLEAN-points-pit.svg", "CLEAN-points-reliability.svg"]


def test_days_the_wrong_way_round_are_refused(points: Path) -> None:
    request = EvaluationRequest(
        families=("CLEAN",), folders=(points,), first=date(2024, 2, 1), last=date(2024, 1, 1)
    )
    with pytest.raises(UsageError, match="later than --to"):
        evaluate(request)


def test_a_span_without_forecasts_is_missing_data(points: Path) -> None:
    request = EvaluationRequest(families=("CLEAN",), folders=(points,), last=date(2020, 1, 1))
    with pytest.raises(MissingData, match="no forecast between"):
        evaluate(request)


def test_a_value_beyond_belief_is_left_out_of_the_replay_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As a backfill leaves it out: a yield of 50000 % took 32 GB, one of 999 % the skill."""
    monkeypatch.setenv("KALSHI_ALPHA_HOME", str(tmp_path / "home"))
    closes, odd = tmp_path / "closes", tmp_path / "odd"
    closes.mkdir()
    odd.mkdir()
    days = [date(2022, 1, 3) + timedelta(days=n) for n in range(700)]
    lines = [f"{day},{4 + 0.05 * (day.day % 7):.2f}" for day in days if day.weekday() < 5]
    (closes / "DGS10.csv").write_text("\n".join(["date,yield_pct", *lines]) + "\n")
    (odd / "DGS10.csv").write_text("date,yield_pct\n2023-12-29,50000\n2024-01-02,999\n")

    request = EvaluationRequest(families=("TNEY",), folders=(closes,))
    whole = evaluate_family(request, "TNEY")
    spoilt = evaluate_family(replace(request, folders=(closes, odd)), "TNEY")

    assert spoilt.document == whole.document
    assert [(each.row, each.value) for each in spoilt.left_out] == [
        ("2023-12-29", 50_000.0),
        ("2024-01-02", 999.0),
    ]
    assert evaluate(replace(request, folders=(closes, odd))) == 0
    assert "    DGS10.csv 2023-12-29: yield_pct 50000\n" in capsys.readouterr().out
    assert evaluate(replace(request, folders=(closes, odd), as_json=True)) == 0
    assert json.loads(capsys.readouterr().out)["left_out"][1] == {
        "file": "DGS10.csv",
        "row": "2024-01-02",
        "column": "yield_pct",
        "value": 999.0,
    }
