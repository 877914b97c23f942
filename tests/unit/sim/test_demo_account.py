from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from desk_root import AT, REPOSITORY, go_root
from kalshi_alpha.config.ramp import BASELINE, load_ramp, ramp_weakening
from kalshi_alpha.core.errors import DataError, UsageError
from kalshi_alpha.datastore.ledger import LedgerStore
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.state import read_heartbeat
from kalshi_alpha.exec.ramp.readings import Schedule
from kalshi_alpha.sim import demo_account
from kalshi_alpha.sim.__main__ import main
from kalshi_alpha.sim.demo_account import (
    DemoTerms,
    demo_clock,
    known_families,
    make_demo_account,
    take_in_feeds,
)

FIXTURES = REPOSITORY / "tests/fixtures"


def made(root: Path, monkeypatch: pytest.MonkeyPatch, *, at_hours: int = 0) -> Paths:
    """Make a practice root without feeds, which take a while."""
    monkeypatch.setattr(demo_account, "take_in_feeds", lambda *_: None)
    at = AT + timedelta(hours=at_hours)
    return make_demo_account(
        DemoTerms(root, REPOSITORY / "configs", FIXTURES, at, families=("CPI",))
    )


def test_it_keeps_every_threshold_and_counts_practice_alone(tmp_path: Path) -> None:
    paths = go_root(tmp_path)
    found = load_ramp(paths.configs).value
    assert found.evidence.practice
    assert found.evidence.modes == ("sim",)
    assert (found.policy, found.size, found.families) == (
        BASELINE.policy,
        BASELINE.size,
        BASELINE.families,
    )
    assert ramp_weakening(found) == ()
    assert paths.config("ramp").read_text().startswith("# PRACTICE")


def test_all_of_it_is_of_one_clock(tmp_path: Path) -> None:
    paths = go_root(tmp_path)
    assert LedgerStore(paths).generated_at() == AT
    beat = read_heartbeat(paths.heartbeat, AT)
    assert beat is not None
    assert (beat.generated_at, beat.running, beat.session) == (AT, False, "practice")


def test_its_calendar_reaches_back_to_before_its_first_order(tmp_path: Path) -> None:
    paths = go_root(tmp_path)
    frozen = Schedule(paths, AT).frozen("CPI")
    placed = {row.placed_at for row in LedgerStore(paths).entries() if row.family == "CPI"}
    assert {frozen(at) for at in placed} == {False}


def test_a_practice_root_is_made_anew_and_anything_else_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = made(tmp_path / "root", monkeypatch)
    (paths.root / "reports").mkdir()
    (paths.root / "reports/old.md").write_text("old")
    made(paths.root, monkeypatch, at_hours=1)
    assert not (paths.root / "reports").exists()
    assert LedgerStore(paths).generated_at() == AT + timedelta(hours=1)
    shutil.copyfile(REPOSITORY / "configs/ramp.yaml", paths.config("ramp"))
    with pytest.raises(UsageError, match="no practice root"):
        made(paths.root, monkeypatch)
    assert paths.ledger_all.exists()


def test_a_feed_that_is_refused_is_named(tmp_path: Path) -> None:
    shelf = tmp_path / "fixtures"
    shelf.mkdir()
    (shelf / "manifest.json").write_text(
        '{"schema": 1, "clocks": {}, "payloads": [{"path": "aaa_gas/x.html",'
        ' "retrieved_at": "2024-12-01T11:00:00Z", "source": "aaa_gas"}]}'
    )
    (shelf / "aaa_gas").mkdir()
    (shelf / "aaa_gas/x.html").write_text("nothing")
    with pytest.raises(DataError, match="aaa_gas"):
        take_in_feeds(Paths(tmp_path / "root"), shelf, AT)


def test_the_clock_is_the_flags_else_that_of_the_fixtures() -> None:
    assert demo_clock(None, FIXTURES, {}) == AT
    assert demo_clock("2024-12-12T11:30:00Z", FIXTURES, {}) == AT + timedelta(days=1)
    for env in ("prod", "demo"):
        with pytest.raises(UsageError, match="practice"):
            demo_clock(None, FIXTURES, {"KALSHI_ENV": env})


def test_families_have_their_two_names() -> None:
    assert known_families(["cpi", "TENY", "tney"]) == ("CPI", "TNEY")
    assert known_families([]) == ("CPI", "CLAIMS", "TNEY", "WEATHER")
    with pytest.raises(UsageError, match="WHEAT"):
        known_families(["wheat"])


def test_the_command_refuses_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KALSHI_ALPHA_HOME", str(REPOSITORY))
    monkeypatch.delenv("KALSHI_ENV", raising=False)
    (tmp_path / "mine.txt").write_text("mine")
    flags = ["demo-account", "--root", str(tmp_path), "--fixtures", str(FIXTURES)]
    assert main(flags) == 2
    assert main([*flags, "--series", "wheat"]) == 2
    monkeypatch.setenv("KALSHI_ENV", "prod")
    assert main(flags) == 2
    first, second, third = capsys.readouterr().err.splitlines()
    assert "is not empty" in first
    assert "WHEAT" in second
    assert "practice" in third
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
