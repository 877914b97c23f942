from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.datastore.paths import DESK, Paths

ROOT = Path("/srv/desk")
DAY = date(2025, 6, 1)
PATHS = Paths(ROOT)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (PATHS.raw("bls_cpi", DAY), "data/raw/bls_cpi/2025/06/01"),
        (PATHS.telemetry(DAY), "data/raw/kalshi/2025/06/01/exec.jsonl"),
        (PATHS.orderbook("KXCPI-25MAY-T0.2"), "data/raw/kalshi/orderbook/KXCPI-25MAY-T0.2"),
        (PATHS.kill_switch, "data/proc/state/kill_switch"),
        (PATHS.heartbeat, "data/proc/state/heartbeat.json"),
        (PATHS.fill_alpha, "data/proc/state/fill_alpha.json"),
        (PATHS.slippage, "data/proc/state/slippage.json"),
        (PATHS.order_journal, "data/proc/state/orders.sqlite"),
        (PATHS.alert_log, "data/proc/state/alerts.jsonl"),
        (PATHS.memos, "data/proc/state/memos"),
        (PATHS.ledger_all, "data/proc/ledger_all.parquet"),
        (PATHS.live_orders(DAY), "data/proc/audit/live_orders_20250601.jsonl"),
        (PATHS.logs(DAY), "data/proc/logs/2025-06-01"),
        (PATHS.table("aaa_gas"), "data/proc/aaa_gas"),
        (PATHS.calibration("CPI"), "data/proc/cpi_calib.parquet"),
        (PATHS.treasury_latest, "data/proc/treasury_yields/latest.parquet"),
        (PATHS.treasury_daily, "data/proc/treasury_yields/daily"),
        (PATHS.macro_calendar_latest, "data/proc/macro_calendar/latest.parquet"),
        (PATHS.orderbook_imbalance("TNEY-1"), "data/proc/kalshi/orderbook_imbalance/TNEY-1.json"),
        (PATHS.market, "data/market"),
        (PATHS.market_at("prod"), "data/market"),
        (PATHS.market_at("sim"), "data/market_sim"),
        (PATHS.stream("sim", "CPI"), "data/raw/kalshi/stream/sim/CPI"),
        (PATHS.root_report, "REPORT.md"),
        (PATHS.report("CPI", DAY), "reports/CPI/2025-06-01/REPORT.md"),
        (PATHS.flat_report("CPI", DAY), "reports/CPI/2025-06-01.md"),
        (PATHS.tearsheet("CPI", DAY), "reports/CPI/2025-06-01/tearsheet.html"),
        (PATHS.tearsheet(DESK, DAY), "reports/DESK/2025-06-01/tearsheet.html"),
        (PATHS.scoreboard(7), "reports/scoreboard_7d.md"),
        (PATHS.pilot_ready, "reports/pilot_ready.json"),
        (PATHS.pilot_readiness, "reports/pilot_readiness.md"),
        (
            PATHS.pilot_bundle("20250601_103000"),
            "reports/pilot_bundle_20250601_103000.tar.gz",
        ),
        (PATHS.freshness, "reports/_artifacts/monitors/freshness.json"),
        (PATHS.go_no_go, "reports/_artifacts/go_no_go.json"),
        (PATHS.pilot_session, "reports/_artifacts/pilot_session.json"),
        (PATHS.shipped_telemetry, "reports/_artifacts/telemetry"),
        (PATHS.proposals, "exec/proposals"),
        (PATHS.config("pal_policy"), "configs/pal_policy.yaml"),
        (PATHS.dotenv_files[0], ".env.local"),
        (PATHS.dotenv_files[1], ".env"),
    ],
)
def test_each_path_of_the_run_book_lies_where_the_run_book_says(path: Path, expected: str) -> None:
    assert path == ROOT / expected


@pytest.mark.parametrize("name", ["", "..", "../etc", "a/b", "/etc/passwd", "a\x00b", ".hidden"])
def test_a_name_that_would_leave_its_folder_is_refused(name: str) -> None:
    with pytest.raises(BadParameter):
        PATHS.orderbook(name)
    with pytest.raises(BadParameter):
        PATHS.raw(name, DAY)


def test_the_root_is_absolute_even_when_given_relative() -> None:
    assert Paths(Path("desk")).root == Path.cwd() / "desk"


def test_the_root_comes_from_the_environment_or_is_the_current_directory() -> None:
    assert Paths.from_environ({"KALSHI_ALPHA_HOME": "/srv/desk"}) == PATHS
    assert Paths.from_environ({"KALSHI_ALPHA_HOME": ""}).root == Path.cwd()
    assert Paths.from_environ({}).root == Path.cwd()
