"""A CPI morning as `make demo` runs it: 06:30 in New York on 11 December 2024, two hours before
the November print, and then half an hour after it.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import shutil
import subprocess
import sys
from decimal import ROUND_CEILING, Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import polars as pl
import pytest

from desk import CLOCK, REPOSITORY, STAMP, Desk
from kalshi_alpha.datastore.ledger import LEDGER_SCHEMA

AFTER_RELEASE = "2024-12-11T14:00:00Z"
FULL = ("--report", "--paper-ledger")
WRITTEN_FOLDERS = ("data", "exec", "reports", "REPORT.md")


def listed_markets(desk: Desk) -> set[str]:
    """Every market of the venue's fixtures, read without this program."""
    found = set()
    for path in (desk.venue / "events").glob("KXCPI*.json"):
        event = json.loads(path.read_bytes())["event"]
        found |= {market["ticker"] for market in event["markets"]}
    return found


def contents(folder: Path) -> dict[str, str]:
    """The hash of every file below a folder."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def log_odds(probability: float) -> float:
    return math.log(probability / (1 - probability))


def row_of(desk: Desk, ticker: str, at: str = CLOCK) -> dict[str, Any]:
    wanted = (pl.col("market_ticker") == ticker) & (
        pl.col("as_of") == pl.lit(at).str.to_datetime(time_zone="UTC")
    )
    [row] = desk.ledger().filter(wanted).to_dicts()
    return row


def test_the_morning_is_go_and_every_proposal_reaches_the_dry_broker(desk: Desk) -> None:
    done = desk.daily(*FULL)

    assert (done.code, done.err) == (0, "")
    assert desk.json("reports/_artifacts/go_no_go.json")["go"] is True
    assert (desk.verdict["go"], desk.verdict["safety_go"], desk.reasons) == (True, True, [])
    proposed = desk.proposals()["proposals"]
    assert proposed
    assert [(o.ticker, o.side.value, str(o.price)) for o in desk.orders] == [
        (p["market_ticker"], p["side"], p["price"]) for p in proposed
    ]
    assert done.out.startswith("CPI OFFLINE 2024-12-11T11:30:00Z: GO\n")
    assert "## Verdict: GO" in desk.report()


def test_every_market_is_proposed_or_has_its_reason_and_never_both(desk: Desk) -> None:
    desk.daily("--report")

    document = desk.proposals()
    proposed = [p["market_ticker"] for p in document["proposals"]]
    passed = [p["market_ticker"] for p in document["not_proposed"]]
    assert sorted(proposed + passed) == sorted(listed_markets(desk))
    assert all(p["reason"] and p["detail"] for p in document["not_proposed"])
    assert {"one_sided_book"} <= {p["reason"] for p in document["not_proposed"]}
    for ticker in passed:
        assert f"| {ticker} |" in desk.report().partition("## Not traded")[2]


def test_a_proposal_carries_all_that_an_operator_needs_to_judge_it(desk: Desk) -> None:
    desk.daily()

    [p] = [p for p in desk.proposals()["proposals"] if p["market_ticker"] == "KXCPI-24NOV-T0.3"]
    price, contracts = Decimal(p["price"]), Decimal(p["contracts"])
    assert p["side"] == "no"
    assert p["strike"] == "> 0.3"
    assert p["prob_market"] <= p["prob_pooled"] <= p["prob_model"]
    assert p["prob_honest"] == pytest.approx(
        float(price) + 0.9 * (p["prob_pooled"] - float(price)), abs=1e-9
    )
    fee = (Decimal("0.0175") * contracts * price * (1 - price)).quantize(
        Decimal("0.0001"), rounding=ROUND_CEILING
    )
    assert Decimal(p["fee"]) == fee
    assert Decimal(p["max_loss"]) == contracts * price + fee
    phi = float(fee / contracts)
    assert p["ev_raw"] == pytest.approx(p["prob_pooled"] - float(price) - phi, abs=1e-9)
    assert p["ev_honest"] == pytest.approx(
        0.9 * (p["prob_pooled"] - float(price)) - phi - 0.005, abs=1e-9
    )
    assert p["ev_shrink"] == {
        "s": 0.9,
        "w_bin": 1.0,
        "lambda_adv": 0.005,
        "phi": pytest.approx(phi),
    }
    assert 0.0 < p["staked_fraction"] < p["kelly_fraction"] < 1.0
    assert Decimal(p["pal_room"]) > Decimal(p["max_loss"])


def test_every_artifact_carries_its_schema_its_time_and_the_hashes_it_was_made_from(
    desk: Desk,
) -> None:
    desk.daily(*FULL)

    for name in desk.files():
        if name.endswith(".json") and not name.startswith("data/raw") and "schema.json" not in name:
            document = desk.json(name)
            schema = LEDGER_SCHEMA if "paper_ledger" in name else 1
            assert (document["schema"], document["generated_at"]) == (schema, CLOCK), name
    config = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (desk.root / "configs").glob("*.yaml")
        # No scan is gated by these: what they judge, or keep, comes after it.
        if path.stem not in {"housekeeping", "monitors", "ramp"}
    }
    gasoline = (desk.drivers / "aaa_gas/2024-12-11.html").read_bytes()
    for document in (desk.verdict, desk.proposals()):
        assert document["config_sha256"] == config
        inputs = {used["source"]: used for used in document["inputs"]}
        assert set(inputs) >= {"aaa_gas", "bls_cpi", "cleveland_nowcast", "macro_calendar"}
        assert inputs["aaa_gas"]["sha256"] == hashlib.sha256(gasoline).hexdigest()
        assert inputs["aaa_gas"]["age_s"] == 1800.0
    assert {reading["name"] for reading in desk.verdict["readings"]} >= {
        *("config", "kill_switch", "time_zone", "feeds", "schedule", "heartbeat", "quality_gates")
    }
    assert desk.proposals()["calibration_sha256"] in desk.report()


def test_monthly_and_yearly_changes_come_from_one_latent_draw(desk: Desk) -> None:
    """November's index is October's adjusted one moved by the draw, so the yearly change moves with
    it one for one, times the unadjusted level of October 2024 over November 2023's (1.0281).
    """
    desk.daily()
    before = {f["quantity"]: f for f in desk.proposals()["forecasts"]}
    nowcasts = desk.drivers / "cleveland_nowcast/2024-12-10.json"
    assert before["cpi_mom"]["latent_mean"] == pytest.approx(0.2629)
    desk.edit(nowcasts, "0.2629", "0.3629")
    shutil.rmtree(desk.root / "data")  # a payload of the same instant would be no news

    desk.daily()
    after = {f["quantity"]: f for f in desk.proposals()["forecasts"]}

    def moved(quantity: str) -> float:
        change: float = after[quantity]["latent_mean"] - before[quantity]["latent_mean"]
        return change

    assert moved("cpi_mom") == pytest.approx(0.1)
    assert moved("cpi_yoy") == pytest.approx(0.1 * 1.0281, abs=2e-4)
    assert moved("cpi_core_mom") == 0.0
    assert before["cpi_yoy"]["latent_sd"] > 1.02 * before["cpi_mom"]["latent_sd"]


def test_a_second_run_leaves_the_same_bytes(desk: Desk) -> None:
    def artifacts() -> dict[str, str]:
        return {k: v for k, v in contents(desk.root).items() if "/logs/" not in k}

    first_out = desk.daily(*FULL).out
    first, orders = artifacts(), list(desk.orders)
    desk.orders.clear()

    assert desk.daily(*FULL).out == first_out
    assert artifacts() == first
    assert desk.orders == orders
    assert desk.ledger()["entry_id"].is_unique().all()


def test_nothing_is_written_outside_the_root(desk: Desk) -> None:
    fixtures = contents(desk.drivers), contents(desk.venue)
    repository = [(REPOSITORY / name).exists() for name in WRITTEN_FOLDERS]

    desk.daily(*FULL)
    desk.scan(*FULL)

    assert (contents(desk.drivers), contents(desk.venue)) == fixtures
    assert [(REPOSITORY / name).exists() for name in WRITTEN_FOLDERS] == repository
    assert sorted(path.name for path in desk.root.parent.iterdir()) == sorted(
        ("data_fixtures", "elsewhere", "fixtures", "root")
    )
    assert not any(Path.cwd().iterdir())
    assert not [name for name in desk.files() if name.endswith(".tmp")]


def test_the_report_lies_at_both_places_with_its_pictures_beside_it(desk: Desk) -> None:
    desk.daily(*FULL)

    folder = desk.root / "reports/CPI"
    dated, flat = folder / "2024-12-11/REPORT.md", folder / "2024-12-11.md"
    assert dated.read_bytes() == flat.read_bytes()
    text = desk.report()
    for event in ("KXCPI-24NOV", "KXCPIYOY-24NOV", "KXCPICORE-24NOV"):
        name = f"2024-12-11-{event}.svg"
        assert f"]({name})" in text
        for place in (dated.parent, flat.parent):
            assert ET.parse(place / name).getroot().get("role") == "img"  # noqa: S314 - our own
    for heading in ("Verdict", "Proposals", "Paper ledger", "Monitors", "EV honesty", "Not traded"):
        assert f"## {heading}" in text
    for monitor in ("model_drift", "tz_not_et", "non_monotone_ladders"):
        assert f"| {monitor} |" in text
    assert "AAA month mean: $3.0801" in text
    assert "Bankroll $10,000.00" in text


def test_the_log_records_the_six_steps(desk: Desk) -> None:
    desk.daily(*FULL)

    log = desk.json("data/proc/logs/2024-12-11/daily_pre_cpi_20241211T113000Z.json")
    assert [step["step"] for step in log["steps"]] == [
        *("ingest", "calibrate", "window", "scan", "paper_ledger", "report")
    ]
    assert all(step["ok"] and step["duration_ms"] >= 0 for step in log["steps"])
    assert (log["mode"], log["exit_code"], log["scan_notes"]) == ("pre_cpi", 0, [])


def test_the_ledger_tells_fills_of_a_tape_from_expected_ones(desk: Desk) -> None:
    desk.daily("--paper-ledger")

    ledger = desk.ledger()
    kinds = dict(ledger.select("event_ticker", "kind").unique().iter_rows())
    assert kinds == {
        "KXCPI-24NOV": "filled",
        "KXCPIYOY-24NOV": "expected",
    }
    assert not ledger["evidence"].any()
    filled = ledger.filter(pl.col("filled_e2") > 0)
    assert filled.height > 0
    assert (filled["filled_e2"] <= filled["posted_e2"]).all()
    window_end = pl.lit("2024-12-11T13:20:00Z").str.to_datetime(time_zone="UTC")
    assert filled.filter(
        (pl.col("filled_at") <= pl.col("as_of")) | (pl.col("filled_at") > window_end)
    ).is_empty()
    expected = ledger.filter(pl.col("kind") == "expected")
    assert (expected["expected_e2"] == expected["posted_e2"] // 2).all()
    csv = pl.read_csv(desk.root / "reports/_artifacts/paper_ledger_CPI.csv")
    assert csv["entry_id"].to_list() == ledger["entry_id"].to_list()


def test_the_print_settles_the_mornings_orders_to_the_cent(desk: Desk) -> None:
    """The print of 08:30 was +0.3 on the month and 2.7 on the year; the arithmetic is by hand."""
    desk.daily(*FULL)
    yes, no = row_of(desk, "KXCPI-24NOV-T0.4"), row_of(desk, "KXCPI-24NOV-T0.3")

    done = desk.daily(*FULL, "--as-of", AFTER_RELEASE)

    # YES on more than 0.4 at 3 cents: nothing came back.
    settled = row_of(desk, "KXCPI-24NOV-T0.4")
    assert (yes["side"], yes["price_e4"], yes["payout_e6"]) == ("yes", 300, None)
    assert (settled["outcome"], settled["payout_e6"]) == (0, 0)
    # NO on more than 0.3 at 68 cents: 0.3 is not more than 0.3, and each contract pays a dollar.
    settled = row_of(desk, "KXCPI-24NOV-T0.3")
    contracts = Decimal(no["filled_e2"]) / 100
    assert (no["side"], no["price_e4"], no["filled_e2"] > 0) == ("no", 6800, True)
    assert (settled["outcome"], Decimal(settled["payout_e6"]) / 10**6) == (1, contracts)
    fee = (Decimal("0.0175") * contracts * Decimal("0.68") * Decimal("0.32")).quantize(
        Decimal("0.0001"), rounding=ROUND_CEILING
    )
    # Each fill rounds its own fee up, and the order gives whole cents of that back.
    assert abs(Decimal(settled["fee_e6"]) / 10**6 - fee) <= Decimal("0.01")
    # An expected row is settled too: NO on more than 2.7 at 58 cents, and 2.7 was printed.
    expected = row_of(desk, "KXCPIYOY-24NOV-T2.7")
    assert (expected["side"], expected["outcome"]) == ("no", 1)
    assert expected["payout_e6"] == expected["expected_e2"] * 10**4

    realised = sum(
        row["payout_e6"] - row["price_e4"] * row["filled_e2"] - row["fee_e6"]
        for row in desk.ledger().filter(pl.col("payout_e6").is_not_null()).to_dicts()
        if row["kind"] == "filled"
    )
    sign = "-" if realised < 0 else ""
    assert f"realised on fills {sign}${abs(realised) / 1e6:,.4f} of" in desk.report()
    assert done.code == 3  # after the release the pipeline only takes notes


def test_the_ledger_may_be_settled_twice_and_says_the_same(desk: Desk) -> None:
    desk.daily(*FULL)
    desk.daily(*FULL, "--as-of", AFTER_RELEASE)
    once = desk.ledger()

    desk.daily(*FULL, "--as-of", AFTER_RELEASE)

    assert desk.ledger().equals(once)


def test_the_answer_lies_in_the_fixtures_and_is_not_seen_before_its_time(desk: Desk) -> None:
    desk.daily(*FULL)
    told = desk.proposals()
    desk.edit(desk.drivers / "bls_cpi/2024-12-11.json", "316.441", "399.999")

    desk.daily(*FULL)

    assert desk.proposals() == told


def test_the_scanner_proposes_what_the_pipeline_does(desk: Desk) -> None:
    desk.daily()
    by_pipeline = desk.proposals()
    (desk.root / f"exec/proposals/CPI/{STAMP}.json").unlink()

    done = desk.scan()

    assert done.code == 0
    assert desk.proposals() == by_pipeline


def test_the_market_is_heard_unless_told_otherwise(desk: Desk) -> None:
    """A mid within a narrow book weighs 0.98 of the log-odds, two hours before its close."""
    desk.daily("--report")

    document = desk.proposals()
    assert set(document["pool_weights"]) == {"KXCPI-24NOV", "KXCPIYOY-24NOV", "KXCPICORE-24NOV"}
    for weight in document["pool_weights"].values():
        assert weight == {"weight": 0.02, "prior": 0.02, "n_units": 0}
    narrow = [p for p in document["proposals"] if p["prob_market"] - float(p["price"]) <= 0.05]
    assert {p["series_ticker"] for p in narrow} == {"KXCPI", "KXCPIYOY"}
    shown = desk.report().partition("## Pool with the market")[2].partition("## ")[0]
    for event in document["pool_weights"]:
        assert f"| {event} | 0.020 | 0.02 | 0 |" in shown
    for p in narrow:
        odds = 0.02 * log_odds(p["prob_model"]) + 0.98 * log_odds(p["prob_market"])
        assert p["prob_pooled"] == pytest.approx(1 / (1 + math.exp(-odds)), abs=1e-9)
        assert p["ev_honest"] < 0.03
    # Whatever was pooled, the market is never left behind by more than 15 cents.
    for p in document["proposals"]:
        assert abs(p["prob_pooled"] - p["prob_market"]) <= 0.15


def test_a_wide_book_only_bounds_what_the_market_thinks(desk: Desk) -> None:
    desk.daily()

    passed = desk.proposals()["not_proposed"]
    wide = [p for p in passed if p["reason"] == "no_skill" and p["price"] is not None]
    assert wide
    for p in wide:
        bid = float(p["price"])
        ask = 2 * p["prob_market"] - bid
        assert ask - bid > 0.10
        assert bid < p["prob_model"] < ask
        assert p["prob_pooled"] == pytest.approx(p["prob_model"], abs=1e-9)


def test_without_the_pool_the_model_is_taken_at_its_word(desk: Desk) -> None:
    for command in (desk.daily, desk.scan):
        assert command("--no-pool", "--report").code == 0
        assert "(`--no-pool`): the model is taken at its word" in desk.report()
        document = desk.proposals()
        assert document["pool_weights"] == {}
        assert len(document["proposals"]) == 9
        for p in document["proposals"]:
            phi = p["ev_shrink"]["phi"]
            assert p["prob_pooled"] == p["prob_model"]
            assert p["ev_raw"] == pytest.approx(p["prob_model"] - float(p["price"]) - phi)
        [ours] = [p for p in document["proposals"] if p["market_ticker"] == "KXCPI-24NOV-T0.3"]
        # By hand: 0.719100 - 0.68 is the edge, of which nine tenths less fee and half a cent.
        assert ours["ev_honest"] == pytest.approx(0.0264, abs=5e-5)
        assert Decimal(ours["contracts"]) == 174


def test_one_ticker_scans_its_own_ladder_only(desk: Desk) -> None:
    done = desk.scan("--json", series="kxcpi")

    assert done.code == 0
    document = done.document
    tickers = {p["market_ticker"] for p in document["proposals"] + document["not_proposed"]}
    assert tickers == {t for t in listed_markets(desk) if t.startswith("KXCPI-")}
    assert (desk.root / f"exec/proposals/KXCPI/{STAMP}.json").exists()


def test_an_alias_is_filed_under_its_family(desk: Desk) -> None:
    desk.edit(desk.root / "configs/series.yaml", "aliases: [CPI]", "aliases: [CPI, PRICES]")

    assert desk.scan("--report", series="prices").code == 0
    assert desk.proposals()["series"] == "CPI"
    assert "## Verdict: GO" in desk.report()


def test_json_is_one_document_and_quiet_is_silence(desk: Desk) -> None:
    for command in (desk.scan, desk.daily):
        printed = command("--json", *FULL)
        assert (printed.code, printed.err) == (0, "")
        saved = desk.proposals()
        document = printed.document
        assert all(Path(name).exists() for name in document.pop("files"))
        assert document == saved
        silent = command("--quiet", *FULL)
        assert (silent.code, silent.out, silent.err) == (0, "", "")


def test_the_commands_run_as_processes_of_their_own(desk: Desk) -> None:
    """The same run from a bare environment, and what it wrote is what runs in-process write."""
    desk.daily(*FULL)
    in_process = contents(desk.root / "exec")
    (desk.root / f"exec/proposals/CPI/{STAMP}.json").unlink()
    environment = {
        "KALSHI_ALPHA_HOME": str(desk.root),
        "TZ": "America/New_York",
        "PATH": os.environ["PATH"],
    }
    daily = (
        *(sys.executable, "-m", "kalshi_alpha.exec.pipelines.daily", "--mode", "pre_cpi"),
        *("--offline", "--driver-fixtures", str(desk.drivers)),
        *("--scanner-fixtures", str(desk.venue), *FULL),
    )
    done = subprocess.run(daily, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert contents(desk.root / "exec") == in_process

    utc = environment | {"TZ": "UTC"}
    refused = subprocess.run(daily, env=utc, capture_output=True, text=True, check=False)
    assert refused.returncode == 3
    assert desk.reasons == ["tz_not_et"]
