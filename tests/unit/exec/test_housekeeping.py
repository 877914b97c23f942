from __future__ import annotations

import hashlib
import json
import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from kalshi_alpha.config.housekeeping import load_housekeeping
from kalshi_alpha.datastore.feeds import Payload
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.tables import FeedStore, Observation
from kalshi_alpha.exec import housekeeping
from kalshi_alpha.exec.housekeeping import keep_house
from kalshi_alpha.exec.telemetry.shipper import ship
from made_up_feed import FEED
from runs import REPO, new_root

RULES = load_housekeeping(REPO / "configs" / "housekeeping.yaml").value
START = date(2025, 11, 26)
MONTH = 28
LINE = b'{"timestamp":"%s","event":"request","payload":{"n":%d},"session":"s","seq":1}\n'


NOISE = b" ".join(b"%d" % n for n in random.Random(1).sample(range(1000), 1000) * 3)


def put(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def protected(paths: Paths, day: date) -> list[Path]:
    """Return what no rule may ever touch, as a day leaves it."""
    return [
        paths.live_orders(day),
        paths.ledger_all,
        paths.order_journal,
        paths.practice_journal(f"rehearsal-{day}"),
        paths.memos / f"{day}.json",
        paths.alert_log,
        paths.fill_alpha,
        paths.kill_switch,
        paths.calibration("cpi"),
        paths.report("CPI", day),
        paths.artifacts / "paper_ledger_CPI.csv",
        paths.proposals / "KXCPI" / f"{day}.json",
        paths.state / "backups" / f"{day}.sqlite",
        paths.raw_source("kalshi") / "rotated" / "exec.jsonl.1.gz",
        paths.root / "data" / "raw" / f"note-{day}.txt",
    ]


def lived(paths: Paths, store: FeedStore, day: date, seed: random.Random) -> None:
    """Leave what a day of trading leaves, a hundredth of its size."""
    at = datetime.combine(day, datetime.min.time(), UTC)
    # A page that is fetched six times a day, and brings a new value the third time.
    table = store.table(FEED.table)
    for n in range(6):
        value = day.toordinal() - (n < 2)
        page = f"{day:%Y}-01-01={value}".encode() + b" <p>" * (600 + n)
        sent = at + timedelta(hours=4 * n)
        receipt = store.raw.keep(Payload("feed", page, sent), "txt")
        row = Observation({"on": date(2025, 1, 1), "value": value}, sent)
        table.append([row], retrieved_at=sent, raw_sha256=receipt.sha256)
    put(paths.telemetry(day), b"".join(LINE % (b"2026-01-01T00:00:00Z", n) for n in range(60)))
    begin = seed.randrange(2_000)
    put(paths.logs(day) / "daily_full.json", NOISE[begin : begin + 7_000])
    put(paths.orderbook("KXCPI-26NOV-T0.3") / f"{day:%Y%m%d}_120000Z.jsonl", NOISE[begin:])


def test_a_year_of_trading_holds_a_daily_size_and_loses_nothing_that_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths, seed = Paths(tmp_path), random.Random(7)
    store = FeedStore(paths)
    # A year of syncs would measure the disk of this machine.
    monkeypatch.setattr("os.fsync", lambda _: None)
    freed, held = 0, []
    marks: dict[Path, str] = {}
    for n in range(13 * MONTH + 1):
        day = START + timedelta(days=n)
        lived(paths, store, day, seed)
        ship(paths, day, datetime.combine(day, datetime.max.time(), UTC), compress=True)
        if n % MONTH == 0:
            for path in protected(paths, day):
                put(path, f"{path} {day}".encode())
                marks[path] = _sha256(path)
            at = datetime.combine(day + timedelta(days=1), datetime.min.time(), UTC)
            work = keep_house(paths, RULES, at, dry_run=False)
            assert work.left == []
            freed += work.freed.total()
            held.append(work.total)

    assert {path: _sha256(path) for path in marks} == marks
    written = (freed + held[-1]) / (13 * MONTH + 1)
    grown = (held[-1] - held[-6]) / (5 * MONTH)
    # Measured: 39,300 bytes written a day, 5,300 held of the largest settled one, and once all
    # ages are reached the root grows by 1,350 a day, which is what is kept for good.
    assert written > 25_000
    assert work.largest < 7_000
    assert grown < 1_800


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KALSHI_ALPHA_HOME", str(new_root(tmp_path)))
    monkeypatch.delenv("KALSHI_ENV", raising=False)
    return tmp_path


AS_OF = ("--as-of", "2026-11-26T09:45:00Z")


def test_a_dry_run_says_what_would_be_freed_and_touches_nothing(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = Paths(root).logs(date(2026, 1, 1)) / "daily_full.json"
    put(log, b"x" * 2_000_000)
    assert housekeeping.main([*AS_OF, "--dry-run"]) == 0
    assert capsys.readouterr().out == (
        "mode: OFFLINE\n"
        "logs: 1 files, 2.00 MB would be freed\n"
        "2.00 MB would be freed, 2.00 MB held\n"
    )
    assert log.exists()
    assert housekeeping.main([*AS_OF, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["freed_bytes"] == document["rules"]["logs"]["freed_bytes"] == 2_000_000
    assert document["held_bytes"] == 0
    assert not log.exists()


def test_what_had_to_be_left_is_named_even_when_quiet(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(Paths(root).telemetry(date(2026, 10, 1)), b"{}\n")
    assert housekeeping.main([*AS_OF, "--quiet"]) == 3
    said = capsys.readouterr()
    assert said.out == ""
    assert "never shipped; run kalshi_alpha.exec.telemetry.shipper" in said.err


def test_a_day_above_the_limit_is_named_with_its_remedy(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rules = root / "configs" / "housekeeping.yaml"
    rules.write_text(rules.read_text().replace("daily_limit_mb: 25", "daily_limit_mb: 0.001"))
    put(Paths(root).logs(date(2026, 10, 1)) / "a.log", bytes(range(256)) * 8)
    put(Paths(root).logs(date(2026, 10, 1)) / "b.log.gz", bytes(2000))
    assert housekeeping.main(list(AS_OF)) == 3
    assert "2026-10-01 holds 0.00 MB, more than daily_limit_mb" in capsys.readouterr().out


def test_a_rule_file_that_is_missing_is_a_failure_and_nothing_is_touched(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / "configs" / "housekeeping.yaml").unlink()
    assert housekeeping.main(list(AS_OF)) == 1
    assert "restore it from the repository" in capsys.readouterr().err
