from __future__ import annotations

from pathlib import Path

import pytest

from desk_root import CLOCK, edit_json, open_go_root
from kalshi_alpha.core.proposals.bins import BinTable
from kalshi_alpha.exec.ramp.readiness import MonitorRow
from kalshi_alpha.exec.session.readiness import PilotTerms
from kalshi_alpha.exec.session.session_keys import monitor_alerts, ramp_keys
from kalshi_alpha.exec.wiring import Run, wire_offline


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    paths = open_go_root(tmp_path, monkeypatch)
    repository = Path(__file__).parents[4]
    run = wire_offline(
        series="CPI",
        scanner_fixtures=repository / "tests/data_fixtures",
        driver_fixtures=None,
        as_of=CLOCK,
    )
    assert run.paths == paths
    return run


def test_the_decisions_word_comes_before_the_monitors(run: Run) -> None:
    keys = ramp_keys(run, PilotTerms())
    assert keys["cusum_state"].status in {"OK", "NO_DATA"}
    assert (keys["size_multiplier"], keys["bins_bind"]) == (1.0, False)
    own = MonitorRow(status="ALERT", figure=9.0, threshold=5.0)
    told = PilotTerms(size=0.5, bins=BinTable.of({}, "CPI"), cusum_state=own, fill_realism_gap=-3.0)
    assert ramp_keys(run, told) == {
        "size_multiplier": 0.5,
        "bins_bind": True,
        "cusum_state": own,
        "fill_realism_gap": -3.0,
    }


def test_every_monitor_that_alerts_is_named_with_its_cause(run: Run) -> None:
    before = monitor_alerts(run)
    # Weather is frozen at this hour of every day.
    assert [each["alert"] for each in before] == ["freeze_window"]
    edit_json(
        run.paths.monitor("websocket"),
        lambda document: document.update(status="ALERT", cause="2 disconnects an hour"),
    )
    told = {"source": "monitor", "alert": "websocket", "detail": "2 disconnects an hour"}
    assert monitor_alerts(run) == [*before, told]
