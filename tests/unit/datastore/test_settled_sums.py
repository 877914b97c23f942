from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from kalshi_alpha.core.errors import BadParameter, TornFile
from kalshi_alpha.core.execution.fillratio import COLD_START_ALPHA
from kalshi_alpha.core.ledger.entry import EntryKind, LedgerEntry
from kalshi_alpha.core.ledger.rows import COLUMNS, to_row
from kalshi_alpha.core.scoreboard.figures import figures
from kalshi_alpha.core.scoreboard.unit_sums import settled_line
from kalshi_alpha.core.scoreboard.windows import Window
from kalshi_alpha.datastore.columns import frame_of
from kalshi_alpha.datastore.settled_sums import KEYS, SettledSums, all_sums, carried, write_part
from score_cases import END, RULE, order, worked_rows

CARRIER = ("paper", "prod", "system")


def part(folder: Path, name: str, rows: list[LedgerEntry]) -> Path:
    path = folder / f"{name}.parquet"
    columns = [(column, kind.value) for column, kind in COLUMNS]
    write_part(path, frame_of(columns, [to_row(row) for row in rows]))
    return path


@pytest.fixture
def days(tmp_path: Path) -> list[Path]:
    rows = worked_rows()
    cuts = [rows[:2], rows[2:4], rows[4:]]
    return [part(tmp_path, f"day-{number}", cut) for number, cut in enumerate(cuts)]


@pytest.fixture
def store(tmp_path: Path) -> SettledSums:
    return SettledSums(tmp_path / "kept" / "sums.ipc")


def by_key(sums: pl.DataFrame) -> list[tuple[object, ...]]:
    return sums.sort(KEYS).rows()


def test_sums_of_days_are_the_sums_of_the_whole(days: list[Path], store: SettledSums) -> None:
    assert by_key(store.refresh(days)) == by_key(all_sums(days))


def test_the_figures_out_of_sums_are_those_of_the_ledger(
    days: list[Path], store: SettledSums
) -> None:
    week = Window(END, 7)
    found = settled_line(carried(store.refresh(days), *CARRIER), week)
    told = figures(worked_rows(), week, COLD_START_ALPHA, RULE, 0.9)
    assert (found.gross, found.fees, found.drawdown) == (told.gross, told.fees, told.drawdown)
    assert found.edge is not None
    assert told.edge is not None
    assert found.edge.t_stat == pytest.approx(told.edge.t_stat, rel=1e-6)
    assert found.edge.expected_bps == pytest.approx(told.edge.expected_bps, abs=1e-6)


def test_only_parts_that_are_new_or_replaced_are_read_again(
    days: list[Path], store: SettledSums, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def counting(parts: list[Path]) -> pl.DataFrame:
        read.extend(path.name for path in parts)
        return all_sums(parts)

    monkeypatch.setattr("kalshi_alpha.datastore.settled_sums.all_sums", counting)
    store.refresh(days[:2])
    store.refresh(days)
    assert read == ["day-0.parquet", "day-1.parquet", "day-2.parquet"]
    store.refresh(days)
    assert len(read) == 3
    part(days[1].parent, "day-1", worked_rows()[2:3])
    os.utime(days[1], ns=(1, 1))
    found = store.refresh(days)
    assert read[3:] == ["day-1.parquet"]
    assert by_key(found) == by_key(all_sums(days))


def test_a_part_that_is_gone_takes_its_sums_with_it(days: list[Path], store: SettledSums) -> None:
    store.refresh(days)
    assert by_key(store.refresh(days[1:])) == by_key(all_sums(days[1:]))
    assert by_key(store.refresh(days[1:])) == by_key(all_sums(days[1:]))
    assert store.refresh([]).is_empty()


def test_rows_without_a_settled_fill_add_nothing_and_are_read_once(
    tmp_path: Path, store: SettledSums, monkeypatch: pytest.MonkeyPatch
) -> None:
    forecast = order(kind=EntryKind.EXPECTED, filled_e2=0, expected_e2=100, expected_hi_e2=200)
    blank = [part(tmp_path, "open", [order(), forecast])]
    assert store.refresh(blank).is_empty()
    monkeypatch.delattr("kalshi_alpha.datastore.settled_sums.all_sums")
    assert store.refresh(blank).is_empty()


def test_carriers_are_not_mixed(tmp_path: Path) -> None:
    rows = [*worked_rows()[:1], *worked_rows(environment="demo")[1:2]]
    sums = all_sums([part(tmp_path, "both", rows)])
    assert settled_line(carried(sums, *CARRIER)).n_settled == 1
    assert settled_line(carried(sums, "live", "prod", "system")).n_settled == 0


def test_a_spoilt_file_of_sums_is_worked_out_anew(
    days: list[Path], store: SettledSums, tmp_path: Path
) -> None:
    store.refresh(days)
    kept = tmp_path / "kept" / "sums.ipc"
    for spoilt in (b"", kept.read_bytes()[:200]):
        kept.write_bytes(spoilt)
        assert by_key(store.refresh(days)) == by_key(all_sums(days))
    pl.DataFrame({"part": ["x"]}).write_ipc(kept)
    assert by_key(store.refresh(days)) == by_key(all_sums(days))


def test_a_part_that_cannot_be_read_leaves_the_sums_as_they_were(
    days: list[Path], store: SettledSums, tmp_path: Path
) -> None:
    store.refresh(days)
    before = (tmp_path / "kept" / "sums.ipc").read_bytes()
    torn = tmp_path / "torn.parquet"
    torn.write_bytes(b"PAR1")
    for parts in ([*days, torn], [*days, tmp_path / "absent.parquet"]):
        with pytest.raises(TornFile):
            store.refresh(parts)
    assert (tmp_path / "kept" / "sums.ipc").read_bytes() == before


def test_two_parts_of_one_name_are_refused(days: list[Path], store: SettledSums) -> None:
    with pytest.raises(BadParameter, match="one name"):
        store.refresh([days[0], days[0].parent / "." / days[0].name])


def test_a_settlement_is_summed_at_its_instant_to_the_microsecond(tmp_path: Path) -> None:
    shift = timedelta(microseconds=1)
    rows = [*worked_rows()[:1], *worked_rows(shift)[:1]]
    assert all_sums([part(tmp_path, "two", rows)]).height == 2


def test_a_part_with_plain_texts_gives_the_same_sums(days: list[Path], tmp_path: Path) -> None:
    plain = tmp_path / "plain.parquet"
    columns = [(column, kind.value) for column, kind in COLUMNS]
    rows = frame_of(columns, [to_row(row) for row in worked_rows()])
    rows.write_parquet(plain)
    assert by_key(all_sums([plain])) == by_key(all_sums(days))
    assert (
        pl.read_parquet(days)
        .select(pl.col("risk_unit").cast(pl.String))
        .equals(rows.select("risk_unit"))
    )
