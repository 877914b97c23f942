from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.replay.tape import Fidelity
from kalshi_alpha.datastore.market.partition import (
    Part,
    partition_folder,
    recover_partition,
    write_partition,
)
from kalshi_alpha.datastore.market.schema import Table
from kalshi_alpha.exec.market.listing import markets_frame
from tape_cases import DAY, EVENT, MARKETS, TWO_TRADES, partition, trades


def contents(root: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def test_the_same_values_give_the_same_bytes(tmp_path: Path) -> None:
    write_partition(tmp_path / "a", partition())
    write_partition(tmp_path / "b", partition(), durable=True)
    write_partition(tmp_path / "b", partition())
    assert contents(tmp_path / "a") == contents(tmp_path / "b")
    assert len(contents(tmp_path / "a")) == 3


def test_the_manifest_counts_each_event_by_itself(tmp_path: Path) -> None:
    others = [replace(each, event_ticker="KXHIGHNY-25JAN10X") for each in MARKETS]
    rows = trades([*TWO_TRADES, (TWO_TRADES[1][0], 4, 50, 1, True)])
    manifest = write_partition(
        tmp_path,
        partition(
            markets=markets_frame([*MARKETS, *others]), parts=(Part(Table.TRADES, rows, "tape"),)
        ),
    )
    assert [(e.first_market, e.markets, e.rows[Table.TRADES]) for e in manifest.events] == [
        (0, 3, 2),
        (3, 3, 1),
    ]


def test_an_event_without_strikes_says_that_it_lacks_them(tmp_path: Path) -> None:
    markets = markets_frame(MARKETS).with_columns(strike_type=pl.lit(None, dtype=pl.String))
    manifest = write_partition(tmp_path, partition(markets=markets))
    assert manifest.events[0].lacks == ("strike",)


def test_the_finest_table_is_the_fidelity(tmp_path: Path) -> None:
    depth = pl.DataFrame(
        {
            "at_us": [1],
            "market": [0],
            "is_yes": [True],
            "price_e4": [100],
            "size_e2": [100],
            "opens": [True],
        }
    )
    parts = (*partition().parts, Part(Table.DEPTH, depth, "tape"))
    manifest = write_partition(tmp_path, partition(parts=parts))
    assert manifest.events[0].fidelity is Fidelity.DEPTH


@pytest.mark.parametrize(
    "rows",
    [[], TWO_TRADES[::-1], [(TWO_TRADES[0][0], 3, 50, 1, True)]],
    ids=["no row", "out of order", "market that is not there"],
)
def test_rows_that_nobody_can_replay_are_refused(
    tmp_path: Path, rows: list[tuple[int, int, int, int, bool]]
) -> None:
    with pytest.raises(BadParameter):
        write_partition(tmp_path, partition(parts=(Part(Table.TRADES, trades(rows), "tape"),)))
    assert not partition_folder(tmp_path, "KXHIGHNY", DAY).exists()


def test_markets_of_an_event_must_stand_together(tmp_path: Path) -> None:
    frame = markets_frame(MARKETS).with_columns(event_ticker=pl.Series([EVENT, "other", EVENT]))
    with pytest.raises(BadParameter, match="do not stand together"):
        write_partition(tmp_path, partition(markets=frame))


def test_a_crash_between_the_two_renames_leaves_the_old_partition(tmp_path: Path) -> None:
    write_partition(tmp_path, partition())
    folder = partition_folder(tmp_path, "KXHIGHNY", DAY)
    before = contents(folder)
    folder.rename(folder.with_name(f".{folder.name}.old"))
    folder.with_name(f".{folder.name}.new").mkdir()
    recover_partition(folder)
    assert contents(folder) == before
    write_partition(tmp_path, partition())
    assert sorted(path.name for path in folder.parent.iterdir()) == [folder.name]


def test_a_crash_after_both_renames_leaves_the_new_partition(tmp_path: Path) -> None:
    write_partition(tmp_path, partition())
    folder = partition_folder(tmp_path, "KXHIGHNY", DAY)
    folder.with_name(f".{folder.name}.old").mkdir()
    recover_partition(folder)
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]
