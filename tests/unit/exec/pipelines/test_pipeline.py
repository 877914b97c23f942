from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from desk import Desk
from fits import fit_each_family_once
from kalshi_alpha.core.errors import DataError, NotBuilt, UsageError, VenueError
from kalshi_alpha.core.schedule import SnapMode
from kalshi_alpha.datastore.feeds import Parsed
from kalshi_alpha.drivers import eia_gas
from kalshi_alpha.drivers.eia_gas.schema import WeeklyPrice
from kalshi_alpha.exec.pipelines import pipeline
from kalshi_alpha.exec.pipelines.pipeline import (
    DailyRequest,
    ModeDone,
    daily_request,
    run_daily,
    run_mode,
)
from kalshi_alpha.exec.scan_options import ScanOptions
from kalshi_alpha.exec.wiring import DataMode


def request(mode: str = "full", **changes: Any) -> DailyRequest:
    fields: dict[str, Any] = {
        "mode": mode,
        "data_mode": DataMode.OFFLINE,
        "driver_fixtures": Path("drivers"),
        "scanner_fixtures": Path("venue"),
        "snap": SnapMode.OFF,
        "options": ScanOptions(),
        "report": False,
        "paper_ledger": False,
        "live": False,
        "as_of": None,
        "as_json": False,
        "quiet": True,
    }
    return DailyRequest(**(fields | changes))


def with_modes(monkeypatch: pytest.MonkeyPatch, *ends: int | Exception) -> list[str]:
    """Let the four modes end as given, in order, and return which were run."""
    ran: list[str] = []

    def ended(request: DailyRequest, mode: str) -> ModeDone:
        ran.append(mode)
        end = ends[len(ran) - 1]
        if isinstance(end, Exception):
            raise end
        return ModeDone(end, {"mode": mode, "code": f"{request.mode} {end}"})

    monkeypatch.setattr(pipeline, "run_mode", ended)
    return ran


@pytest.mark.parametrize(
    ("ends", "worst"),
    [
        ((0, 0, 0, 0), 0),
        ((0, 3, 0, 0), 3),
        ((3, 4, 3, 0), 4),
        ((4, VenueError("v"), 3, 0), 5),
        ((VenueError("v"), DataError("d"), NotBuilt("n"), 0), 1),
        ((0, NotBuilt("n"), 3, 4), 1),
    ],
)
def test_full_runs_every_mode_and_returns_the_worst(
    monkeypatch: pytest.MonkeyPatch, ends: tuple[int | Exception, ...], worst: int
) -> None:
    """One is worse than five, five than four, four than three."""
    ran = with_modes(monkeypatch, *ends)
    assert run_daily(request()) == worst
    assert ran == ["pre_cpi", "pre_claims", "weather_cycle", "teny_close"]


def test_a_usage_error_ends_full(monkeypatch: pytest.MonkeyPatch) -> None:
    ran = with_modes(monkeypatch, 0, UsageError("bad flag"))
    with pytest.raises(UsageError):
        run_daily(request())
    assert len(ran) == 2


def test_one_mode_prints_its_own_document(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with_modes(monkeypatch, 3)
    assert run_daily(request("pre_cpi", as_json=True)) == 3
    assert '"mode": "pre_cpi"' in capsys.readouterr().out


def test_flags_become_a_request() -> None:
    from kalshi_alpha.exec.pipelines.daily import cli

    context = cli.make_context(
        "daily", ["--mode", "pre_cpi", "--offline", "--snap-to-window", "print"]
    )
    found = daily_request(context.params)
    assert (found.mode, found.snap, found.data_mode) == (
        "pre_cpi",
        SnapMode.PRINT,
        DataMode.OFFLINE,
    )
    assert found.options == ScanOptions()


def test_a_mode_returns_its_code_and_its_document(desk: Desk) -> None:
    done = run_mode(
        request("pre_cpi", driver_fixtures=desk.drivers, scanner_fixtures=desk.venue), "pre_cpi"
    )
    assert done.exit_code == 0
    assert done.document["series"] == "CPI"
    assert done.document["files"][-1].endswith("daily_pre_cpi_20241211T113000Z.json")


@pytest.mark.parametrize("flags", [(), ("--quiet",), ("--json",)])
def test_a_go_with_a_broken_feed_that_is_not_required_explains_its_exit_code(
    desk: Desk, flags: tuple[str, ...]
) -> None:
    (desk.drivers / "eia_gas/2024-12-10.json").write_text("torn")

    done = desk.daily(*flags)

    assert (done.code, desk.verdict["go"]) == (4, True)
    [line] = done.err.splitlines()
    assert line.startswith("daily pre_cpi: verdict GO; feed eia_gas failed and is not required (")
    assert line.endswith("; exit 4")


class NobodyForesawIt(Exception):
    """An error of no kind that this program raises."""


@pytest.mark.parametrize("mode", ["pre_cpi", "full"])
def test_no_go_stands_after_a_driver_fails_in_a_way_of_its_own(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    def broken(_: bytes) -> Parsed[WeeklyPrice]:
        raise NobodyForesawIt

    fit_each_family_once(monkeypatch)
    assert desk.daily(mode="full").code == 0
    path = "reports/_artifacts/go_no_go.json"
    before = {family: entry["go"] for family, entry in desk.json(path)["series"].items()}
    assert before["CPI"] is True
    monkeypatch.setattr(eia_gas, "DRIVER", replace(eia_gas.DRIVER, parse=broken))

    with pytest.raises(NobodyForesawIt):
        desk.daily(mode=mode)

    after = desk.json(path)
    decided = set(before) if mode == "full" else {"CPI"}
    assert after["go"] is False
    assert {family: entry["go"] for family, entry in after["series"].items()} == {
        family: go and family not in decided for family, go in before.items()
    }


def test_no_go_stands_after_a_run_that_could_not_begin(desk: Desk) -> None:
    assert desk.daily().code == 0
    desk.keep_families("TNEY")
    assert desk.daily().code == 1
    assert desk.verdict["go"] is False


def test_a_run_that_only_prints_or_was_asked_wrongly_leaves_the_verdict(desk: Desk) -> None:
    assert desk.daily().code == 0
    before = desk.json("reports/_artifacts/go_no_go.json")
    assert desk.daily("--snap-to-window", "print").code == 0
    assert desk.daily("--kelly-cap", "0.9").code == 2
    assert desk.json("reports/_artifacts/go_no_go.json") == before
