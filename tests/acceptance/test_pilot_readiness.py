"""A pilot below a root at GO: held within the ramp's share, and refused for one thing at a time."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from desk_root import (
    AT,
    CLOCK,
    Flip,
    decide,
    edit_json,
    first_of_cpi,
    open_go_root,
    rewrite_ledger,
)
from kalshi_alpha.core.ledger.entry import LedgerMode
from kalshi_alpha.datastore.kill_switch import set_kill_switch
from kalshi_alpha.datastore.ledger import LedgerStore
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.runners import pilot
from runs import at_home_in_new_york

FIXTURES = Path(__file__).parents[2] / "tests/data_fixtures"


@pytest.fixture
def paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Paths:
    return open_go_root(tmp_path, monkeypatch, whole=True)


def hold(paths: Paths, *flags: str, series: str = "KXCPI") -> tuple[int, dict[str, Any]]:
    """Hold a session for a minute and return its exit code and what it left."""
    config = ("--pilot-config", str(paths.config("pilot")), "--fixtures-root", str(FIXTURES))
    given = ("--series", series, "--env", "sim", "--quiet", "--run-seconds", "60", "--seed", "3")
    with at_home_in_new_york(paths.root):
        code = pilot.main([*given, *config, *flags])
    document: dict[str, Any] = json.loads(paths.pilot_session.read_bytes())
    return code, document


def test_a_session_is_held_within_the_share_of_a_first_go(paths: Paths) -> None:
    assert decide(paths)[0] == 0
    code, found = hold(paths)
    assert code == 0
    assert (found["size_multiplier"], found["bins_bind"]) == (0.25, True)
    assert found["orders"] >= 1
    rows = [row for row in LedgerStore(paths).entries() if row.run_scope.startswith("order:")]
    assert len(rows) == found["orders"]
    # A quarter of five contracts is one, and each order keeps the weight of its bin.
    assert {row.posted_e2 for row in rows} == {100}
    assert {row.mode for row in rows} == {LedgerMode.SIM}
    ready = json.loads(paths.pilot_ready.read_bytes())
    (cpi,) = [each for each in ready["series"] if each["series"] == "CPI"]
    weights = {row["weight"] for row in cpi["ev_honesty_bins"]} | {1.0}
    assert {row.w_bin for row in rows} <= weights
    assert all(Decimal(trade["contracts"]) == 1 for trade in found["trades"])


@pytest.mark.parametrize("cap", [1.0, 0.9])
def test_an_order_is_made_with_the_weight_that_the_decision_gives_its_bin(
    paths: Paths, cap: float
) -> None:
    """Of all bins one is open; a quarter of five contracts is one, whatever the bin's cap."""
    decide(paths)

    def add_a_bin(document: dict[str, Any]) -> None:
        (cpi,) = [own for own in document["series"] if own["series"] == "CPI"]
        row = cpi["ev_honesty_bins"][0]
        shut = [each | {"cap": 0.0} for each in cpi["ev_honesty_bins"]]
        dear = {"side": "no", "price_bucket": ".9-1", "bin": "no .9-1 0-2h"}
        steep = {"beta_hat": 2.0, "se": 0.1, "weight_day_start": None}
        cpi["ev_honesty_bins"] = [
            *shut,
            row | dear | steep | {"weight": 0.97, "cap": cap, "cap_lots": None},
        ]

    edit_json(paths.pilot_ready, add_a_bin)
    code, found = hold(paths)
    assert (code, found["orders"] > 0) == (0, True)
    rows = [row for row in LedgerStore(paths).entries() if row.run_scope.startswith("order:")]
    assert {row.w_bin for row in rows} == {0.97}


def ready(change: Callable[[dict[str, Any]], object]) -> Flip:
    return lambda paths: edit_json(paths.pilot_ready, change)


def decided_with(flip: Flip) -> Flip:
    """Flip something and let the ramp decide again."""

    def flipped(paths: Paths) -> None:
        flip(paths)
        decide(paths)

    return flipped


def loosened(name: str, old: str, new: str) -> Flip:
    """Loosen a file of the configuration once the ramp has decided."""

    def flip(paths: Paths) -> None:
        file = paths.config(name)
        assert old in file.read_text()
        file.write_text(file.read_text().replace(old, new))

    return flip


def kill(paths: Paths) -> None:
    set_kill_switch(paths.kill_switch, AT, "test")


@pytest.mark.parametrize(
    ("flip", "word"),
    [
        (lambda paths: paths.pilot_ready.unlink(), "ramp_missing"),
        (lambda paths: paths.pilot_ready.write_text("{"), "reading_unreadable"),
        (ready(lambda d: d.update(schema=9)), "newer_schema"),
        (ready(lambda d: d.update(generated_at="2024-12-11T09:29:59Z")), "ramp_stale"),
        (ready(lambda d: d.update(generated_at="2024-12-11T11:31:00Z")), "future_dated"),
        (ready(lambda d: d.update(series=[])), "ramp_missing"),
        (decided_with(first_of_cpi(299)), "insufficient_fills"),
        (lambda paths: paths.ledger_all.unlink(), "ledger_missing"),
        (lambda paths: paths.ledger_all.write_bytes(b"PAR1"), "reading_unreadable"),
        (lambda paths: paths.monitor("drawdown").unlink(), "monitors_missing"),
        (kill, "kill_switch"),
        (loosened("ramp", "min_fills: 300", "min_fills: 3"), "config_weakened"),
        (
            loosened("ramp", "ledger_age_minutes: 120", "ledger_age_minutes: 999999"),
            "config_weakened",
        ),
        (loosened("monitors", "auth_rejects: 3", "auth_rejects: 4"), "config_weakened"),
        (ready(lambda d: d["overall"].update(no_go=True)), "reading_unreadable"),
    ],
)
def test_one_thing_is_enough_to_refuse_it(paths: Paths, flip: Flip, word: str) -> None:
    decide(paths)
    flip(paths)
    code, found = hold(paths)
    assert code == 3
    assert [each["reason"] for each in found["verdict"]["reasons"]] == [word]
    assert found["orders"] == 0
    assert [each["what"] for each in found["refused"]] == ["session"]
    assert found["refused"][0]["why"].startswith(f"{word}: ")
    assert not any(row.run_scope.startswith("order:") for row in rows_if_any(paths))


def rows_if_any(paths: Paths) -> list[Any]:
    if not paths.ledger_all.exists() or paths.ledger_all.stat().st_size < 9:
        return []
    return list(LedgerStore(paths).entries())


def test_a_stale_ledger_is_told_by_its_content(paths: Paths) -> None:
    decide(paths)
    early = AT.replace(hour=9, minute=29)
    rewrite_ledger(paths, lambda row: row, early)
    code, found = hold(paths)
    assert code == 3
    assert [each["reason"] for each in found["verdict"]["reasons"]] == ["ledger_stale"]


def test_a_family_that_the_file_does_not_allow_is_refused(
    paths: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    decide(paths)
    path = paths.config("pilot")
    path.write_text(path.read_text().replace("[CPI, CLAIMS", "[CLAIMS"))
    given = ("--series", "KXCPI", "--env", "sim", "--pilot-config", str(path))
    with at_home_in_new_york(paths.root):
        assert pilot.main([*given, "--fixtures-root", str(FIXTURES)]) == 2
    said = capsys.readouterr().err
    assert "does not allow CPI: its series are CLAIMS" in said
    assert said.count("\n") == 1
    assert CLOCK not in said
