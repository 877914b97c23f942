from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from desk import Desk
from kalshi_alpha.core.errors import UsageError
from kalshi_alpha.core.execution.expected_fill import SlippageMode
from kalshi_alpha.core.proposals.policy import SizingRule
from kalshi_alpha.exec.runners import scan
from kalshi_alpha.exec.runners.scan import (
    refuse_dangerous,
    scan_options,
    scan_request,
    scan_series,
)

FLAGS: dict[str, Any] = {
    "series": "CPI",
    "online": False,
    "offline": True,
    "fixtures_root": Path("venue"),
    "driver_fixtures": None,
    "output_dir": None,
    "pal_policy": None,
    "portfolio_config": None,
    "report": False,
    "paper_ledger": False,
    "broker": "dry",
    "acknowledged": False,
    "sizing": "kelly",
    "contracts": None,
    "kelly_cap": None,
    "bankroll": None,
    "min_ev": 0.005,
    "ev_honesty_shrink": 0.9,
    "pool": True,
    "fill_alpha": None,
    "slippage_mode": "top",
    "impact_cap": None,
    "max_var": None,
    "maker_only": True,
    "as_of": None,
    "as_json": False,
    "quiet": True,
}


def test_flags_become_options_exactly() -> None:
    options = scan_options(
        FLAGS | {"sizing": "fixed", "contracts": "0.1", "bankroll": "99.9", "slippage_mode": "mid"}
    )
    assert (options.sizing, options.contracts) == (SizingRule.FIXED, Decimal("0.1"))
    assert (options.bankroll_usd, options.slippage_mode) == (Decimal("99.9"), SlippageMode.MID)


@pytest.mark.parametrize(
    ("flags", "remedy"),
    [
        ({"maker_only": False}, "always post-only"),
        ({"broker": "live"}, "needs --i-understand-the-risks"),
        ({"broker": "live", "acknowledged": True}, "needs --online"),
    ],
)
def test_what_could_cost_money_is_refused(flags: dict[str, Any], remedy: str) -> None:
    with pytest.raises(UsageError, match=remedy):
        refuse_dangerous(FLAGS | flags)
    with pytest.raises(UsageError, match=remedy):
        scan_request(FLAGS | flags)


def test_both_data_modes_are_a_usage_error() -> None:
    with pytest.raises(UsageError, match="exactly one"):
        scan_request(FLAGS | {"online": True})


def test_a_request_is_run_into_a_folder_of_ones_choice(desk: Desk, tmp_path: Path) -> None:
    request = scan_request(
        FLAGS | {"fixtures_root": desk.venue, "output_dir": tmp_path / "mine", "series": "kxcpiyoy"}
    )
    assert scan_series(request) == 0
    assert [path.name for path in (tmp_path / "mine/KXCPIYOY").iterdir()] == [
        "2024-12-11T113000Z.json"
    ]
    assert not (desk.root / "exec").exists()


def test_no_go_stands_after_a_scan_fails_in_a_way_of_its_own(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    assert desk.scan().code == 0
    assert desk.verdict["go"] is True
    monkeypatch.setattr(scan, "read_inputs", broken)
    with pytest.raises(ZeroDivisionError):
        desk.scan()
    assert desk.verdict["go"] is False
