from __future__ import annotations

import msgspec

from kalshi_alpha.datastore.atomic import encode_json
from kalshi_alpha.exec.ramp.readiness import MissingRow, PlanRow, Readiness, ReasonRow
from kalshi_alpha.exec.reports.readiness_page import readiness_page
from readiness_cases import readiness, series

FEED = {
    "feed": "aaa_gas.daily",
    "newest_on": "2024-12-11",
    "age_days": 0,
    "max_age_days": 2,
    "unit": "calendar_days",
    "status": "OK",
    "required": True,
    "reason": "of today",
}


def test_the_page_of_what_is_read_back_has_the_same_bytes() -> None:
    found = readiness()
    again = msgspec.json.decode(encode_json(found), type=Readiness)
    assert readiness_page(again) == readiness_page(found)


def test_it_says_the_decision_and_the_figures() -> None:
    page = readiness_page(readiness())
    assert page.startswith("# Pilot readiness: GO\n")
    assert "At 2024-12-11 06:30:00 ET, clock system. Size multiplier 0.25." in page
    assert "- GO: CPI" in page
    assert "- ledger: 5 min old" in page
    assert "- monitors: of no known age" in page
    cells = "| CPI | GO | go | go | 0.25 | 345 | 23 | +120.00 | +0.70 | +160.00 | +8.85 |"
    assert cells in page
    assert "slope 1.10 with error 0.20; judged by closing line" in page
    assert "| yes | .3-.7 | 0-2h | 40 | 12 | +360 | +300 | +0.80 | 0.40 | 0.75 | 0.90 | - |" in page
    assert "PRACTICE" not in page


def test_it_says_what_is_wrong_and_what_to_do() -> None:
    refused = series(
        decision="NO-GO",
        go=False,
        size_multiplier=0.0,
        reasons=(ReasonRow(reason="kill_switch", detail="it is | on"),),
        breaches=("KXCPI-24NOV: 3000 dollars",),
    )
    page = readiness_page(readiness(refused))
    assert "| kill_switch | it is \\| on | Find out who set it" in page
    assert "- breach: KXCPI-24NOV: 3000 dollars" in page
    unknown = series(
        go=False, size_multiplier=0.0, reasons=(ReasonRow(reason="of tomorrow", detail=""),)
    )
    assert "| of tomorrow |  | - |" in readiness_page(readiness(unknown))


def test_it_says_what_is_missing_and_how_long_it_takes() -> None:
    rows = (
        MissingRow(reason="insufficient_fills", have=240, need=300, more=60, days=12.0),
        MissingRow(reason="insufficient_delta_bps", have=None, need=6, more=None, days=None),
    )
    plan = PlanRow(fills_per_day=5, units_per_day=1, days=None, ready_on=None)
    page = readiness_page(readiness(series(missing=rows, plan=plan, ev_honesty_bins=())))
    assert "| insufficient_fills | 240 | 300 | 60 | 12 |" in page
    assert "| insufficient_delta_bps | - | 6 | - | waiting does not bring it |" in page
    assert "all of it: cannot be said." in page
    assert "No fill has settled" in page


def test_it_shows_feeds_policy_and_overrides() -> None:
    data = msgspec.structs.replace(readiness().data_freshness, feeds=(FEED,))
    policy = readiness().policy | {"overrides": ["min_fills: 10 is looser than 300"]}
    page = readiness_page(readiness(data_freshness=data, policy=policy))
    assert "## Data Freshness" in page
    assert (
        "| aaa_gas.daily | 2024-12-11 | 0 calendar days | 2 calendar days | OK | of today |" in page
    )
    assert "| min_fills | 300 |" in page
    assert "- policy override: min_fills: 10 is looser than 300" in page
    labelled = readiness(practice=True, label="PRACTICE/SIM")
    assert "**PRACTICE/SIM.**" in readiness_page(labelled)
