from __future__ import annotations

import json
import shutil
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from kalshi_alpha.datastore.feeds import (
    Payload,
)
from kalshi_alpha.datastore.ingest import FeedSummary, ingest, installed_drivers, main
from kalshi_alpha.datastore.manifest import Manifest
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.tables import FeedStore
from made_up_feed import FEED, OTHER

FIXTURES = Path(__file__).parents[2] / "fixtures"
CLOCK = datetime(2024, 12, 11, 11, 30, tzinfo=UTC)
SETTLED = datetime(2024, 12, 11, 14, 0, tzinfo=UTC)


def payload(body: str, hours_ago: float = 1, source: str = "feed") -> Payload:
    return Payload(source, body.encode(), CLOCK - timedelta(hours=hours_ago), f"{hours_ago}.txt")


@pytest.fixture
def store(tmp_path: Path) -> FeedStore:
    return FeedStore(Paths(tmp_path))


def one(store: FeedStore, *payloads: Payload) -> FeedSummary:
    [summary] = ingest([FEED], payloads, store, CLOCK)
    return summary


def test_a_feed_is_kept_raw_parsed_stored_and_summed_up(store: FeedStore) -> None:
    summary = one(store, payload("2024-12-09=1\n2024-12-10=2"))
    assert summary == FeedSummary(
        source="feed",
        payloads=1,
        rows=2,
        new_rows=2,
        newest="2",
        newest_on=date(2024, 12, 10),
        age_days=1,
        retrieved_at=CLOCK - timedelta(hours=1),
        skipped={"noted": 1},
        errors=(),
    )
    assert [p.body for p in store.raw.payloads("feed")] == [b"2024-12-09=1\n2024-12-10=2"]
    assert [row["value"] for row in store.rows("feed", CLOCK)] == [1, 2]


def test_a_row_is_available_from_the_later_of_receipt_and_the_feeds_own_rhythm(
    store: FeedStore,
) -> None:
    early = datetime(2024, 12, 11, 8, 0, tzinfo=UTC)
    ingest([FEED], [Payload("feed", b"2024-12-10=1\n2024-12-11=2", early)], store, CLOCK)
    available = [row["available_at"] for row in store.rows("feed", CLOCK)]
    assert available == [early, datetime(2024, 12, 11, 9, 0, tzinfo=UTC)]


def test_repeating_an_ingest_adds_nothing(store: FeedStore) -> None:
    first = one(store, payload("2024-12-10=2"))
    assert one(store, payload("2024-12-10=2")) == FeedSummary(
        **{**{name: getattr(first, name) for name in first.__struct_fields__}, "new_rows": 0}
    )


def test_a_payload_received_after_the_clock_is_invisible(store: FeedStore) -> None:
    summary = one(store, payload("2024-12-10=1"), payload("2024-12-10=9", hours_ago=-0.001))
    assert (summary.payloads, summary.newest) == (1, "1")
    assert len(list(store.raw.payloads("feed"))) == 1


def test_a_payload_older_than_one_taken_in_before_is_refused_and_not_kept(
    store: FeedStore,
) -> None:
    newer, older = payload("2024-12-10=1", 1), payload("2024-12-10=2", 2)
    assert one(store, newer).ok
    assert one(store, newer, older).errors[0].startswith("DataError: feed: received before")
    assert one(store, newer).ok
    assert [row["value"] for row in store.rows("feed", CLOCK)] == [1]


def test_a_row_dated_after_its_own_receipt_is_refused_by_name(store: FeedStore) -> None:
    summary = one(store, payload("2024-12-10=1", 2), payload("2024-12-10=1\n2024-12-12=2"))
    assert not summary.ok
    assert summary.errors[0].startswith("FutureData: feed: dated 2024-12-12")
    assert [row["value"] for row in store.rows("feed", CLOCK)] == [1]


def test_a_refused_payload_spoils_its_own_feed_only_and_its_bytes_are_kept(
    store: FeedStore,
) -> None:
    payloads = [payload("<html>"), payload("2024-12-10=1", source="other")]
    failed, fine = ingest([FEED, OTHER], payloads, store, CLOCK)
    assert failed.errors[0] == "ParseRefused: feed: not a reading [1.txt]"
    assert (fine.ok, fine.rows) == (True, 1)
    assert [p.body for p in store.raw.payloads("feed")] == [b"<html>"]


def test_a_row_the_table_cannot_hold_is_a_failure_of_its_feed(store: FeedStore) -> None:
    summary = one(store, payload("2024-12-10=1\n2024-12-10=2"))
    assert summary.errors[0].startswith("BadParameter: feed: key")


def test_a_table_is_rebuilt_from_the_raw_payloads_alone(store: FeedStore) -> None:
    one(store, payload("2024-12-10=1", 3), payload("2024-12-10=2", 2), payload("<html>", 1))
    before = store.table(FEED.table).vintages(CLOCK)
    shutil.rmtree(store.paths.table("feed"))
    later = FeedStore(store.paths)
    assert one(later, *later.raw.payloads("feed")).new_rows == 2
    assert later.table(FEED.table).vintages(CLOCK).equals(before)


def test_a_torn_list_of_receipts_fails_its_feed_and_no_other(store: FeedStore) -> None:
    one(store, payload("2024-12-10=1"))
    (store.paths.raw("feed", CLOCK.date()) / "received.jsonl").write_text("{")
    payloads = [payload("2024-12-10=1"), payload("2024-12-10=1", source="other")]
    failed, fine = ingest([FEED, OTHER], payloads, store, CLOCK)
    assert failed.errors[0].startswith("TornFile")
    assert fine.ok


def test_a_feed_of_which_nothing_was_received_has_failed(store: FeedStore) -> None:
    summary = one(store)
    assert summary.errors == ("MissingData: feed: nothing received by 2024-12-11T11:30:00Z",)
    assert (summary.newest_on, summary.age_days, summary.retrieved_at) == (None, None, None)


# --- the fixtures of the reference scenario ------------------------------------------------


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> FeedStore:
    store = FeedStore(Paths(tmp_path_factory.mktemp("scenario")))
    payloads = Manifest(FIXTURES).payloads(SETTLED)
    assert all(s.ok for s in ingest(installed_drivers().values(), payloads, store, SETTLED))
    return store


def headline(store: FeedStore, as_of: datetime) -> dict[object, object]:
    rows = store.rows("bls_cpi", as_of)
    return {row["month"]: row["index_e3"] for row in rows if row["series_id"] == "CUSR0000SA0"}


def test_at_the_scenario_clock_the_release_that_settles_it_is_unknown(scenario: FeedStore) -> None:
    assert Manifest(FIXTURES).clock("pre_cpi") == CLOCK
    known = headline(scenario, CLOCK)
    assert max(known.items()) == (date(2024, 10, 1), 315454)
    assert len(known) == 142
    assert max(headline(scenario, SETTLED).items()) == (date(2024, 11, 1), 316441)


def test_at_the_scenario_clock_the_newest_nowcast_is_of_friday(scenario: FeedStore) -> None:
    rows = scenario.rows("cleveland_nowcast", CLOCK)
    november = [row for row in rows if row["target_month"] == date(2024, 11, 1)]
    assert (november[-1]["label_on"], november[-1]["mom_pct"]) == (date(2024, 12, 6), 0.2629)
    assert {row["kind"] for row in rows} == {"nowcast"}


def test_at_the_scenario_clock_gasoline_is_of_today_and_the_release_is_scheduled(
    scenario: FeedStore,
) -> None:
    gas = [row for row in scenario.rows("aaa_gas", CLOCK) if row["period"] == "current"]
    assert (gas[-1]["as_of_on"], gas[-1]["price_e4"]) == (date(2024, 12, 11), 30200)
    ahead = [
        row["release_at"]
        for row in scenario.rows("macro_calendar", CLOCK)
        if row["event"] == "cpi" and row["release_at"] is not None
    ]
    assert datetime(2024, 12, 11, 13, 30, tzinfo=UTC) in ahead


def test_each_gasoline_page_repeats_yesterdays_price(scenario: FeedStore) -> None:
    rows = scenario.rows("aaa_gas", CLOCK)
    current = {r["as_of_on"]: r["price_e4"] for r in rows if r["period"] == "current"}
    for row in rows:
        day = row["as_of_on"]
        assert isinstance(day, date)
        if row["period"] == "yesterday" and day - timedelta(days=1) in current:
            assert row["price_e4"] == current[day - timedelta(days=1)]


def test_the_calibration_history_knows_only_what_came_before_each_release() -> None:
    history = json.loads((FIXTURES / "cpi/history.json").read_text())["history"]
    months = [row["month"] for row in history]
    assert (months[0], months[-1], len(months)) == ("2021-06", "2024-10", 41)
    assert months == sorted(set(months))
    assert all(row["nowcast_on"] < row["release_on"] for row in history)
    assert not any("consensus" in key for row in history for key in row)


# --- the command ---------------------------------------------------------------------------


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KALSHI_ALPHA_HOME", str(tmp_path))
    for name in ("KALSHI_ALPHA_AS_OF", "KALSHI_ALPHA_CONTACT", "KALSHI_ENV"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def test_a_body_that_makes_a_library_give_up_spoils_its_own_feed_only(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One endless cell: the reader of comma-separated values raises an error of its own."""
    folder = tmp_path / "spoilt"
    shutil.copytree(FIXTURES, folder)
    (folder / "eia_gas/2024-12-10.json").write_bytes(b"a" * 200_000)
    assert main(["--all", "--offline", "--fixtures", str(folder), "--json"]) == 4
    out, err = capsys.readouterr()
    [line] = err.splitlines()
    assert line.startswith("ingest: eia_gas: WrongBody")
    feeds = json.loads(out)["feeds"]
    assert {feed["source"] for feed in feeds if feed["errors"]} == {"eia_gas"}
    # The one feed that is optional has no payload.
    assert {feed["source"] for feed in feeds if not feed["rows"]} == {"eia_gas", "ten_year_quote"}


OFFLINE = ["--offline", "--fixtures", str(FIXTURES)]


def test_the_run_book_command_ingests_every_feed(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--all", *OFFLINE]) == 0
    mode, *lines = capsys.readouterr().out.splitlines()
    assert mode == "mode: OFFLINE"
    assert [line.split()[0] for line in lines[1:-1]] == list(installed_drivers())
    assert {line.split()[-1] for line in lines[1:-1]} <= {"ok", "off"}
    assert lines[-1] == (
        "at 2024-12-11 06:30 ET: 10 ok, 1 off; off: not set up at this desk, no failure"
    )
    assert (home / "data/proc/bls_cpi/schema.json").exists()


def test_a_refresh_that_cannot_be_is_said_so(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--source", "macro_calendar", *OFFLINE, "--force-refresh", "--quiet"]) == 0
    out, err = capsys.readouterr()
    assert (out, err) == ("", "ingest: --force-refresh has no effect without --online\n")


def test_json_carries_the_clock_it_was_made_at(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--source", "bls_cpi", *OFFLINE, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["schema"], document["generated_at"]) == (1, "2024-12-11T11:30:00Z")
    [feed] = document["feeds"]
    assert (feed["source"], feed["newest_on"], feed["errors"]) == ("bls_cpi", "2024-10-01", [])


@pytest.mark.parametrize("how", ["flag", "environment", "flag over environment"])
def test_the_clock_can_be_set(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    args = ["--source", "bls_cpi", *OFFLINE]
    if how == "environment":
        monkeypatch.setenv("KALSHI_ALPHA_AS_OF", "2024-12-11T09:00:00-05:00")
    else:
        args += ["--as-of", "2024-12-11T14:00:00Z"]
    if how == "flag over environment":
        monkeypatch.setenv("KALSHI_ALPHA_AS_OF", "2024-12-11T11:30:00Z")
    assert main(args) == 0
    assert "CUSR0000SA0 2024-11 316.441" in capsys.readouterr().out


def test_tables_that_were_lost_come_back_from_the_raw_payloads(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--all", *OFFLINE]) == 0
    first = capsys.readouterr().out
    before = (home / "data/proc/macro_calendar/latest.parquet").read_bytes()
    shutil.rmtree(home / "data/proc")
    assert main(["--all", "--from-raw", "--as-of", "2024-12-11T11:30:00Z"]) == 0
    again = capsys.readouterr().out.replace("kept payload", "fixture")
    assert [line.split() for line in again.splitlines()] == [
        line.split() for line in first.splitlines()
    ]
    assert (home / "data/proc/macro_calendar/latest.parquet").read_bytes() == before


def test_a_root_that_cannot_be_written_is_one_line(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "data").write_text("a file where a folder should be")
    assert main(["--all", *OFFLINE]) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_quiet_says_nothing_when_all_is_well(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--source", "macro_calendar", *OFFLINE, "--quiet"]) == 0
    assert capsys.readouterr() == ("", "")


def test_a_failed_feed_ends_with_four_and_its_name_and_the_others_are_kept(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "fixtures"
    folder.mkdir()
    entries = [
        {"source": "aaa_gas", "path": "a.html", "retrieved_at": "2024-12-11T11:00:00Z"},
        {"source": "macro_calendar", "path": "b.ics", "retrieved_at": "2024-12-01T13:00:00Z"},
    ]
    clocks = {"default": "2024-12-11T11:30:00Z"}
    manifest = {"schema": 1, "clocks": clocks, "payloads": entries}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    (folder / "a.html").write_text("<html><title>Just a moment...</title></html>")
    (folder / "b.ics").write_bytes((FIXTURES / "macro_calendar/bls.ics").read_bytes())
    args = ["--source", "aaa_gas", "--source", "macro_calendar", "--offline"]
    assert main([*args, "--fixtures", str(folder), "--quiet"]) == 4
    error = capsys.readouterr().err
    assert "aaa_gas: WrongBody" in error
    assert "macro_calendar" not in error
    assert len(error.splitlines()) == 1
    assert FeedStore(Paths(home)).read("macro_calendar", CLOCK).height == 48


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        (["--all"], 2, "one of --online, --offline and --from-raw"),
        (["--all", "--online", "--offline"], 2, "one of --online, --offline and --from-raw"),
        (["--all", "--from-raw", "--offline"], 2, "one of --online, --offline and --from-raw"),
        (["--offline"], 2, "one of --all and --source"),
        (["--all", "--source", "bls_cpi", "--offline"], 2, "one of --all and --source"),
        (["--source", "nobody", "--offline"], 2, "unknown feed nobody"),
        (["--all", "--offline", "--as-of", "noon"], 2, "not an instant"),
        (["--all", "--offline", "--as-of", "2024-12-11T11:30:00"], 2, "needs its zone"),
        (["--all", "--offline", "--frob"], 2, "No such option"),
        (["--all", "--online"], 2, "set KALSHI_ALPHA_CONTACT"),
        (["--all", "--online", "--force-refresh"], 2, "set KALSHI_ALPHA_CONTACT"),
        (["--all", "--online", "--as-of", "2024-12-11T11:30:00Z"], 2, "keep their own time"),
        (["--all", "--offline", "--fixtures", "/nonexistent"], 4, "no fixtures in /nonexistent"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_its_exit_code(
    home: Path, capsys: pytest.CaptureFixture[str], args: list[str], code: int, words: str
) -> None:
    if "--fixtures" not in args:
        args = [*args, "--fixtures", str(FIXTURES)]
    assert main(args) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert words in err
    assert len(err.splitlines()) == 1
    assert not (home / "data").exists()


def test_a_progress_bar_is_shown_to_a_person_and_to_nobody_else(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--source", "macro_calendar", *OFFLINE]) == 0
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    assert main(["--source", "macro_calendar", *OFFLINE]) == 0
    out, err = capsys.readouterr()
    assert "macro_calendar" in err
    assert "\x1b" not in out


def test_due_times_and_stations_come_from_the_configuration_of_the_root(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(Path(__file__).parents[3] / "configs", home / "configs")
    assert main(["--all", *OFFLINE, "--json"]) == 0
    feeds = {feed["source"]: feed for feed in json.loads(capsys.readouterr().out)["feeds"]}
    assert feeds["bls_cpi"]["due_at"] == "2024-12-11T13:30:00Z"
    assert feeds["aaa_gas"]["due_at"] == "2024-12-11T12:15:00Z"
    assert feeds["macro_calendar"]["due_at"] is None
    assert feeds["aaa_gas"]["origin"] == "fixture"
