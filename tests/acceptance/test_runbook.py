"""The run-book from top to bottom, away from a venue: every command as it is printed.

What another test types as printed is not typed again here; ``docs/runbook/coverage.md`` says which
test shows what.
"""

from __future__ import annotations

import json
import re
import sys
from datetime import date
from importlib import metadata
from pathlib import Path

import polars as pl
from cryptography.hazmat.primitives import serialization as form
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from packaging.requirements import Requirement

from kalshi_alpha.brokers.kalshi.keys import Credentials
from kalshi_alpha.brokers.kalshi.signing import Signer
from kalshi_alpha.config.environment import KalshiEnv
from kalshi_alpha.core.monitors.texts import Monitor
from kalshi_alpha.datastore.paths import Paths
from run_book import Terminal
from runs import REPO, new_root

MORNING = "2024-12-11T11:30:00Z"
AFTERNOON = "2024-12-12T19:45:00Z"
STAMP = "20241211_113000"

# --- environment setup ----------------------------------------------------------------------


def test_the_development_set_that_the_run_book_installs_is_here() -> None:
    """``pip install -e .[dev]`` in this interpreter would find nothing left to install."""
    assert sys.version_info[:2] == (3, 11)
    assert sys.prefix != sys.base_prefix
    declared = [Requirement(line) for line in metadata.requires("kalshi-alpha") or ()]
    asked, wanted = {"dev"}, dict[str, Requirement]()
    while True:
        nested = {e for each in wanted.values() if each.name == "kalshi-alpha" for e in each.extras}
        asked |= nested
        found = {
            str(each): each
            for each in declared
            if each.marker is None or any(each.marker.evaluate({"extra": e}) for e in asked)
        }
        if found == wanted:
            break
        wanted = found
    assert {"pytest", "ruff", "mypy"} <= {each.name for each in wanted.values()}
    absent = [
        str(each)
        for each in wanted.values()
        if each.name != "kalshi-alpha" and metadata.version(each.name) not in each.specifier
    ]
    assert absent == []
    editable = metadata.distribution("kalshi-alpha").read_text("direct_url.json") or "{}"
    assert json.loads(editable)["dir_info"]["editable"] is True


def test_dotenv_files_are_read_by_commands_and_never_committed(tmp_path: Path) -> None:
    root = new_root(tmp_path)
    (root / ".env.local").write_text("KALSHI_ENV=nowhere\n")
    (root / ".env").write_text("KALSHI_ENV=sim\n")
    desk = Terminal(root)
    smoke = "python -m kalshi_alpha.dev.sanity_check --live-smoke"
    assert "nowhere" in desk.runs(smoke).err
    load = "python -c 'from kalshi_alpha.utils.env import load_env; print(load_env().kalshi_env)'"
    (root / ".env.local").write_text("KALSHI_ENV=demo\n")
    assert desk.runs(load).out == "demo\n"
    (root / ".env.local").unlink()
    assert desk.runs(load).out == "sim\n"
    ignored = (REPO / ".gitignore").read_text().split()
    assert {".env", ".env.*"} <= set(ignored)


KEYCHAIN = """
mkdir -p ~/Secure/kalshi
mv ~/Downloads/MyKey.txt ~/Secure/kalshi/private.pem
chmod 600 ~/Secure/kalshi/private.pem
security add-generic-password -a "$USER" -s KalshiAPIKeyID \\
  -w a-made-up-key-id
security add-generic-password -a "$USER" -s KalshiPrivateKeyPath \\
  -w "$HOME/Secure/kalshi/private.pem"
echo '# Kalshi credentials from macOS Keychain' >> ~/.zshrc
echo 'export KALSHI_API_KEY_ID="$(security find-generic-password -a "$USER" -s KalshiAPIKeyID -w 2>/dev/null)"' >> ~/.zshrc
echo 'export KALSHI_PRIVATE_KEY_PEM_PATH="$(security find-generic-password -a "$USER" -s KalshiPrivateKeyPath -w 2>/dev/null)"' >> ~/.zshrc
echo 'export KALSHI_ENV=prod' >> ~/.zshrc
source ~/.zshrc
"""  # noqa: E501 - as printed
SECURITY = """#!/bin/sh
[ "$2" = -a ] && [ "$3" = desk ] && [ "$4" = -s ] || exit 44
case "$1" in
  add-generic-password) printf '%s' "$7" > "$HOME/keychain.$5" ;;
  find-generic-password) cat "$HOME/keychain.$5" ;;
esac
"""
WHOSE = """
from os import environ
from kalshi_alpha.brokers.kalshi.keys import load_credentials
from kalshi_alpha.config.environment import KalshiEnv
print(load_credentials(KalshiEnv(environ["KALSHI_ENV"]), environ))
"""


def test_the_keychain_commands_export_what_the_client_reads(tmp_path: Path) -> None:
    pem = Ed25519PrivateKey.generate().private_bytes(
        form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption()
    )
    downloaded = tmp_path / "Downloads/MyKey.txt"
    downloaded.parent.mkdir()
    downloaded.write_bytes(pem)
    security = tmp_path / "bin/security"
    security.parent.mkdir()
    security.write_text(SECURITY)
    security.chmod(0o755)
    shell = Terminal(tmp_path, {"HOME": str(tmp_path), "USER": "desk"})
    with_keychain = f'export PATH="{security.parent}:$PATH"\n'
    typed = shell.runs(f"{with_keychain}{KEYCHAIN}python -c '{WHOSE}'")
    assert (typed.code, typed.err) == (0, "")
    assert typed.out == "Credentials(prod, key id ...y-id)\n"
    # A new shell has them without any typing, and a second entry takes the place of the first.
    rotated = f"{with_keychain}{KEYCHAIN.splitlines()[4].rstrip(chr(92))} -w another-made-up-id\n"
    again = shell.runs(f"{rotated}source ~/.zshrc\npython -c '{WHOSE}'")
    assert again.out == "Credentials(prod, key id ...p-id)\n"
    assert (tmp_path / "Secure/kalshi/private.pem").stat().st_mode & 0o777 == 0o600


# --- a day ----------------------------------------------------------------------------------

INGEST = "python -m kalshi_alpha.datastore.ingest --all --offline --fixtures tests/fixtures"
DAILY = """python -m kalshi_alpha.exec.pipelines.daily \\
  --mode pre_cpi \\
  --offline \\
  --driver-fixtures tests/fixtures \\
  --scanner-fixtures tests/data_fixtures \\
  --report --paper-ledger
"""
SCAN = """python -m kalshi_alpha.exec.runners.scan_ladders \\
  --series CPI \\
  --offline \\
  --fixtures-root tests/data_fixtures \\
  --output-dir exec/proposals \\
  --report --paper-ledger
"""
MONITORS = "python -m kalshi_alpha.exec.monitors.cli"
FRESHNESS = "python -m kalshi_alpha.exec.monitors.freshness"
RAMP = "python -m kalshi_alpha.exec.reports.ramp"
SCOREBOARD = "python -m kalshi_alpha.exec.scoreboard --window 7 --window 30"
BUNDLE = "python -m kalshi_alpha.exec.pilot_bundle"
SHIPPER = "python -m kalshi_alpha.exec.telemetry.shipper --day yesterday --compress"


def test_the_run_book_from_ingest_to_bundle(tmp_path: Path) -> None:
    desk, paths = Terminal(new_root(tmp_path)), Paths(tmp_path)
    assert desk.types(INGEST).code == 0
    done = desk.runs(DAILY)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("CPI OFFLINE 2024-12-11T11:30:00Z: GO\n")
    log = json.loads(next(paths.logs(date.fromisoformat("2024-12-11")).iterdir()).read_bytes())
    assert len(log["steps"]) == 6
    for name in ("csv", "json"):
        assert (paths.artifacts / f"paper_ledger_CPI.{name}").stat().st_size
    assert desk.types(SCAN).code == 0
    assert list((tmp_path / "exec/proposals/CPI").glob("*.json"))

    assert desk.types(FRESHNESS, clock=MORNING).code == 0
    assert desk.types(MONITORS, clock=MORNING).code == 0
    statuses = json.loads(paths.monitor("summary").read_bytes())["statuses"]
    assert set(statuses) == {each.value for each in Monitor}
    assert {path.stem for path in paths.monitors.iterdir()} == {*statuses, "summary"}
    _require_whole_report(paths)

    # What was run offline is no evidence, and the desk is told how to get some.
    ramp = desk.types(RAMP, clock=MORNING)
    assert (ramp.code, "insufficient_fills: CPI: 0, minimum 300" in ramp.out) == (3, True)
    _ship_yesterday(desk, paths)
    assert desk.types(BUNDLE, clock=MORNING).code == 0
    assert paths.pilot_bundle(STAMP).is_file()


def _require_whole_report(paths: Paths) -> None:
    """The report has all that the run-book reads in one, and the monitors' latest in its block."""
    report = paths.report("CPI", date.fromisoformat("2024-12-11")).read_text()
    for part in ("Proposals (", "Paper ledger", "Monitors", "EV honesty", "Data freshness"):
        assert f"\n## {part}" in report
    assert "- AAA month mean: $3.0801 (30 of 30 days)\n" in report
    assert "- AAA news since nowcast: " in report
    block = report.partition("<!-- monitors:begin -->")[2].partition("<!-- monitors:end -->")[0]
    for name in ("model_drift", "tz_not_et", "non_monotone_ladders", "freeze_window"):
        assert f"\n| {name} | " in block
    for text in (block, paths.root_report.read_text()):
        assert "\n| ev_seq_guard | NO_DATA | " in text


def _ship_yesterday(desk: Terminal, paths: Paths) -> None:
    told = paths.telemetry(date.fromisoformat("2024-12-10"))
    told.parent.mkdir(parents=True)
    line = {"schema": 1, "timestamp": "2024-12-10T12:00:00Z", "event": "sent", "payload": {}}
    told.write_text(json.dumps(line | {"session": "s", "seq": 1}) + "\n")
    assert desk.types(SHIPPER, clock=MORNING).code == 0
    assert {path.name for path in paths.shipped_telemetry.iterdir()} == {
        *("exec-2024-12-10.jsonl.gz", "exec-2024-12-10.manifest.json")
    }


# --- the ten-year close ---------------------------------------------------------------------

TENY = "python -m kalshi_alpha.exec.pipelines.daily --mode teny_close --offline --report"
VERIFY = (
    "python -m kalshi_alpha.exec.runners.scan_ladders --series TNEY --offline "
    "--fixtures-root tests/data_fixtures --ev-honesty-shrink 0.9 --quiet"
)


def test_the_afternoon_of_the_ten_year_runs_as_printed(tmp_path: Path) -> None:
    desk, paths = Terminal(new_root(tmp_path)), Paths(tmp_path)
    assert desk.types(TENY).code == 0
    _require_todays_tables(paths)
    verdict = json.loads(paths.go_no_go.read_bytes())["series"]["TNEY"]
    report = paths.report("TNEY", date.fromisoformat("2024-12-12")).read_text()
    assert f"## Verdict: {'GO' if verdict['go'] else 'NO-GO'}" in report
    assert verdict["go"] is True
    assert paths.flat_report("TNEY", date.fromisoformat("2024-12-12")).read_text() == report
    block = report.partition("<!-- monitors:begin -->")[2].partition("<!-- monitors:end -->")[0]
    assert re.search(r"ev_honesty_shrink.*0\.9", block)
    quiet = desk.runs(VERIFY)
    assert (quiet.code, quiet.out, quiet.err) == (0, "", "")
    assert desk.types(SCOREBOARD).code == 0
    assert paths.scoreboard(7).is_file()
    assert paths.scoreboard(30).is_file()
    assert paths.pilot_readiness.is_file()
    one = desk.types("python -m kalshi_alpha.exec.monitors.cli --series TNEY", clock=AFTERNOON)
    assert (one.code, "nothing stops live trading of TNEY" in one.out) == (0, True), one


def _require_todays_tables(paths: Paths) -> None:
    """The close is of the last day that had one; the calendar has today's row with its markers."""
    assert pl.read_parquet(paths.treasury_latest).height
    assert list(paths.treasury_daily.glob("*.parquet"))
    calendar = pl.read_parquet(paths.macro_calendar_latest)
    assert {"is_fomc", "is_cpi", "is_jobs", "is_claims"} <= set(calendar.columns)
    today = calendar.filter(pl.col(calendar.columns[0]).cast(pl.String) == "2024-12-12")
    assert today["is_claims"].to_list() == [True]


# --- figures and flags that no other test names -----------------------------------------------


def test_the_smoke_follows_books_for_five_minutes_by_default() -> None:
    from kalshi_alpha.dev import ws_smoke

    assert ws_smoke._parser().get_default("run_seconds") == 300.0


def test_the_file_of_the_heartbeat_is_where_the_run_book_looks(tmp_path: Path) -> None:
    desk = Terminal(new_root(tmp_path))
    assert desk.types("python -m kalshi_alpha.exec.heartbeat --beat").code == 0
    beat = json.loads((tmp_path / "data/proc/state/heartbeat.json").read_bytes())
    assert beat["running"] is False


def test_the_sizing_flags_of_the_run_book_are_taken(tmp_path: Path) -> None:
    desk = Terminal(new_root(tmp_path))
    scan = "python -m kalshi_alpha.exec.runners.scan_ladders --series CPI --offline --quiet"
    assert desk.types(f"{scan} --sizing kelly --kelly-cap 0.25 --maker-only").code == 0
    above = desk.types(f"{scan} --sizing kelly --kelly-cap 0.26")
    assert (above.code, "0.25" in above.err) == (2, True)


def test_a_signed_question_carries_the_three_headers_and_no_bearer_token() -> None:
    found = Credentials("a-made-up-key-id", Ed25519PrivateKey.generate(), KalshiEnv.PROD)
    headers = Signer(found).headers("GET", "/trade-api/v2/portfolio/balance", 1_733_916_600_000)
    assert set(headers) == {
        *("KALSHI-ACCESS-KEY", "KALSHI-ACCESS-TIMESTAMP", "KALSHI-ACCESS-SIGNATURE")
    }
    assert headers["KALSHI-ACCESS-TIMESTAMP"] == "1733916600000"


def test_the_demo_is_refused_without_its_own_key(tmp_path: Path) -> None:
    desk = Terminal(new_root(tmp_path))
    done = desk.types("python -m kalshi_alpha.dev.sanity_check --live-smoke --env demo")
    assert (done.code, done.out) == (1, "")
    assert "no demo API key: set KALSHI_DEMO_API_KEY_ID" in done.err
