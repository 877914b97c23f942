"""The command online: what is fetched, kept and named, with every publisher in memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest

from kalshi_alpha.datastore import ingest as module
from kalshi_alpha.datastore.feeds import Endpoint, FeedAccess, Payload
from kalshi_alpha.datastore.ingest import main
from kalshi_alpha.drivers import transport
from made_up_feed import FEED, OTHER

FIXTURES = Path(__file__).parents[2] / "fixtures"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KALSHI_ALPHA_HOME", str(tmp_path))
    for name in ("KALSHI_ALPHA_AS_OF", "KALSHI_ALPHA_CONTACT", "KALSHI_ENV"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def network(home: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes | int]:
    """Bodies or statuses by host; any other host refuses."""
    answers: dict[str, bytes | int] = {}

    def handler(request: httpx2.Request) -> httpx2.Response:
        answer = answers.get(request.url.host, 404)
        if isinstance(answer, int):
            return httpx2.Response(answer)
        return httpx2.Response(200, content=answer)

    monkeypatch.setattr(httpx2, "HTTPTransport", lambda: httpx2.MockTransport(handler))
    monkeypatch.setattr(transport, "PAUSE_S", 0.0)
    monkeypatch.setenv("KALSHI_ALPHA_CONTACT", "ops@desk.example")
    return answers


def test_online_a_feed_is_fetched_kept_and_named_with_its_host(
    home: Path,
    network: dict[str, bytes | int],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(module, "installed_drivers", lambda: {"feed": FEED})
    network["feed.example"] = b"2024-12-10=2"
    assert main(["--all", "--online"]) == 0
    line = capsys.readouterr().out.splitlines()[2].split()
    assert line[:4] == ["feed", "1", "1", "2"]
    assert line[-2:] == ["feed.example", "ok"]
    assert len(list((home / "data/raw/feed").rglob("*.txt"))) == 1


def test_online_each_publishers_own_payloads_fill_its_table(
    home: Path, network: dict[str, bytes | int], capsys: pytest.CaptureFixture[str]
) -> None:
    """The network of this test says what the publishers said in December 2024."""
    said = {
        "api.bls.gov": "bls_cpi/2024-11-13.json",
        "www.clevelandfed.org": "cleveland_nowcast/2024-12-10.json",
        "gasprices.aaa.com": "aaa_gas/2024-12-11.html",
        "www.bls.gov": "macro_calendar/bls.ics",
        "www.federalreserve.gov": "macro_calendar/fomc.html",
        "oui.doleta.gov": "macro_calendar/claims.html",
        "home.treasury.gov": "treasury_yields/2024-12-12.xml",
    }
    network |= {host: (FIXTURES / path).read_bytes() for host, path in said.items()}
    network["fred.stlouisfed.org"] = b"observation_date,GASREGW\n2024-12-09,3.008\n"
    names = ("aaa_gas", "bls_cpi", "cleveland_nowcast", "eia_gas", "macro_calendar")
    args = [word for name in (*names, "treasury_yields") for word in ("--source", name)]
    assert main([*args, "--online", "--json"]) == 0
    feeds = {feed["source"]: feed for feed in json.loads(capsys.readouterr().out)["feeds"]}
    assert all(feed["rows"] > 0 and feed["errors"] == [] for feed in feeds.values())
    assert feeds["eia_gas"]["origin"] == "fred.stlouisfed.org GASREGW (fallback)"
    assert feeds["macro_calendar"]["payloads"] == 3
    assert (home / "data/proc/macro_calendar/latest.parquet").exists()
    assert (home / "data/proc/treasury_yields/latest.parquet").exists()


def test_online_fixtures_are_never_read_even_where_the_network_fails(
    home: Path,
    network: dict[str, bytes | int],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The fixtures folder is there, named on the command line, and holds every feed."""
    monkeypatch.chdir(Path(__file__).parents[3])
    assert main(["--all", "--online", "--fixtures", str(FIXTURES)]) == 4
    out, err = capsys.readouterr()
    for name in ("aaa_gas", "bls_cpi", "cleveland_nowcast", "macro_calendar"):
        assert f"{name}: FetchFailed" in err
        assert not list((home / "data/raw").glob(f"{name}/**/*.*"))
        assert not (home / "data/proc" / name / "vintages").exists()
    assert "fixture" not in out
    assert len(err.splitlines()) == 1


def test_online_a_feed_that_is_down_is_named_and_leaves_the_others(
    home: Path,
    network: dict[str, bytes | int],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    other = replace(OTHER, fetch=_fetch_other)
    monkeypatch.setattr(module, "installed_drivers", lambda: {"feed": FEED, "other": other})
    network["other.example"] = b"2024-12-10=7"
    assert main(["--all", "--online", "--json"]) == 4
    out, err = capsys.readouterr()
    failed, fine = json.loads(out)["feeds"]
    assert (failed["rows"], fine["rows"], fine["origin"]) == (0, 1, "other.example")
    assert "feed: FetchFailed: feed: https://feed.example/: HTTP 404" in err
    assert "other" not in err


def _fetch_other(access: FeedAccess, at: datetime) -> Iterator[Payload]:
    endpoint = Endpoint("other", frozenset({"other.example"}))
    body = access.get(endpoint, "https://other.example/")
    yield Payload("other", body, access.now(), origin="other.example")


def test_kept_answers_are_used_again_unless_a_refresh_is_forced(
    home: Path, network: dict[str, bytes | int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "installed_drivers", lambda: {"feed": FEED})
    network["feed.example"] = b"2024-12-10=2"
    assert main(["--all", "--online", "--force-refresh", "--quiet"]) == 0
    assert not (home / "data/cache").exists()
    assert main(["--all", "--online", "--quiet"]) == 0
    assert (home / "data/cache/http").is_dir()


def test_at_a_local_exchange_its_pages_are_read_at_its_time_and_kept_apart(
    home: Path,
    network: dict[str, bytes | int],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(module, "installed_drivers", lambda: {"feed": FEED})
    monkeypatch.setattr(module, "practised_clock", lambda _: Practised())
    monkeypatch.delenv("KALSHI_ALPHA_CONTACT")
    monkeypatch.setenv("KALSHI_ENV", "sim")
    monkeypatch.setenv("KALSHI_SIM_URL", "http://127.0.0.1:8080/")
    network["127.0.0.1"] = b"2024-12-10=2"
    assert main(["--all", "--online", "--force-refresh"]) == 0
    assert "at 2024-12-11 06:30 ET: 1 ok" in capsys.readouterr().out
    apart = home / "data/proc/practice/served"
    assert (apart / "data/proc/feed/vintages").is_dir()
    assert not (home / "data/proc/feed").exists()


class Practised:
    def now(self) -> datetime:
        return datetime(2024, 12, 11, 11, 30, tzinfo=UTC)


@pytest.mark.parametrize("url", ["", "http://198.51.100.7:80", "https://127.0.0.1:80"])
def test_a_local_exchange_that_is_none_is_asked_nothing(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], url: str
) -> None:
    monkeypatch.setenv("KALSHI_ENV", "sim")
    monkeypatch.setenv("KALSHI_SIM_URL", url)
    assert main(["--all", "--online"]) == 1
    [line] = capsys.readouterr().err.splitlines()
    assert "KALSHI_SIM_URL is not set" in line or "http://127.0.0.1:PORT" in line


def test_without_the_extra_for_live_feeds_it_says_so_in_one_line(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KALSHI_ALPHA_CONTACT", "ops@desk.example")
    monkeypatch.setitem(sys.modules, "httpx2", None)
    assert main(["--all", "--online"]) == 1
    assert capsys.readouterr().err == (
        "ingest: live feeds need the extra: pip install 'kalshi-alpha[live]'\n"
    )


def test_tries_and_a_broken_cache_add_no_line_to_what_went_wrong(home: Path) -> None:
    """A process of its own: what libraries print without being asked shows only there."""
    (home / "data/cache/http").mkdir(parents=True)
    (home / "data/cache/http/http.sqlite").write_bytes(b"no database" * 100)
    script = """
import sys, httpx2, stamina
from kalshi_alpha.datastore.ingest import main
stamina.set_testing(True, attempts=2)
answer = lambda request: httpx2.Response(503)
httpx2.HTTPTransport = lambda: httpx2.MockTransport(answer)
sys.exit(main(["--source", "aaa_gas", "--online", "--quiet"]))
"""
    environ = {**os.environ, "KALSHI_ALPHA_CONTACT": "ops@desk.example"}
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (4, "")
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert "aaa_gas: FetchFailed: aaa_gas: https://gasprices.aaa.com/: HTTP 503" in done.stderr
