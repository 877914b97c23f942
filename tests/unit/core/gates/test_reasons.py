from __future__ import annotations

import pytest

from kalshi_alpha.core.gates.reasons import Part, Reason, describe

# The words that operators' scripts and dashboards already look for.
FIXED_WORDS = [
    "kill_switch", "STALE_FEEDS", "overdue", "freeze_window", "calendar_missing",
    "exchange_paused", "panic_backoff", "ledger_stale", "monitors_stale", "drawdown",
    "sequential_alert", "heartbeat_stale", "clock_skew", "tz_not_et", "non_monotone_ladders",
    "market_inconsistent", "config_weakened", "no_live_quote", "not_built",
    "negative_ev_after_fees", "model_drift", "TENY_SERIES_MISMATCH",
]  # fmt: skip


@pytest.mark.parametrize("word", FIXED_WORDS)
def test_the_operators_words_are_reasons(word: str) -> None:
    assert Reason(word).value == word


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_has_cause_effect_and_remedy(reason: Reason) -> None:
    text = describe(reason)
    for sentence in (text.cause, text.effect, text.remedy):
        assert sentence.endswith(".")
        assert sentence[0].isupper() or sentence.startswith(("data/", "reports/"))


def test_a_breach_names_its_way_out() -> None:
    remedy = describe(Reason.GUARDRAIL_BREACH).remedy
    for word in ("declared_at", "configs/ramp.yaml", "`make pilot-readiness`"):
        assert word in remedy


def test_only_the_ramps_figures_speak_against_evidence() -> None:
    evidence = {reason for reason in Reason if reason.part is Part.EVIDENCE}
    assert evidence == {
        Reason.INSUFFICIENT_FILLS,
        Reason.INSUFFICIENT_UNITS,
        Reason.UNIT_SHARE,
        Reason.CLOSING_LINE,
        Reason.INSUFFICIENT_DELTA_BPS,
        Reason.INSUFFICIENT_T_STAT,
        Reason.EV_HONESTY,
        Reason.POLICY_OVERRIDE,
    }
