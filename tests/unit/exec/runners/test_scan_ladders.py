from __future__ import annotations

from decimal import Decimal

import pytest

from desk import Desk
from kalshi_alpha.exec.runners import scan_ladders


def test_help_names_every_flag_and_the_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    assert scan_ladders.main(["--help"]) == 0
    text = capsys.readouterr().out
    for flag in (
        *("--series", "--online", "--offline", "--fixtures-root", "--driver-fixtures"),
        *("--output-dir", "--report", "--paper-ledger", "--min-ev", "--contracts", "--sizing"),
        *("--kelly-cap", "--bankroll", "--fill-alpha", "--slippage-mode", "--impact-cap"),
        *("--ev-honesty-shrink", "--maker-only", "--max-var", "--pal-policy"),
        *("--portfolio-config", "--broker", "--as-of", "--json", "--quiet"),
        *("--i-understand-the-risks", "Exit codes"),
    ):
        assert flag in text


def test_the_series_must_be_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert scan_ladders.main(["--offline"]) == 2
    assert "--series" in capsys.readouterr().err


def test_fixed_sizing_asks_for_what_it_is_told(desk: Desk) -> None:
    document = desk.scan("--json", "--sizing", "fixed", "--contracts", "3").document
    assert document["proposals"]
    assert {p["contracts"] for p in document["proposals"]} == {"3.00"}


def test_a_count_is_a_ceiling_of_kellys(desk: Desk) -> None:
    document = desk.scan("--json", "--contracts", "50").document
    assert max(Decimal(p["contracts"]) for p in document["proposals"]) == 50


def test_a_smaller_bankroll_asks_for_less_and_is_printed(desk: Desk) -> None:
    large = desk.scan("--json").document
    small = desk.scan("--json", "--report", "--bankroll", "500").document
    staked = [sum(Decimal(p["max_loss"]) for p in each["proposals"]) for each in (large, small)]
    assert 0 < staked[1] <= 500 * Decimal("0.25") < staked[0]
    assert "Bankroll $500.00" in desk.report()


def test_a_tighter_policy_file_is_obeyed(desk: Desk) -> None:
    mine = desk.root / "mine.yaml"
    mine.write_text(
        (desk.root / "configs/pal_policy.yaml")
        .read_text()
        .replace("cap_usd: 3000", "cap_usd: 100")
        .replace("cap_usd: 2500", "cap_usd: 100")
        .replace('": 2500', '": 100')
    )
    document = desk.scan("--json", "--pal-policy", str(mine)).document
    by_event: dict[str, Decimal] = {}
    for p in document["proposals"]:
        by_event[p["event_ticker"]] = by_event.get(p["event_ticker"], Decimal(0)) + Decimal(
            p["max_loss"]
        )
    assert by_event
    assert max(by_event.values()) <= 100
    assert (
        document["config_sha256"]["pal_policy.yaml"]
        != desk.scan("--json").document["config_sha256"]["pal_policy.yaml"]
    )


def test_a_tuned_fill_ratio_is_stored_and_used(desk: Desk) -> None:
    desk.scan("--paper-ledger")
    tuned = desk.scan("--json", "--fill-alpha", "auto").document["fill_alpha"]
    assert tuned["n_orders"] > 0
    assert desk.json("data/proc/state/fill_alpha.json")["series"]["CPI"]["alpha"] == pytest.approx(
        tuned["alpha"]
    )
    assert desk.scan("--json").document["fill_alpha"] == tuned
