"""What the orders command does: read the journal, ask the venue, and say what was found."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from kalshi_alpha.brokers.account_lock import AccountBusy, account_lock
from kalshi_alpha.brokers.account_view import read_account
from kalshi_alpha.brokers.journal import OrderJournal, read_journal
from kalshi_alpha.brokers.kalshi.account import KalshiAccount
from kalshi_alpha.brokers.kalshi.client import VenueClient
from kalshi_alpha.brokers.kalshi.venue_clock import venue_clock
from kalshi_alpha.brokers.live import LiveGateway
from kalshi_alpha.brokers.live_options import LiveOptions
from kalshi_alpha.brokers.venue_port import VenuePort
from kalshi_alpha.config.environment import KalshiEnv
from kalshi_alpha.core.errors import ConfigError, DataError, MissingData, UsageError, VenueError
from kalshi_alpha.core.gates import Action, Finding, Reason, Verdict
from kalshi_alpha.core.orders.blotter import Blotter
from kalshi_alpha.core.orders.caps import Caps
from kalshi_alpha.core.orders.errors import IllegalEvent, OrderUnknown
from kalshi_alpha.core.orders.events import Stated
from kalshi_alpha.core.orders.intent import OrderIntent
from kalshi_alpha.core.orders.reconcile import Reconciliation, reconcile
from kalshi_alpha.core.orders.record import OrderRecord
from kalshi_alpha.core.orders.surplus import Surplus
from kalshi_alpha.core.ports import Clock
from kalshi_alpha.core.types import Contracts, Money
from kalshi_alpha.datastore.printing import table
from kalshi_alpha.exec.group_cancel import GroupCanceller

EXIT_DONE, EXIT_BREAK, EXIT_VENUE = 0, 3, 5
SCHEMA = 1
_BREAK = ("kind", "subject", "ours", "venue")
OPTIONS = LiveOptions(reconcile_patience=timedelta(seconds=60), group_required=False)


@dataclass(frozen=True, slots=True)
class Shown:
    """What a command prints, as text and as JSON, and the code it ends with."""

    text: str
    document: Mapping[str, Any] = field(default_factory=dict)
    exit_code: int = EXIT_DONE


@asynccontextmanager
async def opened(
    env: KalshiEnv, environ: Mapping[str, str], clock: Clock
) -> AsyncIterator[VenueClient]:
    """Connect to a venue, compare clocks, and close the connections at the end.

    Raises
    ------
    ConfigError
        If the host or the key is missing or wrong.
    VenueError
        If the venue does not answer, or the clocks differ.
    """
    from kalshi_alpha.brokers.kalshi.connect import connect

    client = connect(env, environ, clock)
    try:
        await client.compare_clocks()
        yield client
    finally:
        await client.close()


def listed(journal: Path, *, everything: bool = False) -> Shown:
    """Show what the journal holds.

    Raises
    ------
    DataError
        If it cannot be read.
    """
    try:
        blotter = Blotter(read_journal(journal))
    except MissingData as error:
        return Shown(str(error), {"schema": SCHEMA, "journal": str(journal), "orders": []})
    orders = tuple(blotter.orders.values()) if everything else blotter.live()
    seconds = blotter.surplus.open()
    rows = [*map(_row, orders), *map(_second_row, seconds)]
    lines = [
        f"{journal}: {_counts(blotter)}, {blotter.at_risk} dollars at risk",
        *_table(("order", "market", "side", "price", "open", "filled", "state"), rows),
        *(f"held: {ticker} {_signed(net)}" for ticker, net in sorted(blotter.positions.items())),
        *(f"stopped: {series}, {why}" for series, why in sorted(blotter.stopped.items())),
        *(f"locked: {ticker}" for ticker in sorted(blotter.locked)),
    ]
    document = {
        "schema": SCHEMA,
        "journal": str(journal),
        "at_risk_usd": str(blotter.at_risk),
        "orders": [_order_tree(order) for order in orders],
        "second_orders": [_second_tree(each) for each in seconds],
        "positions_e2": dict(sorted(blotter.positions.items())),
        "stopped": dict(sorted(blotter.stopped.items())),
        "locked": sorted(blotter.locked),
    }
    return Shown("\n".join(lines), document)


async def reconciled(
    env: KalshiEnv,
    environ: Mapping[str, str],
    journal: Path,
    accept: str | None,
    clock: Clock | None = None,
) -> Shown:
    """Compare the journal with the venue and show every break.

    While a session holds the account nothing is written, and one reading alone is shown.

    Raises
    ------
    UsageError
        If a note is to be written while a session holds the account.
    VenueError
        If the account cannot be read.
    """
    told = clock or venue_clock(env, environ)
    async with opened(env, environ, told) as client:
        account = KalshiAccount(client)
        try:
            with account_lock(journal), OrderJournal(journal, env.value) as written:
                gateway = _gateway(account, written, told)
                found, note = await _compared(gateway, accept)
                await gateway.close()
                return _comparison(env, found, note)
        except AccountBusy as error:
            if accept is not None:
                raise UsageError(
                    f"nothing can be accepted while a session runs: {error}"
                ) from error
            blotter = Blotter(read_journal(journal))
            view = await read_account(account, blotter, told)
            note = f"{error}; nothing was written, and what is under way may show as a break"
            return _comparison(env, reconcile(blotter, view, told.now()), note)


async def _compared(gateway: LiveGateway, accept: str | None) -> tuple[Reconciliation, str]:
    """Compare, and once more after the venue's figures were accepted; say what became of that.

    A trade that nobody here sent is part of what was accepted only once that is written down.
    """
    found = await gateway.reconcile(accept=accept)
    if accept is None:
        return found, ""
    if not any(isinstance(event, Stated) for event in found.events):
        if found.clean:
            return found, "nothing had to be accepted"
        return found, "nothing was accepted: an order may still trade, cancel-all first"
    if not found.clean:
        found = await gateway.reconcile()
    return found, f"accepted: {accept}"


async def all_cancelled(
    env: KalshiEnv, environ: Mapping[str, str], journal: Path, clock: Clock | None = None
) -> Shown:
    """Cancel every order of the account and confirm it.

    What the journal holds as in flight or unknown is looked up until its fate is known. While a
    session holds the account, or the journal cannot be used, orders are cancelled at the venue
    all the same, through their groups, so that nobody can put any back.

    Raises
    ------
    VenueError
        If the venue cannot be asked.
    """
    told = clock or venue_clock(env, environ)
    async with opened(env, environ, told) as client:
        try:
            with account_lock(journal), OrderJournal(journal, env.value) as written:
                gateway = _gateway(KalshiAccount(client), written, told)
                left = await _cancelled(gateway)
                await gateway.close()
        except (AccountBusy, ConfigError, DataError, IllegalEvent) as error:
            outcome = await GroupCanceller(client).cancel()
            return _cancels(env, outcome.confirmed, [outcome.detail, f"at the venue only: {error}"])
    return _cancels(env, not left, left or ["nothing rests"])


def _cancels(env: KalshiEnv, confirmed: bool, said: Sequence[str]) -> Shown:  # noqa: FBT001
    head = "" if confirmed else "not confirmed; "
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "env": env.value,
        "confirmed": confirmed,
        "said": list(said),
    }
    text = f"{env.value}: {head}{'; '.join(said)}"
    return Shown(text, document, EXIT_DONE if confirmed else EXIT_VENUE)


async def _cancelled(gateway: LiveGateway) -> list[str]:
    """Cancel, look up what is unknown, cancel what was found, and return what is left."""
    left = ["not asked yet"]
    for _ in range(2):
        try:
            await gateway.cancel_all()
        except OrderUnknown as error:
            left = [str(error)]
        else:
            return []
        try:
            await gateway.reconcile()
        except VenueError as error:
            left.append(str(error))
    return left


def _gateway(venue: VenuePort, journal: OrderJournal, clock: Clock) -> LiveGateway:
    """Return a gateway that can look and cancel, and sends no order."""

    def shut(_: OrderIntent) -> Verdict:
        closed = (Finding(Reason.KILL_SWITCH, "this command sends no order"),)
        return Verdict(
            go=False,
            action=Action.LIVE,
            at=clock.now(),
            reasons=closed,
            safety_go=False,
            evidence_go=None,
            readings=(),
        )

    nothing = Caps(total=Money(0), per_second=0)
    return LiveGateway(
        venue, journal, clock, gate=shut, kill=lambda: True, caps=nothing, options=OPTIONS
    )


def _comparison(env: KalshiEnv, found: Reconciliation, note: str) -> Shown:
    count = len(found.breaks)
    breaks = "1 break" if count == 1 else f"{count} breaks"
    head = f"{env.value}: {'agrees with the venue' if found.clean else breaks}"
    columns = ("break", "of", "here", "at the venue")
    rows = [(each.kind.value, each.subject, each.ours, each.venue) for each in found.breaks]
    lines = [head, *_table(columns, rows), *([note] if note else [])]
    document = {
        "schema": SCHEMA,
        "generated_at": found.at,
        "env": env.value,
        "clean": found.clean,
        "note": note,
        "breaks": [
            dict(zip(("kind", "subject", "ours", "venue"), row, strict=True)) for row in rows
        ],
    }
    return Shown("\n".join(lines), document, EXIT_DONE if found.clean else EXIT_BREAK)


def _counts(blotter: Blotter) -> str:
    counts = [
        f"{len(blotter.resting())} resting",
        f"{len(blotter.in_flight())} in flight",
        f"{len(blotter.unknown())} unknown",
    ]
    if seconds := len(blotter.surplus.open()):
        counts.append(f"{seconds} second {'order' if seconds == 1 else 'orders'}")
    return ", ".join(counts)


def _second_row(second: Surplus) -> tuple[str, ...]:
    found = second.found
    open_ = str(found.contracts)
    return (
        second.order_id, found.ticker, found.side.value, str(found.price), open_, "",
        f"second order of {found.client_order_id}",
    )  # fmt: skip


def _second_tree(second: Surplus) -> dict[str, Any]:
    found = second.found
    return {
        "order_id": second.order_id,
        "client_order_id": found.client_order_id,
        "ticker": found.ticker,
        "side": found.side.value,
        "price": str(found.price),
        "contracts": str(found.contracts),
        "found_at": found.at,
    }


def _row(order: OrderRecord) -> tuple[str, ...]:
    meant = order.intent
    return (
        order.client_order_id,
        meant.ticker,
        meant.side.value,
        str(meant.price),
        str(order.open),
        str(order.filled),
        order.state.value,
    )


def _order_tree(order: OrderRecord) -> dict[str, Any]:
    meant = order.intent
    return {
        "client_order_id": order.client_order_id,
        "order_id": order.order_id,
        "series": meant.series,
        "ticker": meant.ticker,
        "side": meant.side.value,
        "price": str(meant.price),
        "contracts": str(meant.contracts),
        "open": str(order.open),
        "filled": str(order.filled),
        "state": order.state.value,
        "intended_at": order.intended_at,
        "expires_at": meant.expires_at,
    }


def _signed(net_e2: int) -> str:
    return f"{Contracts(abs(net_e2))} {'YES' if net_e2 > 0 else 'NO'}"


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return columns of text, or nothing if there is no row."""
    body = list(rows)
    return table(columns, body) if body else []
