from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from kalshi_alpha.config.housekeeping import load_housekeeping
from kalshi_alpha.datastore.feeds import Payload
from kalshi_alpha.datastore.housework import Chore, Left, Rule, chores, held
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.tables import FeedStore
from kalshi_alpha.datastore.take_in import take_in
from kalshi_alpha.exec.telemetry.shipper import ship
from made_up_feed import FEED
from runs import REPO

RULES = load_housekeeping(REPO / "configs" / "housekeeping.yaml").value
NOW = datetime(2026, 11, 26, 9, 45, tzinfo=UTC)
TEXT = b"a line of a log\n" * 100
LINE = b'{"timestamp":"2025-06-11T12:00:00Z","event":"sent","payload":{},"session":"s","seq":1}\n'


def aged(days: int) -> date:
    return NOW.date() - timedelta(days=days)


def put(path: Path, data: bytes = TEXT) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def found(paths: Paths) -> dict[str, tuple[Rule, str]]:
    """Return what is to be done, by file name: under which rule, and what then becomes of it."""
    what = {}
    for each in list(chores(paths, RULES, NOW)):
        if isinstance(each, Chore):
            each.do()
            state = "stays" if each.path.exists() else "gone"
            packed = each.path.with_name(f"{each.path.name}.gz").exists()
            what[each.path.name] = (each.rule, "packed" if packed else state)
        else:
            what[each.path.name] = (each.rule, "left")
    return what


@pytest.mark.parametrize(
    ("age", "then"), [(7, None), (8, "packed"), (120, "packed"), (121, "gone")]
)
def test_a_log_is_compressed_first_and_removed_later(
    tmp_path: Path, age: int, then: str | None
) -> None:
    paths = Paths(tmp_path)
    put(paths.logs(aged(age)) / "daily_pre_cpi.json")
    done = found(paths)
    assert done == ({} if then is None else {"daily_pre_cpi.json": (Rule.LOGS, then)})


@pytest.mark.parametrize(("age", "then"), [(2, None), (3, "packed"), (45, "packed"), (46, "gone")])
def test_recorded_frames_age_by_the_day_in_their_name(
    tmp_path: Path, age: int, then: str | None
) -> None:
    paths = Paths(tmp_path)
    name = f"{aged(age):%Y%m%d}_120000Z.jsonl"
    put(paths.orderbook("KXCPI-26NOV-T0.3") / name)
    assert found(paths) == ({} if then is None else {name: (Rule.BOOK_FRAMES, then)})


def test_telemetry_goes_once_its_package_holds_it_and_the_package_much_later(
    tmp_path: Path,
) -> None:
    paths = Paths(tmp_path)
    young, shipped, forgotten = aged(15), aged(17), aged(18)
    for day in (young, shipped, forgotten):
        put(paths.telemetry(day), LINE)
    for day in (young, shipped):
        ship(paths, day, NOW, compress=True)
    old = aged(551)
    put(paths.telemetry(old), LINE)
    ship(paths, old, NOW, compress=True)

    everything = list(chores(paths, RULES, NOW))
    assert [(each.rule, type(each)) for each in everything] == [
        *((Rule.TELEMETRY, Chore), (Rule.TELEMETRY, Left), (Rule.TELEMETRY, Chore))
    ]
    for each in everything:
        if isinstance(each, Chore):
            each.do()
    assert [paths.telemetry(d).exists() for d in (young, shipped, forgotten, old)] == [
        *(True, False, True, False)
    ]
    packages = [each for each in chores(paths, RULES, NOW) if each.rule is Rule.PACKAGES]
    assert {each.path.name for each in packages} == {
        *(f"exec-{old}.jsonl.gz", f"exec-{old}.manifest.json")
    }


def test_payloads_are_thinned_and_what_stays_is_compressed(tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    store = FeedStore(paths)
    start = datetime.combine(aged(40), datetime.min.time(), UTC)
    body = b"\n".join(f"2026-{m:02}-{d:02}=1".encode() for m in (1, 2) for d in range(1, 29))
    payloads = [Payload("feed", body + b" " * n, start + timedelta(hours=6 * n)) for n in range(30)]
    take_in(FEED, payloads, store, NOW)
    before = held(paths).total()
    day = paths.raw("feed", aged(40))
    dry = [each for each in chores(paths, RULES, NOW) if isinstance(each, Chore)]
    for each in chores(paths, RULES, NOW):
        assert isinstance(each, Chore)
        each.do()
    # The first payload brought the rows; of the other days the last stays.
    assert sorted(p.suffix for p in day.iterdir()) == [".gz", ".gz", ".jsonl"]
    assert before - held(paths).total() >= sum(each.freed for each in dry) * 0.9
    assert list(chores(paths, RULES, NOW)) == []


def test_a_feed_without_a_table_is_left_and_says_why(tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    at = datetime.combine(aged(50), datetime.min.time(), UTC)
    FeedStore(paths).raw.keep(Payload("feed", b"abc", at), "txt")
    (left,) = chores(paths, RULES, NOW)
    assert isinstance(left, Left)
    assert "ingest first" in left.why


def test_what_a_link_leads_to_is_not_seen(tmp_path: Path) -> None:
    paths, elsewhere = Paths(tmp_path / "root"), tmp_path / "elsewhere"
    kept = put(elsewhere / aged(300).isoformat() / "daily.json")
    (paths.proc / "logs").parent.mkdir(parents=True)
    (paths.proc / "logs").mkdir()
    (paths.proc / "logs" / aged(300).isoformat()).symlink_to(kept.parent)
    linked = paths.logs(aged(301)) / "daily.json"
    linked.parent.mkdir()
    linked.symlink_to(kept)
    assert list(chores(paths, RULES, NOW)) == []


def test_sizes_are_counted_by_the_day_that_they_are_of(tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    put(paths.telemetry(aged(1)))
    put(paths.logs(aged(1)) / "a.log")
    put(paths.orderbook("KXCPI-26NOV-T0.3") / f"{aged(2):%Y%m%d}_120000Z.jsonl.gz")
    put(paths.ledger_all)
    assert held(paths) == {aged(1): 2 * len(TEXT), aged(2): len(TEXT)}
