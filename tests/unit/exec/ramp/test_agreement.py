from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from kalshi_alpha.datastore.atomic import encode_json
from kalshi_alpha.exec.ramp.agreement import disagreements
from kalshi_alpha.exec.ramp.readiness import Readiness
from readiness_cases import readiness, series

Tree = dict[str, Any]
REASON = {"reason": "freeze_window", "detail": "CPI: frozen"}
PANIC = {"reason": "panic_backoff", "detail": "three alerts"}
MISSING = {"reason": "insufficient_fills", "have": 3, "need": 300, "more": 297, "days": None}
POLICY = {
    "min_fills": 300,
    "min_delta_bps": 6.0,
    "min_t_stat": 2.0,
    "max_guardrail_breaches": 0,
    "max_unit_share": 0.2,
    "max_ledger_age_minutes": 120.0,
    "families": {"CPI": {"min_units": 12}},
    "overrides": [],
}


def changed(change: Callable[[Tree], object]) -> tuple[str, ...]:
    tree = msgspec.json.decode(encode_json(readiness(policy=POLICY)))
    change(tree)
    return disagreements(msgspec.convert(tree, Readiness))


def whole(**values: object) -> Callable[[Tree], object]:
    return lambda tree: tree["overall"].update(values)


def own(**values: object) -> Callable[[Tree], object]:
    return lambda tree: tree["series"][0].update(values)


def second(tree: Tree) -> None:
    entry = tree["series"][0] | {"go": False, "decision": "NO-GO", "size_multiplier": 0.0}
    tree["series"].append(entry | {"safety_go": False, "reasons": [REASON]})
    tree["overall"]["freeze_violation_series"] = ["CPI"]


def test_a_decision_as_it_is_written_agrees_with_itself() -> None:
    assert disagreements(readiness(policy=POLICY)) == ()
    assert disagreements(readiness(series(), series(series="CLAIMS"))) == ()


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (whole(no_go=True), "overall.no_go"),
        (whole(decision="NO-GO"), "overall.decision"),
        (whole(global_reasons=["panic_backoff"]), "global_reasons panic_backoff"),
        (whole(global_details=[PANIC]), "global_details"),
        (whole(panic_backoff=True), "panic_backoff is True"),
        (whole(sequential_alert_series=["CPI"]), "sequential_alert_series"),
        (whole(freeze_violation_series=["CPI"]), "freeze_violation_series"),
        (whole(size_multiplier=1.0), "overall.size_multiplier"),
        (whole(go=False, no_go=True, decision="NO-GO", size_multiplier=0.0), "overall.go"),
        (own(decision="NO-GO"), "CPI: decision"),
        (own(reasons=[REASON]), "beside 1 reasons"),
        (own(safety_go=False), "safety_go False"),
        (own(evidence_go=False), "evidence_go False"),
        (own(guardrail_breaches=1), "guardrail_breaches"),
        (own(breaches=["a cap"]), "guardrail_breaches"),
        (own(missing=[MISSING]), "missing insufficient_fills"),
        (own(fills=299), "fills 299, of at least 300"),
        (own(units=11), "units 11, of at least 12"),
        (own(delta_bps_cv=5.9), "delta_bps 5.9"),
        (own(t_stat_cv=1.9), "t_stat 1.9"),
        (own(t_stat_cv=None), "t_stat None, of at least 2.0"),
        (own(largest_unit_share=0.21), "largest_unit_share"),
        (own(largest_unit_share=None), "largest_unit_share None, of at most 0.2"),
        (own(drawdown={"status": "ALERT"}), "drawdown ALERT"),
        (
            own(size_multiplier=0.5),
            "CPI: GO beside size_multiplier 0.5, of figures that allow 0.25",
        ),
        (own(badge="✓"), "CPI: GO beside badge ✓"),
        (lambda tree: tree["policy"].update(min_t_stat=1.0), "policy.min_t_stat 1.0"),
        (second, "CPI has 2 entries"),
        (lambda tree: tree.update(clock_source="sundial"), "clock_source"),
        (lambda tree: tree["policy"].update(overrides=["min_fills: 3"]), "policy.overrides"),
        (lambda tree: tree["policy"].update(min_fills="three"), "fills 345"),
        (lambda tree: tree["data_freshness"].update(required_feeds_ok=False), "required_feeds"),
        (lambda tree: tree["freshness"].update(ledger_age_minutes=121.0), "ledger_age_minutes"),
    ],
)
def test_whatever_disagrees_is_named(change: Callable[[Tree], object], where: str) -> None:
    assert any(where in line for line in changed(change))


def test_no_go_needs_no_figures() -> None:
    def no_go(tree: Tree) -> None:
        whole(go=False, no_go=True, decision="NO-GO", size_multiplier=0.0)(tree)
        whole(freeze_violation_series=["CPI"])(tree)
        own(go=False, decision="NO-GO", safety_go=False, size_multiplier=0.0)(tree)
        own(fills=3, missing=[MISSING], reasons=[REASON])(tree)

    assert changed(no_go) == ()
