"""Scans of live books: the same commands with --online, at an exchange that listens beside."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kalshi_alpha.core.ledger.entry import LedgerMode
from kalshi_alpha.datastore.ledger import LedgerStore
from kalshi_alpha.datastore.paths import Paths
from scripts.served_exchange import REPOSITORY, ServedExchange, served

DAILY = "kalshi_alpha.exec.pipelines.daily"
SCAN = "kalshi_alpha.exec.runners.scan_ladders"


@pytest.fixture
def exchange(tmp_path: Path) -> Iterator[ServedExchange]:
    with served(tmp_path, "--seed", "3") as listening:
        yield listening


def start(exchange: ServedExchange, module: str, *flags: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", module, *flags],
        cwd=exchange.home,
        env=exchange.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_a_scan_reads_books_and_feeds_of_the_exchange(exchange: ServedExchange) -> None:
    fixtures = str(REPOSITORY / "tests/data_fixtures")
    scan = start(exchange, SCAN, "--series", "KXCPI", "--online", "--fixtures-root", fixtures)
    said, _ = scan.communicate(timeout=60)
    assert scan.returncode == 0, said
    assert said.startswith("CPI SIM 2024-12-11T11:3")
    go_no_go = json.loads((exchange.home / "reports/_artifacts/go_no_go.json").read_bytes())
    assert (go_no_go["mode"], go_no_go["go"]) == ("SIM", True)


def fill_one_of(exchange: ServedExchange, ticker: str) -> None:
    """Let others fill a contract of a market in the middle of the ladder once we rest there."""
    until = time.monotonic() + 40.0
    resting = exchange.until_resting(40.0)
    while not (ours := [o for o in resting if o["ticker"] == ticker]):
        assert time.monotonic() < until
        # Not without a pause: looks are reads of the account, whose budget the session needs.
        time.sleep(0.2)
        resting = exchange.orders("resting")
    exchange.admin("POST", "fill", {"order_id": ours[0]["order_id"], "count": "1.00"})


def test_live_orders_follow_a_report_end_with_the_session_and_learn_their_closing_mid(
    exchange: ServedExchange,
) -> None:
    daily = start(
        exchange,
        DAILY,
        *("--mode", "pre_cpi", "--online", "--broker", "live", "--i-understand-the-risks"),
        *("--scanner-fixtures", str(REPOSITORY / "tests/data_fixtures")),
        *("--report", "--paper-ledger"),
    )
    try:
        fill_one_of(exchange, "KXCPI-24NOV-T0.2")
    finally:
        daily.send_signal(signal.SIGTERM)
        said, _ = daily.communicate(timeout=30)
        # Shown with a failure: what the session itself said of it.
        sys.stdout.write(said)
    assert daily.returncode == 0, said
    assert exchange.orders("resting") == []
    assert exchange.orders()
    assert (exchange.home / "reports/CPI/2024-12-11.md").read_text().startswith("# CPI")
    rows = LedgerStore(Paths(exchange.home)).entries()
    assert {row.mode for row in rows} == {LedgerMode.SIM}
    sent = {row.run_scope for row in rows if row.run_scope.startswith("order:")}
    assert sent == {f"order:{order['client_order_id']}" for order in exchange.orders()}
    filled = [row for row in rows if row.filled_e2]
    assert filled
    assert {row.close_mid for row in filled} == {None}
    # After the close the next run asks for the mids of what was filled.
    close_at = max(row.closes_at for row in filled if row.closes_at is not None)
    exchange.admin(
        "POST", "clock", {"advance_s": (close_at - exchange.now()).total_seconds() + 180}
    )
    fixtures = str(REPOSITORY / "tests/data_fixtures")
    flags = ("--series", "KXCPI", "--online", "--paper-ledger", "--fixtures-root", fixtures)
    said, _ = start(exchange, SCAN, *flags).communicate(timeout=60)
    assert f"closing mids: {len(filled)} order" in said
    learned = {row.entry_id: row for row in LedgerStore(Paths(exchange.home)).entries()}
    for row in filled:
        mid = learned[row.entry_id].close_mid
        assert mid is not None
        assert 0.0 < mid < 1.0


def test_nothing_of_the_fixtures_is_there_when_the_exchange_is_gone(tmp_path: Path) -> None:
    with served(tmp_path) as gone:
        pass
    scan = start(gone, SCAN, "--series", "KXCPI", "--online")
    said, _ = scan.communicate(timeout=60)
    assert scan.returncode == 5, said
    assert said.count("\n") == 1
    assert "no exchange answers at http://127.0.0.1" in said
    assert not Path(gone.home, "exec").exists()
