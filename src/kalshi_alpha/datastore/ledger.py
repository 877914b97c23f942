"""The aggregated ledger on disk, and the copies of it that people and spreadsheets read."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from kalshi_alpha.core.errors import NewerSchema, TornFile
from kalshi_alpha.core.ledger.entry import LedgerEntry
from kalshi_alpha.core.ledger.rows import (
    COLUMNS,
    EventRun,
    from_row,
    replace_runs,
    to_json,
    to_row,
    upsert,
)
from kalshi_alpha.datastore.atomic import write_atomic, write_json
from kalshi_alpha.datastore.backups import FOLDER, back_up_bytes
from kalshi_alpha.datastore.columns import frame_of
from kalshi_alpha.datastore.exclusive import exclusive
from kalshi_alpha.datastore.paths import Paths

if TYPE_CHECKING:
    import polars as pl

LEDGER_SCHEMA = 3
PATIENCE = timedelta(seconds=30)
"""How long a run waits for another one that is writing the ledger."""


class _Written(NamedTuple):
    """Rows that were written, and the copy of what was there if it was of an older schema."""

    rows: int
    backup: Path | None


class LedgerStore:
    """``ledger_all.parquet``: one row an order, replaced as a whole file at each change.

    Parameters
    ----------
    paths
        The root's paths.
    patience
        How long a change waits for another process that is changing the ledger.
    """

    def __init__(self, paths: Paths, patience: timedelta = PATIENCE) -> None:
        self._paths, self._patience = paths, patience
        self._alone = False
        self._kept: list[LedgerEntry] | None = None

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep every other writer of this ledger out, from reading it to having written it.

        Each change does so by itself; this holds several together. What was read or written
        inside is not read again: nobody else can have changed it.

        Raises
        ------
        FileBusy
            If another process keeps this one out for longer than its patience.
        """
        if self._alone:
            yield
            return
        with exclusive(self._paths.ledger_lock, self._patience):
            self._alone = True
            try:
                yield
            finally:
                self._alone, self._kept = False, None

    def entries(self) -> list[LedgerEntry]:
        """Read all entries, oldest first; none if there is no ledger yet.

        Raises
        ------
        TornFile, NewerSchema
            If the file cannot be read, holds an order twice, or a later version wrote it.
        """
        if self._kept is not None:
            return list(self._kept)
        exists = self._paths.ledger_all.exists()
        found = [from_row(row) for row in self.frame().to_dicts()] if exists else []
        if self._alone:
            self._kept = found
        return list(found)

    def frame(self) -> pl.DataFrame:
        """Read the table as it is, for statistics over columns.

        Raises
        ------
        TornFile, NewerSchema
            If the file is missing or cannot be read, holds an order twice, or a later version wrote
            it.
        """
        import polars as pl

        self._header()
        path = self._paths.ledger_all
        try:
            table = pl.read_parquet(path, glob=False)
            ids = table["entry_id"]
        except (OSError, pl.exceptions.PolarsError) as error:
            raise TornFile(f"{path}: {error}") from error
        if ids.n_unique() != len(ids):
            # An order that stands there twice would be evidence twice.
            twice = ids.filter(ids.is_duplicated()).unique(maintain_order=True)
            raise TornFile(
                f"{path}: holds {len(twice)} of its orders more than once, {twice[0]} first; "
                "put it back from a copy of before"
            )
        return table

    def generated_at(self) -> datetime | None:
        """Return when the ledger was last refreshed, by the clock of the run that did it.

        Raises
        ------
        TornFile, NewerSchema
            If the file cannot be read, or a later version wrote it.
        """
        if not self._paths.ledger_all.exists():
            return None
        return self._header()[1]

    def schema(self) -> int | None:
        """Return the schema of the file, or None if there is no ledger.

        Raises
        ------
        TornFile, NewerSchema
            If the file cannot be read, or a later version wrote it.
        """
        return self._header()[0] if self._paths.ledger_all.exists() else None

    def bring_up(self) -> Path | None:
        """Write an older ledger in the present schema; return the copy that was made first.

        None if there is nothing to do. The time of its last refresh stays what it was.

        Raises
        ------
        TornFile, NewerSchema
            If it cannot be read, or would not read back the same; it is then left as it is.
        """
        with self.alone():
            if self.schema() in {None, LEDGER_SCHEMA}:
                return None
            return self._write(self.entries(), self._header()[1]).backup

    def upsert(self, incoming: Iterable[LedgerEntry], now: datetime) -> int:
        """Add fills and settlements, each in the place of the entry with its id.

        Returns
        -------
        int
            Rows in the ledger afterwards.

        Raises
        ------
        TornFile, NewerSchema
            If the present ledger cannot be read; it is then left as it is.
        FileBusy
            If another process keeps this one out.
        """
        with self.alone():
            return self._write(upsert(self.entries(), incoming), now).rows

    def replace_runs(
        self,
        incoming: Iterable[LedgerEntry],
        now: datetime,
        repeated: Iterable[EventRun] = (),
    ) -> int:
        """Add a run's whole output; an earlier run of the same event, mode and clock goes.

        ``repeated`` names runs whose earlier rows go though they wrote none this time.

        Returns
        -------
        int
            Rows in the ledger afterwards.

        Raises
        ------
        TornFile, NewerSchema
            If the present ledger cannot be read; it is then left as it is.
        FileBusy
            If another process keeps this one out.
        """
        with self.alone():
            return self._write(replace_runs(self.entries(), incoming, repeated), now).rows

    def write_artifacts(
        self, entries: Sequence[LedgerEntry], name: str, now: datetime
    ) -> tuple[Path, Path]:
        """Write ``entries`` as ``reports/_artifacts/<name>.csv`` and ``.json``.

        Returns
        -------
        tuple of Path
            The CSV file and the JSON file.
        """
        folder = self._paths.artifacts
        table, document = folder / f"{name}.csv", folder / f"{name}.json"
        ordered = _ordered(entries)
        frame = frame_of(COLUMNS, [to_row(entry) for entry in ordered])
        write_atomic(table, frame.write_csv().encode())
        write_json(
            document,
            {
                "schema": LEDGER_SCHEMA,
                "generated_at": now.astimezone(UTC),
                "entries": [to_json(entry) for entry in ordered],
            },
        )
        return table, document

    def _write(self, entries: Sequence[LedgerEntry], now: datetime) -> _Written:
        buffer = io.BytesIO()
        ordered = _ordered(entries)
        frame_of(COLUMNS, [to_row(entry) for entry in ordered]).write_parquet(
            buffer,
            compression="zstd",
            metadata={
                "schema": str(LEDGER_SCHEMA),
                "generated_at": now.astimezone(UTC).isoformat(),
            },
        )
        backup = self._backed_up(buffer, ordered)
        write_atomic(self._paths.ledger_all, buffer.getvalue())
        self._kept = ordered
        return _Written(len(entries), backup)

    def _backed_up(self, fresh: io.BytesIO, entries: Sequence[LedgerEntry]) -> Path | None:
        """Copy a ledger of an older schema, and require that its successor reads back."""
        import polars as pl

        schema = self.schema()
        if schema in {None, LEDGER_SCHEMA}:
            return None
        path = self._paths.ledger_all
        copy = back_up_bytes(path, self._paths.state / FOLDER, schema or 0)
        fresh.seek(0)
        if [from_row(row) for row in pl.read_parquet(fresh).to_dicts()] != list(entries):
            raise TornFile(f"{path}: would not read back in schema {LEDGER_SCHEMA}; left as it is")
        return copy

    def _header(self) -> tuple[int, datetime]:
        import polars as pl

        path = self._paths.ledger_all
        try:
            metadata = pl.read_parquet_metadata(path)
            schema, generated_at = int(metadata["schema"]), metadata["generated_at"]
        except (OSError, KeyError, ValueError, pl.exceptions.PolarsError) as error:
            raise TornFile(f"{path}: {error}") from error
        if schema > LEDGER_SCHEMA:
            raise NewerSchema(f"{path}: schema {schema}, this version reads {LEDGER_SCHEMA}")
        return schema, datetime.fromisoformat(generated_at)


def _ordered(entries: Iterable[LedgerEntry]) -> list[LedgerEntry]:
    return sorted(entries, key=lambda entry: (entry.as_of, entry.placed_at, entry.entry_id))
