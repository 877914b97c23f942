"""What a ledger at GO may lack, one thing at a time, and the reason that each is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from desk_root import Flip, first_of_cpi, of_cpi
from kalshi_alpha.core.ledger.entry import LedgerEntry
from kalshi_alpha.datastore.paths import Paths


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
        _believing(lambda unit: 900.0 if unit % 2 else -700.0),
        ["insufficient_t_stat"],
    ),
    "11 units": (_units(lambda unit: unit % 11), ["insufficient_units"]),
    "a quarter on one unit": (_units(lambda unit: 0 if unit < 6 else unit), ["unit_share"]),
    "an order within a freeze": (_placed_in_a_freeze, ["guardrail_breach"]),
}
