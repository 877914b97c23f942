from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kalshi_alpha.brokers.account_lock import account_lock
from kalshi_alpha.brokers.journal import OrderJournal
from kalshi_alpha.config import environment
from kalshi_alpha.core.orders import events as ev
from kalshi_alpha.core.orders.intent import OrderIntent
from kalshi_alpha.core.types import Contracts, Price, Side
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.emergency_cancel import (
    CANCEL_ALL,
    ENV_VARIABLE,
    Cancelling,
    cancel_what_rests,
)

NOW = datetime(2025, 6, 11, 10, 30, tzinfo=UTC)
INTENT = OrderIntent(
    series="CPI",
    event_ticker="KXCPI-25MAY",
    ticker="KXCPI-25MAY-T0.3",
    side=Side.YES,
    price=Price.parse("0.3400"),
    contracts=Contracts.whole(10),
    expires_at=NOW + timedelta(hours=1),
    decided_at=NOW,
)
INTENDED = ev.Intended(at=NOW, client_order_id=INTENT.client_order_id, intent=INTENT)
CANCELLED = ev.Cancelled(at=NOW, client_order_id=INTENT.client_order_id, removed=INTENT.contracts)


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    paths = Paths(tmp_path)
    paths.state.mkdir(parents=True)
    return paths


@pytest.fixture
def resting(paths: Paths) -> Paths:
    with OrderJournal(paths.order_journal) as journal:
        journal.append([INTENDED])
    return paths


def cancelled_by(paths: Paths, script: str, within_s: float = 10.0) -> Cancelling:
    return cancel_what_rests(
        paths.root, os.environ, NOW, command=("-c", script), cancel_within_s=within_s
    )


def test_nothing_that_rests_starts_nothing(paths: Paths) -> None:
    with OrderJournal(paths.order_journal) as journal:
        journal.append([INTENDED, CANCELLED])
    found = cancelled_by(paths, "raise SystemExit(1)")
    assert found == Cancelling(confirmed=True, exit_code=0, detail="0 resting, 0 unknown")


def test_without_a_runner_cancel_all_is_started_and_its_word_shown(resting: Paths) -> None:
    told: list[str] = []
    script = "import os; print('cancelled 1 order below', os.environ['KALSHI_ALPHA_HOME'])"
    found = cancel_what_rests(
        resting.root, os.environ, NOW, tell=told.append, command=("-c", script)
    )
    assert (found.confirmed, found.exit_code) == (True, 0)
    assert f"cancelled 1 order below {resting.root}" in found.detail
    assert told == ["0 resting, 1 unknown: no session runs, starting exec.orders cancel-all"]
    kept = resting.logs(NOW.date()) / "cancel_all_20250611T103000_000000Z.log"
    assert "cancelled 1 order" in kept.read_text()


@pytest.mark.parametrize("stated", [{}, {"KALSHI_ENV": "prod"}])
def test_the_cancel_goes_to_the_account_whose_orders_these_are(
    paths: Paths, stated: dict[str, str]
) -> None:
    with OrderJournal(paths.order_journal, "demo") as journal:
        journal.append([INTENDED])
    command = ("-c", "import os; print('venue', os.environ['KALSHI_ENV'])")
    environ = {k: v for k, v in os.environ.items() if not k.startswith("KALSHI")} | stated
    found = cancel_what_rests(paths.root, environ, NOW, command=command)
    assert "venue demo" in found.detail
    assert ENV_VARIABLE == environment.ENV


def test_a_journal_that_cannot_be_read_is_reason_enough(paths: Paths) -> None:
    paths.order_journal.write_bytes(b"torn" * 500)
    assert cancelled_by(paths, "print('cancelled everything')").confirmed


@pytest.mark.parametrize("code", [5, 2, 1, 4])
def test_a_cancel_that_fails_is_told_with_its_code(resting: Paths, code: int) -> None:
    found = cancelled_by(resting, f"print('venue said no'); raise SystemExit({code})")
    assert (found.confirmed, found.exit_code) == (False, 5)
    assert f"exit code {code}" in found.detail
    assert "venue said no" in found.detail


def test_a_cancel_that_is_killed_is_a_failure_of_the_venue_call(resting: Paths) -> None:
    found = cancelled_by(resting, "import os; os.kill(os.getpid(), 9)")
    assert (found.confirmed, found.exit_code) == (False, 5)


def test_a_cancel_that_takes_too_long_goes_on_by_itself(resting: Paths) -> None:
    found = cancelled_by(
        resting, "import time, sys; time.sleep(1.5); open('done', 'w').close()", within_s=0.1
    )
    assert (found.confirmed, found.exit_code) == (False, 5)
    assert "still runs as process" in found.detail
    until = time.monotonic() + 10
    while not (resting.root / "done").exists():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_output_that_cannot_be_kept_stops_no_cancel(resting: Paths) -> None:
    (resting.proc / "logs").write_text("no folder")
    found = cancelled_by(resting, "print('cancelled')")
    assert found.confirmed
    assert "could not be kept" in found.detail


def test_output_that_was_removed_meanwhile_is_said_to_be_gone(resting: Paths) -> None:
    script = "import pathlib; [p.unlink() for p in pathlib.Path('data/proc/logs').rglob('*.log')]"
    found = cancelled_by(resting, script)
    assert found.confirmed
    assert "cannot be read" in found.detail


def test_an_interpreter_that_is_gone_is_told_with_the_way_out(
    resting: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(resting.root / "gone"))
    found = cancelled_by(resting, "")
    assert (found.confirmed, found.exit_code) == (False, 5)
    assert "the venue's own site" in found.detail


def test_a_runner_that_holds_the_lock_is_waited_for_and_nothing_is_started(
    resting: Paths,
) -> None:
    told: list[str] = []

    def runner_cancels() -> None:
        time.sleep(0.3)
        with OrderJournal(resting.order_journal) as journal:
            journal.append([CANCELLED])

    with account_lock(resting.order_journal, "pilot --series CPI"):
        runner = threading.Thread(target=runner_cancels)
        runner.start()
        found = cancel_what_rests(
            resting.root, os.environ, NOW, tell=told.append, command=("-c", "raise SystemExit(9)")
        )
        runner.join()
    assert found == Cancelling(
        confirmed=True, exit_code=0, detail="confirmed by its journal: nothing rests"
    )
    assert "(pilot --series CPI) holds the account's lock" in told[0]


def test_a_runner_that_does_not_cancel_in_time_is_named(resting: Paths) -> None:
    with account_lock(resting.order_journal, "pilot --series CPI"):
        found = cancel_what_rests(resting.root, os.environ, NOW, runner_within_s=0.2)
    assert (found.confirmed, found.exit_code) == (False, 5)
    assert "not confirmed within 0.2 s: 0 resting, 1 unknown" in found.detail
    assert "pilot --series CPI" in found.detail


def test_what_is_started_is_the_orders_command() -> None:
    assert CANCEL_ALL == ("-m", "kalshi_alpha.exec.orders", "cancel-all")


def test_a_closed_terminal_does_not_end_the_cancel(resting: Paths) -> None:
    found = cancelled_by(resting, "import os; print(os.getsid(0) == os.getpid())")
    assert "True" in found.detail


def test_this_module_needs_the_standard_library_only() -> None:
    code = (
        "import sys; import kalshi_alpha.exec.emergency_cancel\n"
        "print(*sorted({n.partition('.')[0] for n in sys.modules}))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    foreign = set(run.stdout.split()) - sys.stdlib_module_names - {"sitecustomize", "kalshi_alpha"}
    assert {name for name in foreign if not name.startswith("_")} == set()
