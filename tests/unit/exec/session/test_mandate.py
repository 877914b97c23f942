from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from desk import AT, REPOSITORY, wired
from kalshi_alpha.config.environment import KalshiEnv
from kalshi_alpha.config.pilot import load_pilot
from kalshi_alpha.config.ramp import BASELINE
from kalshi_alpha.core.errors import ConfigError, ConfigWeakened, UsageError
from kalshi_alpha.core.gates import Action
from kalshi_alpha.core.proposals.bins import BinTable
from kalshi_alpha.core.proposals.policy import SizingPolicy, SizingRule
from kalshi_alpha.core.types import Contracts, Money
from kalshi_alpha.exec.scan_options import ScanOptions
from kalshi_alpha.exec.session.mandate import (
    Mandate,
    mandate_of,
    refused_standing,
    standing_verdict,
)
from kalshi_alpha.exec.session.readiness import PilotTerms
from kalshi_alpha.exec.session.request import PilotRequest
from kalshi_alpha.exec.wiring import Run

SHIPPED = REPOSITORY / "configs/pilot.yaml"


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return replace(wired(tmp_path / "root"), action=Action.SIM)


def asked(config: Path = SHIPPED) -> PilotRequest:
    return PilotRequest(
        series="KXCPI",
        env=KalshiEnv.SIM,
        pilot_config=config,
        fixtures_root=Path("nowhere"),
        driver_fixtures=None,
        seed=0,
        pace=1.0,
        options=ScanOptions(),
        as_json=False,
        quiet=True,
    )


@pytest.mark.parametrize(
    ("size", "order", "session", "total"),
    [(0.25, 1, 15, "37.5"), (0.5, 2, 30, "75"), (1, 5, 60, "150")],
)
def test_the_ramps_share_is_taken_of_everything(
    size: float, order: int, session: int, total: str
) -> None:
    mandate = Mandate(load_pilot(SHIPPED).value, BASELINE, PilotTerms(size=size))
    assert mandate.caps.default is not None
    assert mandate.caps.default.order_contracts == Contracts.whole(order)
    assert mandate.caps.total == Money.parse(total)
    assert mandate.clamp.contracts == Contracts.whole(session)


def test_quotes_are_sized_by_the_ramps_share_of_the_largest_order() -> None:
    mandate = Mandate(load_pilot(SHIPPED).value, BASELINE, PilotTerms(size=0.25))
    sizing = mandate.sizing(SizingPolicy(rule=SizingRule.KELLY, bankroll=Money.parse("1000")))
    assert (sizing.contracts, sizing.share) == (Contracts.whole(5), 0.25)


def test_ladders_are_scanned_with_the_bins_that_the_ramp_binds() -> None:
    bins = BinTable.of({}, "CPI")
    mandate = Mandate(load_pilot(SHIPPED).value, BASELINE, PilotTerms(size=0.25, bins=bins))
    assert mandate.options(ScanOptions(min_ev=0.02)) == ScanOptions(min_ev=0.02, bins=bins)


def test_a_family_that_the_file_does_not_name_is_refused(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "pilot.yaml"
    path.write_text(SHIPPED.read_text().replace("[CPI, CLAIMS", "[CLAIMS"))
    with pytest.raises(UsageError, match="does not allow CPI: its series are CLAIMS"):
        mandate_of(asked(path), run)


@pytest.mark.parametrize("named", ["[]", "[WEATHER]", "[TNEY, CLAIMS]"])
def test_only_a_family_that_the_file_names_has_a_mandate(
    run: Run, tmp_path: Path, named: str
) -> None:
    path = tmp_path / "pilot.yaml"
    text = SHIPPED.read_text()
    path.write_text(text.replace("series: [CPI, CLAIMS, TNEY, WEATHER]", f"series: {named}"))
    with pytest.raises((UsageError, ConfigError)):
        mandate_of(asked(path), run)
    path.write_text(text.replace("series: [CPI, CLAIMS, TNEY, WEATHER]", "series: [CPI]"))
    assert mandate_of(asked(path), run)[1].pilot.series == ("CPI",)


@pytest.mark.parametrize(
    ("agreed", "looser"),
    [
        ("order_contracts: 5 ", "order_contracts: 6 "),
        ("strike_usd: 25 ", "strike_usd: 26 "),
        ("contracts_in_15_s: 25", "contracts_in_15_s: 26"),
        ("orders_per_second: 5", "orders_per_second: 6"),
    ],
)
def test_no_other_file_loosens_what_was_agreed(
    run: Run, tmp_path: Path, agreed: str, looser: str
) -> None:
    path = tmp_path / "mine.yaml"
    assert agreed in SHIPPED.read_text()
    path.write_text(SHIPPED.read_text().replace(agreed, looser))
    with pytest.raises(ConfigWeakened, match=looser.partition(":")[0]):
        mandate_of(asked(path), run)


@pytest.mark.parametrize("size", [0.0, 0.5, 1.0])
def test_a_session_asks_for_no_more_than_the_ramps_share(size: float) -> None:
    mandate = Mandate(load_pilot(SHIPPED).value, BASELINE, PilotTerms(size=size))
    asked_for = SizingPolicy(rule=SizingRule.KELLY, bankroll=Money.parse("1000"), share=1.0)
    assert mandate.sizing(asked_for).share == size


def test_a_file_of_ones_own_is_no_way_around_a_cap(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(SHIPPED.read_text().replace("total_usd: 150 ", "total_usd: 151 "))
    with pytest.raises(ConfigWeakened, match=r"caps\.total_usd: 151 is above 150"):
        mandate_of(asked(path), run)


def test_a_rehearsal_of_the_order_path_waits_for_no_decision(run: Run) -> None:
    same, mandate = mandate_of(asked(), run)
    assert same.action is Action.SIM
    assert mandate.terms == PilotTerms()
    assert refused_standing(same, mandate, AT) is None


def test_practice_of_the_ramp_meets_no_real_venue(run: Run) -> None:
    path = run.paths.config("ramp")
    text = path.read_text().replace("practice: false", "practice: true")
    path.write_text(text.replace("modes: [paper, live]", "modes: [sim]"))
    practised, mandate = mandate_of(asked(), run)
    assert practised.action is Action.PRACTICE
    assert (mandate.terms.size, mandate.terms.bins is None) == (0.0, False)
    with pytest.raises(UsageError, match="practice"):
        mandate_of(asked(), replace(run, venue=KalshiEnv.PROD, action=Action.LIVE))


def test_money_is_refused_for_everything_that_is_not_on_the_disk(run: Run) -> None:
    live: Any = replace(run, action=Action.LIVE)
    mandate = Mandate(load_pilot(SHIPPED).value, BASELINE, PilotTerms(size=0.0))
    found = standing_verdict(live, mandate, AT)
    assert not found.go
    assert {"ledger_missing", "ramp_missing", "monitors_missing"} <= set(found.words)
    # What only a session can read is not asked for before there is one.
    assert {"clock_skew", "exchange_paused", "heartbeat_missing"}.isdisjoint(found.words)
    refusal = refused_standing(live, mandate, AT)
    assert refusal is not None
    assert refusal.verdict.words == found.words
