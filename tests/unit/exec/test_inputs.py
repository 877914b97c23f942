from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from desk import AT, REPOSITORY, Morning
from kalshi_alpha.core.errors import ParseRefused, UsageError
from kalshi_alpha.datastore.feeds import Payload
from kalshi_alpha.exec.inputs import inputs_used, read_inputs, sources_needed
from kalshi_alpha.exec.wiring import Run
from kalshi_alpha.strategies.cpi import STRATEGY


def test_what_came_after_the_clock_is_not_read(morning: Morning) -> None:
    assert max(payload.retrieved_at for payload in morning.inputs.payloads) <= AT
    assert set(morning.inputs.events) == {"KXCPI", "KXCPIYOY", "KXCPICORE"}
    assert len(morning.inputs.history) > 40


def test_one_ticker_reads_its_own_events_only(run: Run) -> None:
    assert set(read_inputs(run, STRATEGY, "KXCPIYOY").events) == {"KXCPIYOY"}


@pytest.mark.parametrize("lost", ["cpi/history.json", "macro_calendar/bls.ics"])
def test_a_file_that_is_not_there_is_a_usage_error(run: Run, tmp_path: Path, lost: str) -> None:
    folder = tmp_path / "fixtures"
    shutil.copytree(REPOSITORY / "tests/fixtures", folder)
    (folder / lost).unlink()
    with pytest.raises(UsageError, match=Path(lost).name):
        read_inputs(replace(run, driver_fixtures=folder), STRATEGY, "CPI")


@pytest.mark.parametrize("text", ["[", "[]", "{}", '{"history": 3}'])
def test_a_history_that_cannot_be_read_is_refused(run: Run, tmp_path: Path, text: str) -> None:
    folder = tmp_path / "fixtures"
    shutil.copytree(REPOSITORY / "tests/fixtures", folder)
    (folder / "cpi/history.json").write_text(text)
    with pytest.raises(ParseRefused, match=r"cpi/history\.json"):
        read_inputs(replace(run, driver_fixtures=folder), STRATEGY, "CPI")


def test_the_newest_payload_of_each_feed_is_named_by_its_hash() -> None:
    def payload(source: str, body: bytes, hours: int) -> Payload:
        return Payload(source, body, AT - timedelta(hours=hours))

    used = inputs_used([payload("b", b"1", 1), payload("a", b"2", 2), payload("b", b"3", 3)], AT)

    assert [(each.source, each.age_s) for each in used] == [("a", 7200.0), ("b", 3600.0)]
    assert used[1].sha256 == hashlib.sha256(b"1").hexdigest()


def test_feeds_that_no_switched_on_series_needs_are_left_alone(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "fixtures"
    shutil.copytree(REPOSITORY / "tests/fixtures", folder)
    manifest = json.loads((folder / "manifest.json").read_bytes())
    stranger = {
        "source": "tide_tables",
        "path": "cpi/history.json",
        "retrieved_at": "2024-12-01T01:00:00Z",
    }
    manifest["payloads"].append(stranger)
    (folder / "manifest.json").write_text(json.dumps(manifest))

    found = read_inputs(replace(run, driver_fixtures=folder), STRATEGY, "CPI")

    taken = {payload.source for payload in found.payloads}
    assert {"aaa_gas", "bls_cpi", "cleveland_nowcast", "macro_calendar"} <= taken
    assert taken <= sources_needed(run)
    assert "tide_tables" not in taken


@pytest.mark.parametrize(
    ("family", "own"),
    [
        ("CPI", {"eia_gas"}),
        ("CLAIMS", set()),
        ("TNEY", {"ten_year_quote"}),
        ("WEATHER", {"weather_guidance", "nws_observations"}),
    ],
)
def test_every_family_reads_what_is_judged_the_calendar_and_its_own(
    run: Run, family: str, own: set[str]
) -> None:
    needed = sources_needed(replace(run, family=family))
    unjudged = {"eia_gas", "ten_year_quote", "weather_guidance", "nws_observations"}
    assert {"aaa_gas", "bls_cpi", "cleveland_nowcast", "macro_calendar"} <= needed
    assert needed & unjudged == own
