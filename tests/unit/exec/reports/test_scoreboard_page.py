from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from kalshi_alpha.core.ledger.entry import ClockSource, EntryKind, LedgerEntry, LedgerMode
from kalshi_alpha.core.ramp.figures import EvidenceRule
from kalshi_alpha.core.scoreboard.board import Yardsticks, board
from kalshi_alpha.core.scoreboard.windows import Window
from kalshi_alpha.exec.reports.scoreboard_page import LedgerSeen, scoreboard_page
from score_cases import AGAINST, ALPHA, END, FIRST, RULE, order, worked_rows

WEEK = Window(END, 7)
SEEN = LedgerSeen(
    path="data/proc/ledger_all.parquet",
    run_at=END,
    clock_source=ClockSource.SYSTEM,
    generated_at=END - timedelta(minutes=5),
)


def page(rows: list[LedgerEntry], seen: LedgerSeen = SEEN, against: Yardsticks = AGAINST) -> str:
    return scoreboard_page(board(rows, WEEK, against), seen)


def cells(text: str, family: str, column: str) -> list[str]:
    """What stands in a column in the line of a family, table by table."""
    found, head = [], [""]
    for line in text.splitlines():
        row = [cell.strip() for cell in line.strip("|").split(" | ")]
        if line.startswith("| family"):
            head = row
        elif line.startswith(f"| {family} ") and column in head:
            found.append(row[head.index(column)])
    return found


def test_the_page_shows_the_money_and_the_edge_of_the_worked_example() -> None:
    text = page(worked_rows())
    assert cells(text, "CPI", "gross") == ["$2.20"]
    assert cells(text, "CPI", "net realised") == ["$1.89"]
    assert cells(text, "CPI", "deepest drawdown") == ["$9.22"]
    assert cells(text, "CPI", "delta bps") == ["-45.7"]
    assert cells(text, "CPI", "t")[0] == "-0.02"
    assert "4 pieces of news are few" in text


def test_the_bars_are_as_long_as_the_edges_and_a_loss_looks_otherwise() -> None:
    # Expected .9 * .04 less a fee of .0038 a contract; lost .68 and the fee.
    text = page([order(settled_at=FIRST, outcome=0, payout_e6=0)])
    expected, realised = text.partition("```text\n")[2].splitlines()[:2]
    assert expected == f"CPI    expected     +321.8 bps {1 * chr(0x2588)}"
    assert realised == f"       realised    -6838.2 bps {24 * chr(0x2592)}"


def test_the_same_input_gives_the_same_bytes() -> None:
    rows = worked_rows()
    assert page(rows) == page(rows[::-1])


def test_an_absent_ledger_is_said_and_nothing_else() -> None:
    text = page([], replace(SEEN, generated_at=None))
    assert "There is no ledger at `data/proc/ledger_all.parquet` yet" in text
    assert "##" not in text.replace("# Scoreboard", "")


def test_a_ledger_that_cannot_be_read_is_said_loudly() -> None:
    text = page([], replace(SEEN, generated_at=None, fault="ledger_all.parquet: torn"))
    assert "**The ledger cannot be read, so nothing is shown: ledger_all.parquet: torn**" in text


def test_an_empty_window_names_the_newest_row() -> None:
    text = page(worked_rows(-timedelta(days=60)))
    assert "nothing is open; the newest row is of 2025-04-16T16:00:00Z" in text


def test_each_mode_has_a_section_that_says_how_many_rows_count() -> None:
    offline = [
        replace(row, mode=LedgerMode.OFFLINE, environment="offline") for row in worked_rows()
    ]
    text = page([*worked_rows(), *offline])
    paper, _, rest = text.partition("## OFFLINE on offline books, system clock")
    assert "## PAPER on prod books, system clock" in paper
    assert "7 of 7 rows may count as evidence" in paper
    assert "None of the 7 rows counts as evidence" in rest
    assert "### Bins" in paper
    assert "### Bins" not in rest


def test_the_fill_ratio_stands_beside_the_tuned_one_and_how_far_it_is_off() -> None:
    rows = [order(risk_unit=f"CPI:{n}", filled_e2=0, fee_e6=0) for n in range(8)]
    text = page(rows, against=Yardsticks({"CPI": ALPHA}, RULE, 0.9))
    assert cells(text, "CPI", "fill ratio") == ["0.00%"]
    assert cells(text, "CPI", "expected ratio") == ["50.00% [40.00%, 60.00%]"]
    assert cells(text, "CPI", "realism") == ["-50.0 points, beyond 10"]
    assert cells(text, "total", "expected ratio") == [""]


def test_a_ratio_of_one_piece_of_news_has_no_interval_and_a_new_desk_a_cold_start() -> None:
    text = page([order()])
    assert cells(text, "CPI", "95 %") == ["one piece of news"]
    assert cells(text, "CPI", "expected ratio") == ["cold start"]
    assert "Nothing settled in this window" in text


def test_orders_that_all_went_the_same_way_have_no_spread_to_judge_by() -> None:
    text = page([order(risk_unit=f"CPI:{n}") for n in range(3)])
    assert cells(text, "CPI", "95 %") == ["all alike"]


def test_rows_that_count_below_a_root_for_practice_are_called_practice() -> None:
    practice = Yardsticks({}, EvidenceRule(frozenset({LedgerMode.SIM}), practice=True), 0.9)
    text = page([order(mode=LedgerMode.SIM, environment="sim")], against=practice)
    assert "**Practice**: below this root 1 of 1 rows" in text


def test_forecasts_of_fills_have_columns_of_their_own() -> None:
    forecast = order(
        kind=EntryKind.EXPECTED, filled_e2=0, expected_e2=250, expected_lo_e2=0, expected_hi_e2=400
    )
    text = page([forecast])
    assert cells(text, "CPI", "forecast contracts") == ["2.50"]
    assert cells(text, "CPI", "contracts") == ["0.00"]


@pytest.mark.parametrize(
    ("before", "said"),
    [(0, "n/a"), (1, "level"), (2, "down $1.89")],
    ids=["nothing before", "as much before", "twice as much before"],
)
def test_the_trend_is_against_the_window_before(before: int, said: str) -> None:
    week = timedelta(days=7)
    rows = worked_rows()
    for n in range(before):
        rows += worked_rows(-week, event_ticker=f"KXCPI-{n}")
    rows.append(order(placed_at=FIRST - week, risk_unit="open", filled_e2=0, fee_e6=0))
    assert cells(page(rows), "CPI", "trend of net") == [said]


def test_a_first_week_has_no_trend() -> None:
    assert "so there is no trend" in page(worked_rows())


def test_what_was_placed_later_and_a_clock_that_is_not_the_runs_are_said() -> None:
    seen = replace(SEEN, run_at=END + timedelta(days=400), notes=("ramp.yaml is gone",))
    text = page([order(), order(placed_at=END + timedelta(hours=1))], seen)
    assert "1 rows placed after the window's end are left out" in text
    assert "It ends at the ledger's own clock" in text
    assert "**ramp.yaml is gone**" in text
