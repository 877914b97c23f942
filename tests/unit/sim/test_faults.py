from __future__ import annotations

import ast
import inspect
import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.sim import faults
from kalshi_alpha.sim.faults import LASTS_S, SITE_OF, Fault, FaultPlan, ScriptedFault, Site

PAGE = Path(__file__).resolve().parents[3] / "docs/reference/local-exchange-faults.md"
NOW = datetime(2025, 6, 11, 10, 30, tzinfo=UTC)
LATER = NOW + timedelta(seconds=10)


def test_there_are_thirty_five_faults_each_at_one_site() -> None:
    assert len(Fault) == 35
    assert set(SITE_OF) == set(Fault)


def _described() -> dict[str, str]:
    tree = ast.parse(inspect.getsource(faults))
    (body,) = (n.body for n in tree.body if isinstance(n, ast.ClassDef) and n.name == "Fault")
    pairs = list(pairwise(body))
    return {
        name.targets[0].id: " ".join(text.value.value.split())
        for name, text in pairs
        if isinstance(name, ast.Assign)
        and isinstance(name.targets[0], ast.Name)
        and isinstance(text, ast.Expr)
        and isinstance(text.value, ast.Constant)
        and isinstance(text.value.value, str)
    }


def test_every_fault_says_what_the_maker_sees() -> None:
    assert list(_described()) == [fault.name for fault in Fault]


def test_the_page_of_faults_says_the_same() -> None:
    rows = re.findall(r"^\| `(\w+)` \| [^|]+ \| ([^|]+) \|$", PAGE.read_text(), re.MULTILINE)
    seen = {name: text for name, text in rows if not text[0].isdigit()}
    assert seen == {fault: _described()[fault.name] for fault in Fault}
    lasting = {name for name, text in rows if text[0].isdigit()}
    assert lasting == set(LASTS_S)


def test_a_plan_without_rates_or_script_does_nothing() -> None:
    plan = FaultPlan(1)
    assert all(plan.draw(list(Site), NOW, "x") is None for _ in range(100))
    assert plan.strikes == []


def test_an_injected_fault_strikes_its_count_of_times_and_only_at_its_site() -> None:
    plan = FaultPlan(1)
    plan.inject(Fault.SEQUENCE_GAP, 2)
    assert plan.draw([Site.REQUEST], NOW, "x") is None
    drawn = [plan.draw([Site.FRAME, Site.SEQUENCED], NOW, "book") for _ in range(3)]
    assert drawn == [Fault.SEQUENCE_GAP, Fault.SEQUENCE_GAP, None]
    assert [(s.at, s.fault, s.target) for s in plan.strikes] == [
        (NOW, Fault.SEQUENCE_GAP, "book"),
        (NOW, Fault.SEQUENCE_GAP, "book"),
    ]


def test_a_scripted_fault_waits_for_its_instant() -> None:
    plan = FaultPlan(script=[ScriptedFault(Fault.REQUEST_LOST, since=LATER)])
    assert plan.draw([Site.REQUEST], NOW, "x") is None
    assert plan.draw([Site.REQUEST], LATER, "x") is Fault.REQUEST_LOST


def test_rates_are_met_in_the_long_run_and_share_one_draw() -> None:
    plan = FaultPlan(3, {Fault.ACK_LATE: 0.2, Fault.ACK_TWICE: 0.1, Fault.FILL_LATE: 0.5})
    drawn = [plan.draw([Site.REQUEST, Site.CREATE], NOW, "x") for _ in range(20_000)]
    assert drawn.count(Fault.ACK_LATE) / 20_000 == pytest.approx(0.2, abs=0.01)
    assert drawn.count(Fault.ACK_TWICE) / 20_000 == pytest.approx(0.1, abs=0.01)
    assert Fault.FILL_LATE not in drawn


def test_the_same_seed_strikes_the_same_and_another_does_not() -> None:
    def run(seed: int) -> list[Fault | None]:
        plan = FaultPlan(seed, dict.fromkeys(Fault, 0.02))
        return [plan.draw([site], NOW, "x") for site in list(Site) * 20]

    assert run(7) == run(7)
    assert run(7) != run(8)


def test_nothing_strikes_or_lasts_once_the_plan_is_over() -> None:
    plan = FaultPlan(1, {Fault.REQUEST_LOST: 1.0}, until=LATER)
    plan.begin(Fault.SILENT_STALL, NOW)
    assert plan.draw([Site.REQUEST], NOW, "x") is Fault.REQUEST_LOST
    assert plan.lasts(Fault.SILENT_STALL, NOW)
    assert plan.draw([Site.REQUEST], LATER, "x") is None
    assert not plan.lasts(Fault.SILENT_STALL, LATER)


def test_stopping_ends_what_is_pending_and_what_lasts() -> None:
    plan = FaultPlan(1, {Fault.REQUEST_LOST: 1.0})
    plan.inject(Fault.ACK_LATE)
    plan.begin(Fault.RATE_LIMIT_STORM, NOW)
    plan.stop()
    assert plan.draw([Site.REQUEST], NOW, "x") is None
    assert not plan.lasts(Fault.RATE_LIMIT_STORM, NOW)


@pytest.mark.parametrize("fault", sorted(LASTS_S))
def test_what_lasts_ends_within_its_bounds(fault: Fault) -> None:
    low, high = LASTS_S[fault]
    plan = FaultPlan(5)
    for _ in range(50):
        plan.begin(fault, NOW, "here")
    assert plan.lasts(fault, NOW + timedelta(seconds=low) / 2, "here")
    assert not plan.lasts(fault, NOW, "elsewhere")
    ends = plan.ends_at(fault, "here")
    assert ends is not None
    assert NOW + timedelta(seconds=low) <= ends <= NOW + timedelta(seconds=high)
    assert not plan.lasts(fault, ends, "here")
    assert plan.ends_at(fault, "here") is None


@pytest.mark.parametrize(
    "rates",
    [
        {Fault.ACK_LATE: 1.5},
        {Fault.ACK_LATE: -0.1},
        {Fault.ACK_LATE: float("nan")},
        {Fault.ACK_LATE: 0.6, Fault.ACK_TWICE: 0.6},
    ],
)
def test_rates_that_are_no_probabilities_are_refused(rates: dict[Fault, float]) -> None:
    with pytest.raises(BadParameter):
        FaultPlan(1, rates)


def test_a_fault_that_never_strikes_is_no_script() -> None:
    with pytest.raises(BadParameter):
        ScriptedFault(Fault.ACK_LATE, count=0)
