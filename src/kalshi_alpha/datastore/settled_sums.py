"""Sums of settled fills by risk unit, kept beside a ledger in parts and renewed by what changed.

A part is a Parquet file of ledger rows, one settlement day for instance. Its sums are worked out
once, in Polars, and kept in one small file with the part's name, size, time and inode; a refresh
reads that file and the parts that are new or were replaced. Nothing else is read again.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kalshi_alpha.core.errors import BadParameter, TornFile
from kalshi_alpha.core.types import E2_PER_CONTRACT, E4_PER_DOLLAR
from kalshi_alpha.datastore.atomic import write_atomic

if TYPE_CHECKING:
    import polars as pl

    from kalshi_alpha.core.scoreboard.unit_sums import UnitSums

CARRIER = ("mode", "environment", "clock_source")
TEXTS = (*CARRIER, "family", "risk_unit")
KEYS = (*TEXTS, "settled_at")
SUMS = ("n_fills", "count_e2", "cost_e6", "payout_e6", "fees_e6", "promised_e9")
SEAL = ("part", "bytes", "written_ns", "inode")


def write_part(path: Path, rows: pl.DataFrame) -> None:
    """Write ledger rows as a part, replacing what was there.

    The texts that sums are kept by are written as categories: a day has few of each, and they are
    then read as numbers, which halves a pass. A part with plain texts gives the same sums.

    Raises
    ------
    OSError
        If the file cannot be written; the previous one is then still in place.
    """
    import polars as pl

    written = io.BytesIO()
    rows.with_columns(pl.col(TEXTS).cast(pl.Categorical)).write_parquet(written)
    write_atomic(path, written.getvalue())


def sums_of(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Sum settled fills by carrier, family, risk unit and settlement instant.

    Parameters
    ----------
    rows
        Columns of the ledger; others than those that count are not read.

    Returns
    -------
    LazyFrame
        `KEYS` and `SUMS`, the sums as 64-bit integers.
    """
    import polars as pl

    price = pl.col("price_e4")
    # The very expression of an entry's promised edge; the floor makes it an integer everywhere.
    edge = pl.col("shrink") * pl.col("w_bin") * (pl.col("p") - price / float(E4_PER_DOLLAR))
    promised_e9 = (edge * (pl.col("filled_e2") * (1e9 / E2_PER_CONTRACT)) + 0.5).floor()
    # A row that forecasts fills holds none, so its kind need not be read.
    settled = (pl.col("filled_e2") > 0) & pl.col("settled_at").is_not_null()
    return (
        rows.filter(settled)
        .group_by(KEYS)
        .agg(
            pl.len().cast(pl.Int64).alias("n_fills"),
            pl.col("filled_e2").sum().alias("count_e2"),
            (price * pl.col("filled_e2")).sum().alias("cost_e6"),
            pl.col("payout_e6").sum(),
            pl.col("fee_e6").sum().alias("fees_e6"),
            promised_e9.cast(pl.Int64).sum().alias("promised_e9"),
        )
        .with_columns(pl.col(TEXTS).cast(pl.String))
    )


def all_sums(parts: Sequence[Path]) -> pl.DataFrame:
    """Sum all parts at once, without a cache.

    Raises
    ------
    TornFile
        If a part cannot be read.
    """
    import polars as pl

    try:
        # A part is one row group or few: columns are what can be read side by side.
        rows = pl.scan_parquet(list(parts), glob=False, parallel="columns")
        return sums_of(rows).collect(engine="streaming")
    except (OSError, pl.exceptions.PolarsError) as error:
        raise TornFile(f"ledger parts cannot be summed: {error}") from error


def carried(sums: pl.DataFrame, mode: str, environment: str, clock_source: str) -> UnitSums:
    """Return the sums of one carrier as columns; carriers are never mixed.

    Raises
    ------
    BadParameter
        If they are of so many contracts that sums could overflow.
    """
    import polars as pl

    from kalshi_alpha.core.scoreboard.unit_sums import UnitSums

    wanted = dict(zip(CARRIER, (mode, environment, clock_source), strict=True))
    mine = sums.filter(*(pl.col(name) == value for name, value in wanted.items()))
    texts = {name: mine[name].to_numpy().astype(object) for name in ("family", "risk_unit")}
    numbers = {name: mine[name].to_numpy() for name in SUMS}
    return UnitSums(**texts, settled_us=mine["settled_at"].dt.epoch("us").to_numpy(), **numbers)


class SettledSums:
    """The file of sums beside a ledger in parts.

    Parameters
    ----------
    path
        Where the sums are kept. It may be deleted at any time: it is only ever worked out again.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def refresh(self, parts: Sequence[Path]) -> pl.DataFrame:
        """Bring the sums up to the parts as they are now, and return them.

        Parts that are gone, and those that were replaced, take their old sums with them.

        Raises
        ------
        BadParameter
            If two parts have one name.
        TornFile
            If a part cannot be read; the file of sums is then left as it was.
        """
        import polars as pl

        seals = {path.name: (path, *_seal(path)) for path in parts}
        if len(seals) != len(parts):
            raise BadParameter("two parts of the ledger have one name")
        wanted = pl.DataFrame(
            [(name, *seal[1:]) for name, seal in seals.items()], schema=_seal_schema(), orient="row"
        )
        before = self._kept()
        kept = wanted.clear() if before is None else wanted.join(before[0], on=SEAL, how="semi")
        fresh = wanted.join(kept, on=SEAL, how="anti")
        held = None if before is None else before[1].join(kept, on="part", how="semi")
        found = [] if held is None else [held]
        found += [_with_part(all_sums([seals[name][0]]), name) for name in fresh["part"]]
        sums = pl.concat(found) if found else _with_part(_blank(), "").clear()
        if before is None or not fresh.is_empty() or kept.height != before[0].height:
            self._write(wanted, sums)
        return sums.drop("part")

    def _kept(self) -> tuple[pl.DataFrame, pl.DataFrame] | None:
        """Return what was sealed and its sums; None where there is nothing that can be read."""
        import polars as pl

        try:
            table = pl.read_ipc(io.BytesIO(self._path.read_bytes()))
        except (OSError, pl.exceptions.PolarsError):
            return None
        if set(table.columns) != {*SEAL, *KEYS, *SUMS}:
            return None
        sums = table.filter(pl.col("n_fills") > 0).select("part", *KEYS, *SUMS)
        return table.select(SEAL).unique(), sums

    def _write(self, seals: pl.DataFrame, sums: pl.DataFrame) -> None:
        # A part without a settled fill keeps a row of its own, without sums.
        table = seals.join(sums, on="part", how="left").with_columns(
            *(_filled(name) for name in SUMS)
        )
        written = io.BytesIO()
        table.write_ipc(written)
        write_atomic(self._path, written.getvalue())


def _filled(name: str) -> pl.Expr:
    import polars as pl

    return pl.col(name).fill_null(0)


def _seal(path: Path) -> tuple[int, int, int]:
    try:
        found = path.stat()
    except OSError as error:
        raise TornFile(f"{path}: {error}") from error
    return found.st_size, found.st_mtime_ns, found.st_ino


def _seal_schema() -> dict[str, Any]:
    import polars as pl

    return dict(zip(SEAL, (pl.String, pl.Int64, pl.Int64, pl.Int64), strict=True))


def _blank() -> pl.DataFrame:
    import polars as pl

    types = {name: pl.Int64() for name in SUMS}
    texts = {name: pl.String() for name in KEYS}
    return pl.DataFrame(schema={**texts, "settled_at": pl.Datetime("us", "UTC"), **types})


def _with_part(sums: pl.DataFrame, name: str) -> pl.DataFrame:
    import polars as pl

    return sums.select(pl.lit(name).alias("part"), *KEYS, *SUMS)
