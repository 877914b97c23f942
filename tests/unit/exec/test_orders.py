from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from kalshi_alpha.exec import order_desk, orders
from kalshi_alpha.exec.order_desk import Shown


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KALSHI_ALPHA_HOME", str(tmp_path))
    monkeypatch.delenv("KALSHI_ENV", raising=False)
    return tmp_path


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = []

    async def done(env: Any, _: Any, journal: Path, *more: Any) -> Shown:
        found.append((env.value, journal, *more))
        return Shown("said", {"schema": 1, "env": env.value}, 3)

    monkeypatch.setattr(order_desk, "reconciled", done)
    monkeypatch.setattr(order_desk, "all_cancelled", done)
    return found


def test_the_list_asks_no_venue(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert orders.main(["list"]) == 0
    assert capsys.readouterr().out.startswith(
        f"mode: OFFLINE\n{root}/data/proc/state/orders.sqlite: no order"
    )
    assert orders.main(["list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["orders"] == []


def test_no_bar_is_drawn_before_everything_is_cancelled(
    asked: list[tuple[Any, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def hung_up(*_: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(orders, "progress", hung_up)
    assert orders.main(["cancel-all", "--env", "demo"]) == 3
    assert [env for env, *_ in asked] == ["demo"]


@pytest.mark.parametrize("as_json", [[], ["--json"]])
def test_what_became_of_the_orders_is_told_though_standard_output_is_gone(
    asked: list[tuple[Any, ...]],
    as_json: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    class Full(io.StringIO):
        def write(self, _text: str) -> int:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(sys, "stdout", Full())
    assert orders.main(["cancel-all", "--env", "demo", *as_json]) == 3
    assert len(asked) == 1
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("orders: said; standard output cannot be written: No space left on ")


@pytest.mark.parametrize(
    ("argv", "more"),
    [
        (["reconcile"], (None,)),
        (["reconcile", "--accept", "paid in"], ("paid in",)),
        (["cancel-all"], ()),
    ],
)
def test_the_venue_is_the_flags_or_the_environments(
    argv: list[str],
    more: tuple[Any, ...],
    asked: list[tuple[Any, ...]],
    root: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    journal = root / "data/proc/state/orders.sqlite"
    assert orders.main([*argv, "--env", "demo"]) == 3
    monkeypatch.setenv("KALSHI_ENV", "sim")
    assert orders.main([*argv, "--json"]) == 3
    assert asked == [("demo", journal, *more), ("sim", journal, *more)]
    mode, said, printed = capsys.readouterr().out.split("\n", 2)
    assert (mode, said) == ("mode: DEMO", "said")
    assert json.loads(printed) == {"schema": 1, "env": "sim", "mode": "SIM"}


def test_no_venue_and_two_venues_are_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert orders.main(["cancel-all"]) == 2
    monkeypatch.setenv("KALSHI_ENV", "prod")
    assert orders.main(["reconcile", "--env", "sim"]) == 2
    first, second = capsys.readouterr().err.splitlines()
    assert first == "orders: which venue? give --env or set KALSHI_ENV to sim, demo or prod"
    assert second == "orders: --env sim contradicts KALSHI_ENV=prod: drop one of them"
