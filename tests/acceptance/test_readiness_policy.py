"""The ramp decision's flags, its memory of the last one, its plan and its page."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from desk_root import (
    AT,
    CLOCK,
    decide,
    edit_json,
    first_of_cpi,
    open_go_root,
    rewrite_ledger,
    words,
)
from kalshi_alpha.core.ledger.entry import LedgerEntry
from kalshi_alpha.core.ledger.honesty_bins import Badge
from kalshi_alpha.core.ramp import figures
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.ramp.readiness import read_readiness
from kalshi_alpha.exec.reports import ramp

DIES_READING = """
import os, signal
from kalshi_alpha.exec.ramp import deciding
from kalshi_alpha.exec.reports import ramp

def dies(*_):
    os.kill(os.getpid(), signal.SIGKILL)

deciding.read_ledger = dies
ramp.main(["--quiet"])
"""


@pytest.fixture
def paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Paths:
    return open_go_root(tmp_path, monkeypatch)


def test_a_run_that_is_killed_while_it_reads_leaves_no_go(paths: Paths) -> None:
    assert decide(paths)[0] == 0
    environ = {"KALSHI_ALPHA_HOME": str(paths.root), "KALSHI_ALPHA_AS_OF": CLOCK}
    environ |= {"PYTHONPATH": os.pathsep.join(sys.path), "TZ": "America/New_York"}
    died = subprocess.run([sys.executable, "-c", DIES_READING], env=environ, check=False)
    assert died.returncode == -signal.SIGKILL
    found = read_readiness(paths.pilot_ready, AT)
    assert (found.overall.decision, words(found)) == ("NO-GO", ["reading_unreadable"])
    assert paths.pilot_readiness.read_text().startswith("# Pilot readiness: NO-GO")
    assert decide(paths)[0] == 0


LOOSER = ["--min-fills=10", "--min-units=5", "--min-t-stat=1", "--max-ledger-age-minutes=600"]


@pytest.mark.parametrize("flag", LOOSER)
def test_a_looser_flag_is_marked_and_never_go(paths: Paths, flag: str) -> None:
    code, found = decide(paths, flag)
    assert (code, found.overall.global_reasons) == (3, ("policy_override",))
    assert words(found) == ["policy_override"]
    assert all(each.size_multiplier == 0.0 for each in found.series)
    assert flag.partition("=")[0].removeprefix("--").replace("-", "_") in str(
        found.policy["overrides"]
    )


@pytest.mark.parametrize(
    ("flag", "expected"),
    [
        ("--min-fills=400", "insufficient_fills"),
        ("--min-delta-bps=900", "insufficient_delta_bps"),
        ("--min-t-stat=40", "insufficient_t_stat"),
        ("--min-units=50", "insufficient_units"),
        ("--max-unit-share=0.01", "unit_share"),
    ],
)
def test_a_tighter_flag_refuses_by_the_reason_of_its_threshold(
    paths: Paths, flag: str, expected: str
) -> None:
    code, found = decide(paths, flag)
    assert (code, words(found), found.policy["overrides"]) == (3, [expected], [])


@pytest.mark.parametrize("flag", ["--max-unit-share=7", "--min-t-stat=nan", "--series=KXWHEAT"])
def test_an_impossible_flag_is_a_usage_error(paths: Paths, flag: str) -> None:
    assert ramp.main(["--as-of", CLOCK, flag]) == 2
    assert not paths.pilot_ready.exists()


def _weights(paths: Paths) -> dict[str, float]:
    cpi = json.loads(paths.pilot_ready.read_bytes())["series"][0]
    return {row["bin"]: row["weight"] for row in cpi["ev_honesty_bins"]}


def _each_weight(weight: float) -> Callable[[dict[str, Any]], None]:
    def change(document: dict[str, Any]) -> None:
        for row in document["series"][0]["ev_honesty_bins"]:
            row["weight"] = weight

    return change


def test_weights_rise_by_a_tenth_a_day_and_fall_at_once(paths: Paths) -> None:
    decide(paths)
    earned = _weights(paths)
    risen = {name: min(0.1, weight) for name, weight in earned.items()}
    edit_json(paths.pilot_ready, _each_weight(0.0))
    # However often that is asked on one day of New York.
    for at in ("11:31", "11:32", "12:33"):
        decide(paths, at=f"2024-12-11T{at}:00Z")
        assert _weights(paths) == risen
    decide(paths, at="2024-12-12T11:30:00Z")
    assert _weights(paths) == {name: min(0.2, weight) for name, weight in earned.items()}
    edit_json(paths.pilot_ready, _each_weight(1.0))
    decide(paths, at="2024-12-13T11:30:00Z")
    assert _weights(paths) == earned


def test_the_size_rises_by_a_tenth_a_day(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a family whose evidence is taken to be all that can be asked for."""
    monkeypatch.setattr(figures, "badge", lambda *_: Badge.PROVEN)

    def size(at: str) -> float:
        code, found = decide(paths, at=at)
        assert code == 0
        return found.overall.size_multiplier

    day = [size(f"2024-12-11T11:30:0{second}Z") for second in range(4)]
    assert day == [0.25] * 4

    def yesterday(document: dict[str, Any]) -> None:
        document["generated_at"] = "2024-12-10T11:30:00Z"

    edit_json(paths.pilot_ready, yesterday)
    day = [size(f"2024-12-11T11:31:0{second}Z") for second in range(4)]
    assert day == [0.35] * 4


def test_a_run_that_fails_leaves_no_go_that_names_the_failure(
    paths: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    assert decide(paths)[0] == 0
    paths.config("pal_policy").write_text("schema: [")
    assert ramp.main(["--as-of", CLOCK, "--quiet"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    found = read_readiness(paths.pilot_ready, AT)
    assert found.overall.global_reasons == ("config_unreadable",)
    assert words(found) == words(found, "CLAIMS") == ["config_unreadable"]
    assert line.startswith("ramp: ")
    assert "configs/pal_policy.yaml" in found.overall.global_details[0].detail
    assert str(paths.root) not in paths.pilot_ready.read_text()
    assert "# Pilot readiness: NO-GO" in paths.pilot_readiness.read_text()


def test_a_wrong_flag_leaves_the_decision_as_it_is(paths: Paths) -> None:
    decide(paths)
    before = paths.pilot_ready.read_bytes(), paths.pilot_readiness.read_bytes()
    assert ramp.main(["--as-of", CLOCK, "--min-t-stat=nan"]) == 2
    assert (paths.pilot_ready.read_bytes(), paths.pilot_readiness.read_bytes()) == before


def test_a_set_clock_replaces_no_decision_of_the_systems(
    paths: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    decide(paths)
    edit_json(paths.pilot_ready, lambda tree: tree.update(clock_source="system"))
    assert decide(paths)[0] == 0
    edit_json(paths.pilot_ready, lambda tree: tree.update(clock_source="system"))
    before = paths.pilot_ready.read_bytes()
    real = Path(__file__).parents[2] / "configs/ramp.yaml"
    paths.config("ramp").write_bytes(real.read_bytes())
    assert ramp.main(["--as-of", CLOCK]) == 2
    assert "KALSHI_ALPHA_HOME" in capsys.readouterr().err
    assert paths.pilot_ready.read_bytes() == before


def test_a_statistic_changed_after_the_fact_is_refused(paths: Paths) -> None:
    decide(paths)
    file = paths.config("ramp")
    text = file.read_text()
    claims = text.index("CLAIMS:")
    changed = text[claims:].replace("closing_line", "settled", 1)
    changed = changed.replace("2022-01-01", "2023-01-01", 1)
    file.write_text(text[:claims] + changed)
    _, found = decide(paths, at="2024-12-11T11:31:00Z")
    assert found.overall.global_reasons == ("config_weakened",)
    assert "declared_at must be later" in found.overall.global_details[0].detail


def test_the_plan_says_what_is_missing_and_how_long_it_takes(
    paths: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    first_of_cpi(240)(paths)
    assert ramp.main(["--as-of", CLOCK, "--series", "CPI", "--plan"]) == 3
    said = capsys.readouterr().out
    assert "missing insufficient_fills: 240.00 of 300; waiting does not bring it" in said
    rewrite_ledger(paths, lambda row: row if row.family == "CLAIMS" else None)
    newest: list[str] = []

    def half(row: LedgerEntry) -> LedgerEntry | None:
        newest.append(row.entry_id)
        return row if len(newest) % 2 else None

    rewrite_ledger(paths, half)
    assert ramp.main(["--as-of", CLOCK, "--series", "CLAIMS", "--plan"]) == 3
    said = capsys.readouterr().out
    assert "138 more" in said
    assert "days at the present rate" in said


def test_a_breach_is_in_the_plan_and_is_left_by_a_new_declaration_only(
    paths: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    def into_the_freeze(row: LedgerEntry) -> LedgerEntry:
        if row.risk_unit != "CPI:2024-04-10":
            return row
        early = timedelta(hours=12)
        return replace(row, placed_at=row.placed_at - early, as_of=row.as_of - early)

    assert decide(paths)[0] == 0
    rewrite_ledger(paths, into_the_freeze)
    assert ramp.main(["--as-of", CLOCK, "--series", "CPI", "--plan"]) == 3
    said = capsys.readouterr().out
    assert "missing guardrail_breach: 15.00 of at most 0; find how the order passed" in said
    file = paths.config("ramp")
    whole = file.read_text()
    # A day between the breach and the last decision lets it stand; one ahead begins anew.
    file.write_text(whole.replace("2022-01-01", "2024-06-01", 1))
    _, found = decide(paths)
    assert words(found) == ["config_weakened", "guardrail_breach"]
    file.write_text(whole.replace("2022-01-01", "2024-12-12", 1))
    _, found = decide(paths)
    assert "guardrail_breach" not in words(found)
    assert {"insufficient_fills", "insufficient_units"} <= set(words(found))


def test_the_page_has_its_tables(paths: Paths) -> None:
    decide(paths)
    page = paths.pilot_readiness.read_text()
    for heading in ("## Verdict", "## Series", "### EV honesty by bin: CPI", "## Data Freshness"):
        assert heading in page
    for feed in ("bls_cpi.latest_release", "aaa_gas.daily", "nws_daily_climate.NYC"):
        assert f"| {feed} |" in page
