"""What a ledger at GO may lack, one thing at a time, and the reason that each is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from desk_root import Flip, first_of_cpi, of_cpi
from kalshi_alpha.core.ledger.entry import LedgerEntry
from kalshi_alpha.core.types import Side
from kalshi_alpha.datastore.ledger import LedgerStore
from kalshi_alpha.datastore.paths import Paths

PRINTS = (-0.05, 0.05, 0.15, 0.25, 0.35, 0.45)
"""Values between the strikes of the practice ledger."""


def _believing(beyond_bps: Callable[[int], float]) -> Flip:
    """Let each order's belief lie so far below what the closing line proved it to be worth."""

    def flip(paths: Paths) -> None:
        units: dict[str, int] = {}

        def change(row: LedgerEntry) -> LedgerEntry:
            number = units.setdefault(row.risk_unit, len(units))
            price, mid = row.price_e4 / 1e4, row.close_mid or 0.0
            p = price + (mid - price - beyond_bps(number) / 1e4) / row.shrink
            return replace(row, p=round(min(max(p, 0.0), 1.0), 4))

        of_cpi(change)(paths)

    return flip


def _units(of: Callable[[int], int]) -> Flip:
    """Settle the orders on fewer pieces of news."""

    def flip(paths: Paths) -> None:
        units: dict[str, int] = {}
        names: list[str] = []

        def change(row: LedgerEntry) -> LedgerEntry:
            number = units.setdefault(row.risk_unit, len(units))
            if number == len(names):
                names.append(row.risk_unit)
            return replace(row, risk_unit=names[of(number)])

        of_cpi(change)(paths)

    return flip


def _mids(by: Callable[[int], float]) -> Flip:
    """Let the market close elsewhere, unit by unit."""

    def flip(paths: Paths) -> None:
        units: dict[str, int] = {}

        def change(row: LedgerEntry) -> LedgerEntry:
            number = units.setdefault(row.risk_unit, len(units))
            mid = (row.close_mid or 0.0) + by(number)
            return replace(row, close_mid=round(min(max(mid, 0.005), 0.995), 4))

        of_cpi(change)(paths)

    return flip


def rows_of_cpi(paths: Paths) -> dict[str, list[LedgerEntry]]:
    """Return the orders of consumer prices by release, oldest first."""
    units: dict[str, list[LedgerEntry]] = {}
    for row in LedgerStore(paths).entries():
        if row.family == "CPI":
            units.setdefault(row.risk_unit, []).append(row)
    return dict(sorted(units.items()))


def printing(values: Mapping[str, float]) -> Flip:
    """Let releases come out at other values, to which their orders settle."""

    def change(row: LedgerEntry) -> LedgerEntry:
        if row.risk_unit not in values:
            return row
        paid = pays(row, values[row.risk_unit])
        return replace(row, outcome=paid, payout_e6=paid * row.filled_e2 * 10_000)

    return of_cpi(change)


def pays(row: LedgerEntry, value: float) -> int:
    """Say whether an order's side pays at a value."""
    above = value > float(row.strike.removeprefix("> "))
    return int(above == (row.side is Side.YES))


def paid_at(rows: Iterable[LedgerEntry], value: float) -> float:
    """Return what a release's orders earn at a value, in dollars a contract."""
    return sum(pays(row, value) - row.price_e4 / 1e4 for row in rows)


def _outran_the_mids(paths: Paths) -> None:
    """Ten releases came out at what suited the desk best, as often as no calibrated mid allows."""
    first = list(rows_of_cpi(paths).items())[:10]
    values = {unit: max(PRINTS, key=lambda value: paid_at(rows, value)) for unit, rows in first}
    printing(values)(paths)


def _proud_of_one_bin(paths: Paths) -> None:
    """Each release's middle YES orders were believed in more, and its others as much less."""
    beliefs: dict[str, float] = {}
    for rows in rows_of_cpi(paths).values():
        middle = [row for row in rows if row.side is Side.YES and 3000 < row.price_e4 <= 7000]
        proud = {row.entry_id: min(row.p + 0.3, 0.97) for row in middle}
        others = [row for row in rows if row not in middle]
        more = sum(proud.values()) - sum(row.p for row in middle)
        kept = 1.0 - more / sum(row.p for row in others)
        beliefs |= proud | {row.entry_id: row.p * kept for row in others}
    of_cpi(lambda row: replace(row, p=round(beliefs[row.entry_id], 4)))(paths)


def _placed_in_a_freeze(paths: Paths) -> None:
    eve = datetime(2024, 11, 12, 20, 0, tzinfo=UTC)
    done: list[str] = []

    def change(row: LedgerEntry) -> LedgerEntry:
        if row.risk_unit != "CPI:2024-11-13" or done:
            return row
        done.append(row.entry_id)
        return replace(row, placed_at=eve, as_of=eve)

    of_cpi(change)(paths)


EVIDENCE: dict[str, tuple[Flip, list[str]]] = {
    "299 fills": (first_of_cpi(299), ["insufficient_fills"]),
    "delta of 3 bps": (_believing(lambda _: 3.0), ["insufficient_delta_bps"]),
    "t below 2": (
        _mids(lambda unit: 0.07 if unit % 2 else -0.09),
        ["insufficient_t_stat"],
    ),
    "11 units": (_units(lambda unit: unit % 11), ["insufficient_units"]),
    "a quarter on one unit": (_units(lambda unit: 0 if unit < 6 else unit), ["unit_share"]),
    "an order within a freeze": (_placed_in_a_freeze, ["guardrail_breach"]),
    "outcomes that no mid explains": (_outran_the_mids, ["closing_line"]),
    "a bin that is believed too much": (_proud_of_one_bin, ["ev_honesty"]),
}
