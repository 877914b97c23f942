from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from kalshi_alpha.core.ledger.entry import LedgerEntry, LedgerMode
from kalshi_alpha.core.ramp.breaches import breaches, unjudged
from kalshi_alpha.core.types import Money

Row = Callable[..., LedgerEntry]
FIRST = datetime(2025, 1, 1, tzinfo=UTC)


def never(_: datetime) -> bool:
    return False


def found(
    rows: list[LedgerEntry], strike: str = "100", ladder: str = "100", since: datetime = FIRST
) -> tuple[str, ...]:
    return breaches(
        rows,
        strike_cap=lambda _: Money.parse(strike),
        ladder_cap=lambda _: Money.parse(ladder),
        frozen=never,
        since=since,
    )


def test_dollars_up_to_the_cap_are_none(row: Row) -> None:
    # Five contracts at 45 cents.
    assert found([row(1)], strike="2.25", ladder="2.25") == ()


def test_a_strike_and_a_ladder_are_summed_over_their_orders(row: Row) -> None:
    same = [row(1), row(1, run_scope="again")]
    (line,) = found(same, strike="4.49")
    assert "strike cap" in line
    assert "4.5" in line
    other = [row(1), row(1, market_ticker="KXCPI-1-T0.4")]
    (line,) = found(other, strike="4.49", ladder="4.49")
    assert "ladder cap" in line


def test_paper_and_money_are_not_one_account(row: Row) -> None:
    assert found([row(1), row(1, mode=LedgerMode.LIVE)], strike="2.25", ladder="2.25") == ()


def test_an_order_within_a_freeze_is_a_breach_each_time(row: Row) -> None:
    rows = [row(1), row(2), row(2, run_scope="again")]
    asked: list[datetime] = []

    def frozen(at: datetime) -> bool:
        asked.append(at)
        return at - rows[0].placed_at > timedelta(hours=1)

    lines = breaches(
        rows,
        strike_cap=lambda _: Money.parse("100"),
        ladder_cap=lambda _: Money.parse("100"),
        frozen=frozen,
        since=FIRST,
    )
    assert len(lines) == 2
    assert all("within a freeze" in line for line in lines)
    assert len(asked) == 2


def test_only_what_the_declared_window_holds_is_counted(row: Row) -> None:
    old, new = row(1), row(5)
    assert found([old, new], strike="2.24", since=new.placed_at) == found([new], strike="2.24")
    assert found([old], strike="2.24", since=new.placed_at) == ()
    lines = breaches(
        [old, new],
        strike_cap=lambda _: Money.parse("100"),
        ladder_cap=lambda _: Money.parse("100"),
        frozen=lambda _: True,
        since=new.placed_at,
    )
    assert [line.partition(":")[0] for line in lines] == [new.market_ticker]


def test_a_market_that_reaches_into_the_window_is_summed_whole(row: Row) -> None:
    old = row(1, market_ticker="KXCPI-5-T0.3", event_ticker="KXCPI-5")
    new = row(5, market_ticker="KXCPI-5-T0.3", event_ticker="KXCPI-5")
    (line,) = found([old, new], strike="4.49", since=new.placed_at)
    assert "4.5" in line


def test_an_order_that_nobody_can_judge_is_no_breach_and_is_counted(row: Row) -> None:
    old, new, known = row(1), row(5), row(6)

    def frozen(at: datetime) -> bool | None:
        return True if at == known.placed_at else None

    rows, since = [old, new, known], new.placed_at
    lines = breaches(
        rows,
        strike_cap=lambda _: Money.parse("100"),
        ladder_cap=lambda _: Money.parse("100"),
        frozen=frozen,
        since=since,
    )
    assert [line.partition(":")[0] for line in lines] == [known.market_ticker]
    assert unjudged(rows, frozen=frozen, since=since) == (new,)
