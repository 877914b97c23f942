from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from desk_root import AT, decided_at_go, edit_json
from kalshi_alpha.core.gates import Action, verdict
from kalshi_alpha.datastore.atomic import write_json
from kalshi_alpha.exec.ramp.decision import readiness_reading
from kalshi_alpha.exec.ramp.readiness import ReasonRow
from readiness_cases import readiness


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "pilot_ready.json"
    path.write_bytes(decided_at_go())
    return path


def words(path: Path, family: str = "CPI", *, real_money: bool = False, late_h: float = 0) -> Any:
    at = AT + timedelta(hours=late_h)
    reading = readiness_reading(path, family, at, real_money=real_money)
    reasons = verdict(Action.LIVE, [reading], at).reasons
    return {found.reason.value for found in reasons if "not read" not in found.detail}


def test_go_speaks_against_nothing_and_practice_against_money(file: Path) -> None:
    assert words(file) == set()
    assert "config_weakened" in words(file, real_money=True)


def test_a_decision_under_a_set_clock_is_none_with_money(tmp_path: Path) -> None:
    path = tmp_path / "pilot_ready.json"
    for source, said in (("system", set()), ("set", {"reading_unreadable"})):
        write_json(path, readiness(clock_source=source))
        assert words(path, real_money=True) == said
        assert words(path) == set()


def test_without_an_entry_what_speaks_against_all_is_told(tmp_path: Path) -> None:
    path = tmp_path / "pilot_ready.json"
    row = ReasonRow(reason="config_unreadable", detail="pal_policy.yaml: torn")
    overall = structs.replace(
        readiness().overall,
        go=False,
        no_go=True,
        decision="NO-GO",
        size_multiplier=0.0,
        global_reasons=("config_unreadable",),
        global_details=(row,),
    )
    write_json(path, structs.replace(readiness(overall=overall), series=()))
    assert words(path) == {"config_unreadable"}


def test_a_pilot_is_told_every_reason(file: Path) -> None:
    assert "insufficient_fills" in words(file, "WEATHER")
    assert words(file, "WHEAT") == {"ramp_missing"}
    assert words(file, late_h=2.1) == {"ramp_stale"}
    edit_json(file, lambda tree: tree.update(schema=99))
    assert words(file) == {"newer_schema"}
    file.write_bytes(b"{")
    assert words(file) == {"reading_unreadable"}
    file.unlink()
    assert words(file) == {"ramp_missing"}


def test_no_go_without_a_reason_and_words_of_another_version_refuse(file: Path) -> None:
    edit_json(file, lambda tree: tree["overall"].update(go=False))
    assert words(file) == {"reading_unreadable"}
    row = {"reason": "a_word_of_tomorrow", "detail": "found"}
    edit_json(file, lambda tree: tree["series"][0].update(reasons=[row]))
    assert words(file) == {"reading_unreadable"}
    assert json.loads(file.read_bytes())["series"][0]["reasons"] == [row]


def test_a_decision_that_contradicts_itself_is_refused_and_says_where(file: Path) -> None:
    edit_json(file, lambda tree: tree["series"][0].update(safety_go=False))
    assert words(file) == {"reading_unreadable"}
    (found,) = readiness_reading(file, "CPI", AT, real_money=False).findings
    assert "contradicts itself: CPI: go is True beside safety_go False" in found.detail
    # Another family's entry spoils the file as well.
    assert "reading_unreadable" in words(file, "CLAIMS")
