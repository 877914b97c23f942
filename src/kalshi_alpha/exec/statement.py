"""What the account did in a day or a year: ``python -m kalshi_alpha.exec.statement --year 2026``.

Fills, fees, settlements and cash from the order journal, exact to the millionth of a dollar, and
whether the cash ties to the balance that the venue showed when it was last compared.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import click

from kalshi_alpha.brokers.journal import read_journal, read_journal_state
from kalshi_alpha.config.environment import set_clock
from kalshi_alpha.core.errors import UsageError
from kalshi_alpha.core.orders.account_statement import (
    AccountStatement,
    CashKind,
    Tie,
    account_statement,
    fee_totals,
)
from kalshi_alpha.core.schedule import new_york, wall
from kalshi_alpha.core.types import Money
from kalshi_alpha.datastore.atomic import write_atomic
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.printing import echo_json, echo_text, quiet_flag
from kalshi_alpha.exec.command import HELP, clock_flag, exit_with, run_command

SCHEMA = 1
EXIT_UNTIED = 5
_SAID = {
    Tie.TIED: "ties to the venue's balance",
    Tie.DIFFERS: "does not tie to the venue's balance",
    Tie.NOT_RECONCILED: (
        "not compared with the venue since money last moved; "
        "run kalshi_alpha.exec.orders reconcile, then this again"
    ),
    Tie.NOTHING_TO_TIE: "no money moved, so there is nothing to tie",
}
Row = Sequence[object]


def period(year: int | None, day: str | None, at: datetime) -> tuple[datetime, datetime]:
    """Return the first instant of a New York year or day, and the first one after it.

    Raises
    ------
    UsageError
        If not exactly one of them is given, the day is none, or it has not begun.
    """
    if (year is None) == (day is None):
        raise UsageError("give --year YYYY or --day YYYY-MM-DD, and one of them only")
    try:
        first = date(year, 1, 1) if year is not None else date.fromisoformat(day or "")
        end = date(year + 1, 1, 1) if year is not None else first + timedelta(days=1)
    except (ValueError, OverflowError) as error:
        raise UsageError("--day must be like 2026-11-26, --year like 2026") from error
    today = new_york(at).date()
    if first > today:
        raise UsageError(f"{day or year} has not begun: it is {today} in New York")
    return wall(first, time()), wall(end, time())


def tables(statement: AccountStatement) -> dict[str, tuple[Row, list[Row]]]:
    """Return every table of a statement: its header and its rows, money as exact decimals."""
    fills: list[Row] = [
        (
            *(_instant(row.fill.at), _instant(row.fill.filled_at), row.fill.trade_id),
            *(row.fill.order_id, row.fill.client_order_id, row.intent.series),
            *(row.intent.event_ticker, row.intent.ticker, row.fill.side.value),
            *(row.fill.price, row.fill.contracts, row.cost, row.fill.fee),
            "taker" if row.fill.is_taker else "maker",
        )
        for row in statement.fills
    ]
    fees: list[Row] = [
        (day, series, "taker" if taker else "maker", total)
        for (day, series, taker), total in fee_totals(statement.fills).items()
    ]
    settlements: list[Row] = [
        (_instant(each.at), each.ticker, each.revenue) for each in statement.settlements
    ]
    cash: list[Row] = [
        (_instant(row.at), row.kind.value, row.subject, row.amount, row.balance, _text(row.note))
        for row in statement.cash
    ]
    return {
        "fills": (_FILLS, fills),
        "fees": (("day", "series", "liquidity", "fee_usd"), fees),
        "settlements": (("learnt_at", "market_ticker", "revenue_usd"), settlements),
        "cash": (("at", "kind", "subject", "amount_usd", "balance_usd", "note"), cash),
    }


_FILLS = (
    *("learnt_at", "filled_at", "trade_id", "order_id", "client_order_id", "series"),
    *("event_ticker", "market_ticker", "side", "price_usd", "contracts", "cost_usd"),
    *("fee_usd", "liquidity"),
)


def write_tables(statement: AccountStatement, folder: Path, name: str) -> list[Path]:
    """Write each table as ``<name>_<table>.csv`` and return the files.

    Raises
    ------
    OSError
        If one cannot be written.
    """
    written = []
    for table, (header, rows) in tables(statement).items():
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows([header, *rows])
        path = folder / f"{name}_{table}.csv"
        write_atomic(path, text.getvalue().encode())
        written.append(path)
    return written


@click.command(context_settings=HELP)
@click.option("--year", type=click.IntRange(2000, 9000), help="A calendar year in New York.")
@click.option("--day", metavar="DATE", help="A day in New York, such as 2026-11-26.")
@click.option(
    "--csv", "folder", type=click.Path(path_type=Path, file_okay=False), help="Write tables here."
)
@clock_flag
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@quiet_flag
def cli(
    *, year: int | None, day: str | None, folder: Path | None, as_of: str | None, as_json: bool
) -> int:
    """Draw up fills, fees, settlements and cash of the account, and tie them to the venue.

    Exit codes: 0 ties or nothing moved, 2 usage, 4 no journal or a damaged one, 5 it does not
    tie, or nobody compared it.
    """
    at = set_clock(as_of, os.environ) or datetime.now(UTC)
    first, end = period(year, day, at)
    journal = Paths.from_environ(os.environ).order_journal
    account = read_journal_state(journal).account
    statement = account_statement(read_journal(journal), first, end)
    name = f"statement_{day or year}"
    written = [] if folder is None else write_tables(statement, folder.absolute(), name)
    code = EXIT_UNTIED if statement.tie in {Tie.DIFFERS, Tie.NOT_RECONCILED} else 0
    if as_json:
        echo_json(_document(statement, account, at, written, code))
    else:
        echo_text("\n".join(_lines(statement, account, day or str(year), written)))
    return code


def _document(
    statement: AccountStatement, account: str | None, at: datetime, written: list[Path], code: int
) -> dict[str, object]:
    return {
        "schema": SCHEMA,
        "generated_at": at,
        "account": account,
        "first": statement.first,
        "end": statement.end,
        "fills": len(statement.fills),
        "settlements": len(statement.settlements),
        "opening_usd": _money(statement.opening),
        "closing_usd": _money(statement.closing),
        "totals_usd": {kind.value: str(statement.total(kind)) for kind in CashKind},
        "fees_usd": str(_fees(statement)),
        "tie": statement.tie.value,
        "reconciled_at": statement.reconciled_at,
        "differences": list(statement.differences),
        "notes": list(statement.notes),
        "files": [str(path) for path in written],
        "exit_code": code,
    }


def _lines(
    statement: AccountStatement, account: str | None, asked: str, written: Iterable[Path]
) -> list[str]:
    lines = [
        f"statement of {asked} (New York), account {account or 'unnamed'}",
        f"fills {len(statement.fills)}, settlements {len(statement.settlements)}",
        f"fees {_fees(statement)}",
        f"opening cash {_money(statement.opening) or 'not stated'}",
        *(f"  {kind} {statement.total(kind)}" for kind in CashKind if statement.total(kind).e6),
        f"closing cash {_money(statement.closing) or 'not stated'}",
    ]
    when = statement.reconciled_at
    seen = "" if when is None else f", compared {_instant(when)}"
    lines.append(f"{_SAID[statement.tie]}{seen}")
    lines += [f"difference: {each}" for each in statement.differences]
    lines += [f"note: {each}" for each in statement.notes]
    return [*lines, *(f"wrote {path}" for path in written)]


def _fees(statement: AccountStatement) -> Money:
    return Money(sum(row.fill.fee.e6 for row in statement.fills))


def _money(amount: Money | None) -> str | None:
    return None if amount is None else str(amount)


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _text(note: str) -> str:
    # A spreadsheet would take such a cell for a formula.
    return f"'{note}" if note.startswith(("=", "+", "-", "@", "\t", "\r")) else note


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    return run_command(cli, "statement", argv)


if __name__ == "__main__":
    exit_with(main())
