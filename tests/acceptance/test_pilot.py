"""A whole practice session: quotes, gets filled, settles and reports, without a network."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from desk import Desk, Done
from kalshi_alpha.brokers.journal import read_journal
from kalshi_alpha.brokers.kalshi.account import KalshiAccount
from kalshi_alpha.core.orders.blotter import Blotter
from kalshi_alpha.core.types import Contracts
from kalshi_alpha.exec.runners import pilot
from kalshi_alpha.exec.session.session_gate import SessionGate

SESSION = "reports/_artifacts/pilot_session.json"


def practise(desk: Desk, *flags: str, series: str = "KXCPI", seed: int = 3) -> Done:
    fixtures = ("--driver-fixtures", str(desk.drivers), "--fixtures-root", str(desk.venue))
    config = ("--pilot-config", str(desk.root / "configs" / "pilot.yaml"))
    given = ("--series", series, "--env", "sim", "--seed", str(seed))
    return desk.run(pilot.main, *given, *fixtures, *config, *flags)


HELD: dict[tuple[str, ...], tuple[Done, Path]] = {}
"""Whole sessions of the ten-year yield by their flags, and the roots that they left."""


def held_once(desk: Desk, *flags: str) -> tuple[Done, Path]:
    """Hold a session at a root of its own unless a test before did; it is only to be read."""
    if flags not in HELD:
        root = desk.root.with_name(f"held_{len(HELD)}")
        shutil.copytree(desk.root, root)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("KALSHI_ALPHA_HOME", str(root))
            HELD[flags] = practise(replace(desk, root=root), *flags, series="TNEY"), root
    return HELD[flags]


def group_limits(patch: pytest.MonkeyPatch) -> list[Contracts]:
    """Return a list that takes the limit of each order group that is made from here on."""
    asked: list[Contracts] = []
    create = KalshiAccount.create_group

    async def noted(account: KalshiAccount, limit: Contracts) -> str:
        asked.append(limit)
        return await create(account, limit)

    patch.setattr(KalshiAccount, "create_group", noted)
    return asked


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_practice_session_quotes_is_filled_settles_and_agrees(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = group_limits(monkeypatch)
    done = practise(desk, "--json")

    assert done.code == 0, done.err
    assert limits == [Contracts.whole(25)], "what pilot.yaml lets fill in fifteen seconds"
    found = done.document
    assert found == desk.json(SESSION)
    assert (found["mode"], found["environment"], found["family"]) == ("SIM", "sim", "CPI")
    assert found["verdict"]["go"] is True
    assert found["orders"] >= 5
    assert found["orders_filled"] >= 3
    assert found["taker_fills"] == 0
    assert found["reconciliation"]["breaks"] == []
    assert "2024-12-11T13:19:58" <= found["ended_at"] < "2024-12-11T13:20:00"
    assert set(found["order_states"]) <= {"executed", "cancelled"}
    cash = Decimal(found["cash_after_usd"]) - Decimal(found["cash_before_usd"])
    assert cash == Decimal(found["profit_usd"])
    assert found["cusum_state"]["status"] == "NO_DATA"
    assert (found["size_multiplier"], found["bins_bind"]) == (1.0, False)
    assert 0.0 < found["fill_ratio"] <= 1.0
    assert found["settled_fills"] == found["orders_filled"]
    assert isinstance(found["delta_bps"], float)
    assert all(each["times"] >= 1 and each["why"] for each in found["refused"])


def test_a_session_leaves_its_journal_telemetry_and_audit(desk: Desk) -> None:
    done, root = held_once(desk, "--json")
    found = done.document
    (path,) = (root / "data/proc/practice").rglob("orders.sqlite")
    blotter = Blotter(read_journal(path))
    assert len(blotter.orders) == found["orders"]
    assert blotter.live() == ()
    telemetry = lines(root / "data/raw/kalshi/2024/12/12/exec.jsonl")
    words = [line["event"] for line in telemetry]
    assert words.count("sent") == found["orders"]
    assert {"ws_connect", "accepted", "fill", "settled", "reconciled"} <= set(words)
    assert [line["seq"] for line in telemetry] == list(range(1, len(telemetry) + 1))
    audit = lines(root / "data/proc/audit/live_orders_20241212.jsonl")
    assert {line["environment"] for line in audit} == {"sim"}
    assert not (root / "data/proc/state/orders.sqlite").exists()


def test_the_caps_of_the_pilot_hold_at_every_moment(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.edit(desk.root / "configs/pilot.yaml", "order_contracts: 5 ", "order_contracts: 2 ")
    desk.edit(desk.root / "configs/pilot.yaml", "contracts_in_15_s: 25", "contracts_in_15_s: 9")
    limits = group_limits(monkeypatch)
    found = practise(desk, "--json", "--run-seconds", "1500").document
    assert limits == [Contracts.whole(9)]
    assert found["orders"] >= 5
    assert {Decimal(trade["contracts"]) <= 2 for trade in found["trades"]} == {True}
    (path,) = (desk.root / "data/proc/practice").rglob("orders.sqlite")
    blotter = Blotter()
    for event in read_journal(path):
        blotter.apply(event)
        assert blotter.at_risk.dollars <= 150
        assert all(blotter.strike_at_risk(t).dollars <= 25 for t in blotter.positions)


def test_the_same_seed_is_the_same_session_to_the_byte(desk: Desk) -> None:
    sessions = []
    for flags in (("--json",), ()):
        _, root = held_once(desk, *flags)
        text = (root / SESSION).read_text().replace(str(root), "")
        sessions.append(json.loads(text) | {"generated_at": ""})
    assert sessions[0] == sessions[1]


def test_a_kill_switch_that_is_on_sends_nothing(desk: Desk) -> None:
    (desk.root / "data/proc/state").mkdir(parents=True)
    (desk.root / "data/proc/state/kill_switch").touch()
    done = practise(desk, series="TNEY")
    assert done.code == 3
    assert "kill_switch" in done.out
    assert desk.json(SESSION)["orders"] == 0


def test_a_kill_switch_set_in_the_middle_ends_the_session(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = SessionGate.reasons
    count = 0

    def set_after_a_while(gate: SessionGate) -> tuple[str, ...]:
        nonlocal count
        count += 1
        if count == 20:
            switch = desk.root / "data/proc/state/kill_switch"
            switch.parent.mkdir(parents=True, exist_ok=True)
            switch.touch()
        return asked(gate)

    monkeypatch.setattr(SessionGate, "reasons", set_after_a_while)
    done = practise(desk)
    assert done.code == 3
    found = desk.json(SESSION)
    assert found["orders"] > 0
    assert found["ended_at"] < "2024-12-11T11:32"
    assert set(found["order_states"]) <= {"executed", "cancelled"}
    assert "KILL SWITCH is on" in done.out


def test_every_round_is_shown_before_it_is_sent(desk: Desk) -> None:
    done, _ = held_once(desk)
    assert "11:45:00" not in done.out
    assert "+ KXUST10AD-24DEC12-T4.32 YES 5.00 @ 45c: wanted" in done.out
    assert "profit " in done.out
    assert "agrees with the venue to the cent" in done.out


@pytest.mark.parametrize(
    ("flags", "code", "said"),
    [
        (("--env", "demo"), 2, "--i-understand-the-risks"),
        (("--broker", "dry"), 2, "scan_ladders proposes without"),
        (("--pilot-config", "nowhere.yaml"), 1, "--pilot-config must name a file"),
        (("--pace", "0"), 2, "--pace"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    desk: Desk, flags: tuple[str, ...], code: int, said: str
) -> None:
    done = practise(desk, *flags, series="TNEY")
    assert done.code == code
    assert said in done.err
    assert done.err.count("\n") == 1
