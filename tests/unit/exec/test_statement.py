from __future__ import annotations

import csv
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kalshi_alpha.brokers.journal import OrderJournal
from kalshi_alpha.core.errors import UsageError
from kalshi_alpha.core.orders.events import OrderEvent, Reconciled, Settled, Stated
from kalshi_alpha.core.types import Money
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.statement import main, period
from order_cases import AT, MARKET, accepted, filled, intended, later

NOW = datetime(2026, 11, 27, 15, tzinfo=UTC)
AS_OF = ("--as-of", "2026-11-27T15:00:00Z")
DAY = ("--day", "2026-11-26", *AS_OF)
STATED = Stated(at=AT, cash=Money(1_000_000_000), note="=first")
EVENTS: list[OrderEvent] = [
    STATED,
    intended(),
    accepted(),
    filled(1000, fee=Money(170_001)),
    Settled(at=later(60), ticker=MARKET, revenue=Money(10_000_000)),
]


@pytest.fixture
def paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Paths:
    monkeypatch.setenv("KALSHI_ALPHA_HOME", str(tmp_path))
    monkeypatch.delenv("KALSHI_ENV", raising=False)
    return Paths(tmp_path)


def journalled(paths: Paths, *more: OrderEvent) -> None:
    with OrderJournal(paths.order_journal, "prod") as journal:
        journal.append([*EVENTS, *more])


def table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_day_that_ties_is_written_as_exact_tables(
    paths: Paths, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    journalled(paths, Reconciled(at=later(90), breaks=0))
    assert main([*DAY, "--csv", str(tmp_path / "out")]) == 0
    said = capsys.readouterr().out
    assert "account prod" in said
    assert "ties to the venue's balance, compared 2026-11-26T15:01:30Z" in said

    def read(name: str) -> list[dict[str, str]]:
        return table(tmp_path / "out" / f"statement_2026-11-26_{name}.csv")

    (fill,) = read("fills")
    assert (fill["price_usd"], fill["contracts"], fill["cost_usd"], fill["fee_usd"]) == (
        *("0.4200", "10.00", "4.200000", "0.170001"),
    )
    assert (fill["filled_at"], fill["liquidity"]) == ("2026-11-26T15:00:00Z", "maker")
    assert read("fees") == [
        {"day": "2026-11-26", "series": "KXCPI", "liquidity": "maker", "fee_usd": "0.170001"}
    ]
    assert [row["revenue_usd"] for row in read("settlements")] == ["10.000000"]
    cash = read("cash")
    assert [row["kind"] for row in cash] == ["opening", "fill", "fee", "settlement"]
    assert cash[-1]["balance_usd"] == "1005.629999"
    # A spreadsheet takes it for text.
    assert cash[0]["note"] == "'=first"


def test_a_year_as_json_has_every_total(paths: Paths, capsys: pytest.CaptureFixture[str]) -> None:
    journalled(paths, Reconciled(at=later(90), breaks=0))
    assert main(["--year", "2026", *AS_OF, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["tie"], document["opening_usd"], document["closing_usd"]) == (
        *("tied", None, "1005.629999"),
    )
    assert document["totals_usd"]["fee"] == "-0.170001"
    assert document["fees_usd"] == "0.170001"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ((), "not compared with the venue since money last moved; run kalshi_alpha.exec.orders"),
        ((Reconciled(at=later(90), breaks=1),), "difference: 1 breaks with the venue"),
    ],
)
def test_what_does_not_tie_or_was_not_compared_is_5_and_says_so(
    paths: Paths,
    capsys: pytest.CaptureFixture[str],
    more: tuple[Reconciled, ...],
    said: str,
) -> None:
    journalled(paths, *more)
    assert main(list(DAY)) == 5
    assert said in capsys.readouterr().out


def test_without_a_journal_there_is_no_statement(
    paths: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(list(DAY)) == 4
    assert "no order was ever journalled here" in capsys.readouterr().err
    assert not paths.order_journal.exists()


def test_a_day_is_new_yorks_from_midnight_to_midnight_in_both_seasons() -> None:
    at = datetime(2027, 1, 1, 12, tzinfo=UTC)
    assert period(None, "2026-11-01", at) == (
        datetime(2026, 11, 1, 4, tzinfo=UTC),
        datetime(2026, 11, 2, 5, tzinfo=UTC),
    )
    assert period(2026, None, at) == (
        datetime(2026, 1, 1, 5, tzinfo=UTC),
        datetime(2027, 1, 1, 5, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("year", "day", "said"),
    [
        (None, None, "one of them only"),
        (2026, "2026-11-26", "one of them only"),
        (None, "26 November", "must be like"),
        (None, "2026-11-28", "has not begun"),
        (2027, None, "has not begun"),
    ],
)
def test_a_period_that_cannot_be_is_refused(year: int | None, day: str | None, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        period(year, day, NOW)
