from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from desk import Morning, ledger_row
from kalshi_alpha.core.forecast import GridPmf
from kalshi_alpha.core.forecast.pooling import PoolWeight
from kalshi_alpha.core.gates import Finding, Reason
from kalshi_alpha.core.ledger.honesty_bins import Badge
from kalshi_alpha.core.ledger.support import Support, support
from kalshi_alpha.core.types import SettlementGrid
from kalshi_alpha.exec.reports.ladder_report import (
    MONITORS_BEGIN,
    MONITORS_END,
    ReportParts,
    ladder_report,
)
from kalshi_alpha.exec.scanning import Scanned
from kalshi_alpha.strategies.strategy import ForecastSet


def parts(**changes: Any) -> ReportParts:
    fields: dict[str, Any] = {
        "entries": None,
        "settled": (),
        "pictures": {"KXCPI-24NOV": "a.svg"},
        "support": support([], "CPI"),
    }
    return ReportParts(**(fields | changes))


def report(morning: Morning, scanned: Scanned | None = None, **changes: Any) -> str:
    return ladder_report(morning.run, scanned or morning.scanned, parts(**changes))


def section(text: str, heading: str) -> str:
    return text.partition(f"## {heading}")[2].partition("\n## ")[0]


def test_the_verdict_comes_first(morning: Morning) -> None:
    text = report(morning)
    assert text.startswith("# CPI")
    assert "OFFLINE" in text.splitlines()[0]
    headings = [line for line in text.splitlines() if line.startswith("## ")]
    assert headings[0] == "## Verdict: GO"
    assert headings[-1] == "## Made from"


def test_the_same_input_gives_the_same_bytes(morning: Morning) -> None:
    assert report(morning) == report(morning)


def test_every_proposal_has_a_row_with_its_numbers(morning: Morning) -> None:
    text = section(report(morning), "Proposals")
    [head] = [line.strip("| ").split(" | ") for line in text.splitlines() if "| EV raw |" in line]
    for p in morning.scanned.proposals:
        [row] = [line for line in text.splitlines() if line.startswith(f"| {p.market_ticker} |")]
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        assert cells[2:5] == [p.side.value.upper(), str(p.price), str(p.contracts)]
        at = head.index("EV raw")
        assert cells[at : at + 2] == [f"{100 * p.ev_raw:+.2f}", f"{100 * p.ev_honest:+.2f}"]


def test_every_event_has_its_weight_in_the_pool(morning: Morning) -> None:
    learned = replace(
        morning.scanned,
        weights={
            "KXCPI-24NOV": PoolWeight(0.155, 0.2, 7),
            "KXCPICORE-24NOV": PoolWeight(0.02, 0.02, 0),
        },
    )
    text = section(report(morning, learned), "Pool with the market")
    assert "| KXCPI-24NOV | 0.155 | 0.2 | 7 |" in text
    assert "| KXCPICORE-24NOV | 0.020 | 0.02 | 0 |" in text
    assert "wider than 10 c" in text
    assert "within 0.15" in text


def test_a_scan_without_the_pool_says_so(morning: Morning) -> None:
    alone = replace(
        morning.scanned, weights={}, policy=replace(morning.scanned.policy, pooling=None)
    )
    text = section(report(morning, alone), "Pool with the market")
    assert "the model is taken at its word" in text
    assert "|" not in text


def test_a_refusal_names_reason_finding_and_remedy(morning: Morning) -> None:
    found = Finding(Reason.TZ_NOT_ET, "UTC offset +0.00 h")
    refused = replace(
        morning.scanned,
        verdict=replace(morning.scanned.verdict, go=False, reasons=(found,)),
        proposals=(),
        withheld=morning.scanned.proposals,
    )
    text = report(morning, refused)
    assert "## Verdict: NO-GO" in text
    assert "- **tz_not_et**: UTC offset +0.00 h. " in text
    assert "TZ=America/New_York" in section(text, "Verdict")
    assert "withheld by the gate" in section(text, "Proposals")
    assert "| tz_not_et | True |" in section(text, "Monitors")


def test_a_morning_without_an_edge_says_so(morning: Morning) -> None:
    bare = replace(morning.scanned, proposals=(), withheld=())
    assert "Nothing is worth a quote." in section(report(morning, bare), "Proposals")


def test_the_ledger_section_follows_what_was_asked_for(morning: Morning) -> None:
    assert "--paper-ledger" in section(report(morning), "Paper ledger")
    row = ledger_row()
    text = section(report(morning, entries=(row,)), "Paper ledger")
    assert "| filled by prints | 1 | 1 | 5.00 | 5.00 |" in text
    won = replace(row, settled_at=row.as_of, outcome=1, payout_e6=5_000_000)
    settled = section(report(morning, entries=(), settled=(won,)), "Paper ledger")
    assert "Settled by this run: 1 rows; realised on fills $1.5809 of" in settled


@pytest.mark.parametrize(
    "monitor",
    ["model_drift", "tz_not_et", "non_monotone_ladders", "ev_honesty_shrink"],
)
def test_the_monitors_stand_between_their_marks(morning: Morning, monitor: str) -> None:
    block = report(morning).partition(MONITORS_BEGIN)[2].partition(MONITORS_END)[0]
    assert f"| {monitor} |" in block


def without_quote(scanned: Scanned) -> Scanned:
    made = tuple(
        replace(each, notes=("no_live_quote: dry only, there is no quote",))
        for each in scanned.forecasts.forecasts
    )
    return replace(scanned, forecasts=replace(scanned.forecasts, forecasts=made))


def test_a_go_without_a_live_quote_is_for_the_dry_broker_alone(morning: Morning) -> None:
    seen = without_quote(morning.scanned)
    text = report(morning, seen)
    assert "## Verdict: GO (dry only)\n\nno_live_quote: dry only, there is no quote." in text
    assert "Nothing speaks against going on" not in text
    refused = replace(seen, verdict=replace(seen.verdict, go=False))
    assert "## Verdict: NO-GO\n" in report(morning, refused)


def test_realised_edge_stands_below_expected_once_something_settled(morning: Morning) -> None:
    assert "realised" not in section(report(morning), "EV honesty")
    settled = Support(3, 2, -100.0, -0.5, Badge.UNPROVEN, expected_bps=200.0, realised_bps=100.0)
    said = section(report(morning, support=settled), "EV honesty")
    assert "Confidence badge ✗: 3 settled fills of 2 risk units" in said
    expected, realised = said.partition("```text\n")[2].splitlines()[:2]
    assert expected == f"CPI  expected     +200.0 bps {24 * chr(0x2588)}"
    assert realised == f"     realised     +100.0 bps {12 * chr(0x2588)}"


def test_the_drift_monitor_states_its_false_alarms(morning: Morning) -> None:
    [row] = [line for line in report(morning).splitlines() if line.startswith("| model_drift |")]
    assert "an unchanged model alerts in 16 % of readings" in row


def test_every_market_that_is_not_traded_has_its_reason(morning: Morning) -> None:
    text = section(report(morning), "Not traded")
    for p in morning.scanned.passed:
        assert f"| {p.market_ticker} |" in text
        assert p.reason.value in text


def test_a_quantity_without_a_forecast_is_named(morning: Morning) -> None:
    forecasts = replace(morning.scanned.forecasts, refused={"cpi_mom": "no nowcast"})
    text = report(morning, replace(morning.scanned, forecasts=forecasts))
    assert "- cpi_mom is not forecast: no nowcast" in text


def test_what_it_was_made_from_is_hashed(morning: Morning) -> None:
    text = section(report(morning), "Made from")
    assert morning.scanned.calibration_hash in text
    for name, sha256 in morning.run.settings.sha256.items():
        assert f"- configs/{name} {sha256}" in text


def test_an_event_that_rests_on_an_observation_is_named(morning: Morning) -> None:
    policy = morning.scanned.policy
    assert policy.pooling is not None
    pooling = replace(policy.pooling, observed=frozenset({"KXHIGHNY-24DEC12"}))
    scanned = replace(morning.scanned, policy=replace(policy, pooling=pooling))
    said = "- KXHIGHNY-24DEC12 rests on an observation and is not held within 0.15."
    assert said in section(report(morning, scanned), "Pool with the market")
    assert "rests on an observation" not in report(morning)


@pytest.mark.parametrize(
    ("step", "unit", "mean", "shown"),
    [
        ("0.01", "pp", 4.32, "+4.3200"),
        ("1", "F", 38.92, "+38.9"),
        ("1000", "claims", 224_318.6, "+224,319"),
    ],
)
def test_a_latent_mean_has_as_many_decimals_as_say_something(
    morning: Morning, step: str, unit: str, mean: float, shown: str
) -> None:
    grid = SettlementGrid(Decimal(step), unit)
    made = replace(
        morning.scanned.forecasts.forecasts[0],
        quantity="something_daily",
        period=date(2024, 12, 12),
        pmf=GridPmf(grid, 0, np.array([1.0])),
        latent_mean=mean,
    )
    text = section(
        report(morning, replace(morning.scanned, forecasts=ForecastSet((made,)))), "Forecasts"
    )
    assert f"| something_daily | 2024-12-12 | {shown} |" in text


def test_what_may_only_be_looked_at_says_so(morning: Morning) -> None:
    first = morning.scanned.forecasts.forecasts[0]
    made = replace(first, notes=("no_live_quote: dry only, there is no quote",))
    scanned = replace(morning.scanned, forecasts=ForecastSet((made,)))
    assert "**Dry only**: no_live_quote" in section(report(morning, scanned), "Proposals")
    assert "Dry only" not in report(morning)
