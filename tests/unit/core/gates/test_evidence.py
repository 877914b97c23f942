from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from kalshi_alpha.core.gates.evidence import EvidenceLimits, RampEvidence, ramp_reading
from kalshi_alpha.core.gates.gate import verdict
from kalshi_alpha.core.gates.reasons import Reason
from kalshi_alpha.core.gates.requirements import Action

NOW = datetime(2025, 6, 11, 10, 30, tzinfo=UTC)
ENOUGH = RampEvidence("CPI", 300, 10, 6.0, 2.0, 0, honest=True)


POLICY = EvidenceLimits()


def words(evidence: RampEvidence, limits: EvidenceLimits = POLICY) -> list[Reason]:
    reading = ramp_reading(evidence, limits, made_at=NOW)
    return [finding.reason for finding in reading.findings]


def test_evidence_at_the_policys_minimum_passes() -> None:
    assert words(ENOUGH) == []


@pytest.mark.parametrize(
    ("evidence", "reason"),
    [
        (replace(ENOUGH, fills=299), Reason.INSUFFICIENT_FILLS),
        (replace(ENOUGH, units=9), Reason.INSUFFICIENT_UNITS),
        (replace(ENOUGH, delta_bps=5.999), Reason.INSUFFICIENT_DELTA_BPS),
        (replace(ENOUGH, delta_bps=None), Reason.INSUFFICIENT_DELTA_BPS),
        (replace(ENOUGH, t_stat=1.999), Reason.INSUFFICIENT_T_STAT),
        (replace(ENOUGH, t_stat=math.nan), Reason.INSUFFICIENT_T_STAT),
        (replace(ENOUGH, guardrail_breaches=1), Reason.GUARDRAIL_BREACH),
        (replace(ENOUGH, honest=False), Reason.EV_HONESTY),
        (replace(ENOUGH, largest_unit_share=0.201), Reason.UNIT_SHARE),
        (replace(ENOUGH, largest_unit_share=math.nan), Reason.UNIT_SHARE),
    ],
)
def test_flipping_one_figure_is_exactly_its_reason(evidence: RampEvidence, reason: Reason) -> None:
    assert words(evidence) == [reason]


def test_a_family_of_few_outcomes_is_judged_by_the_closing_line_only() -> None:
    strict = EvidenceLimits(needs_closing_line=True)
    assert words(ENOUGH, strict) == [Reason.CLOSING_LINE]
    assert words(replace(ENOUGH, by_closing_line=True), strict) == []


def test_an_old_ramp_is_no_evidence() -> None:
    old = ramp_reading(
        ENOUGH,
        EvidenceLimits(),
        made_at=NOW - timedelta(hours=3),
        max_age=timedelta(hours=2),
    )
    got = verdict(Action.LIVE, [old], NOW)
    assert got.evidence_go is False
    assert "ramp_stale" in got.words


@pytest.mark.parametrize("name", ["delta_bps", "t_stat"])
@pytest.mark.parametrize("figure", [None, math.nan, -math.inf, 0.0])
def test_a_figure_that_cannot_be_computed_is_no_evidence(name: str, figure: float | None) -> None:
    found = ramp_reading(replace(ENOUGH, **{name: figure}), POLICY, made_at=NOW)  # type: ignore[arg-type]
    assert len(found.findings) == 1
    assert not found.ok(NOW)
    assert verdict(Action.LIVE, [found], NOW).evidence_go is False


@pytest.mark.parametrize(("breaches", "allowed"), [(1, 0), (3, 2), (2, 2), (0, 0)])
def test_no_figure_makes_up_for_a_guardrail_that_was_broken(breaches: int, allowed: int) -> None:
    best = replace(ENOUGH, fills=10**6, units=10**4, delta_bps=99.0, t_stat=99.0)
    limits = EvidenceLimits(max_guardrail_breaches=allowed)
    broken = words(replace(best, guardrail_breaches=breaches), limits)
    assert broken == ([Reason.GUARDRAIL_BREACH] if breaches > allowed else [])
