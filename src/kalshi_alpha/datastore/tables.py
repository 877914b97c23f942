"""Point-in-time tables: what was known of a feed at any past instant.

A row enters when its value is first seen and is never changed. Each carries ``available_at``
(no earlier than its retrieval), so a read ``as_of`` an instant sees exactly what a run at that
instant could have seen. Files are Parquet below ``data/proc/<source>/vintages/``, partitioned by
the date of retrieval, one file per payload that brought something new.
"""

from __future__ import annotations

import io
import re
from bisect import bisect_right, insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from kalshi_alpha.core.errors import (
    BadParameter,
    DataError,
    MissingData,
    NewerSchema,
    TornFile,
)
from kalshi_alpha.datastore.atomic import encode_json, write_atomic
from kalshi_alpha.datastore.columns import Column, frame_of, polars_schema
from kalshi_alpha.datastore.feeds import TableSchema
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.raw import RawStore

if TYPE_CHECKING:
    import polars as pl

STAMPS: tuple[Column, ...] = (
    ("withdrawn", "bool"),
    ("available_at", "time"),
    ("retrieved_at", "time"),
    ("raw_sha256", "text"),
)
"""Columns every table carries after its own."""

_ORDER = ("available_at", "retrieved_at", "raw_sha256")
_FILE = re.compile(r"([0-9]{8}T[0-9]{6}Z)-[0-9a-f]{16}\.parquet")
_STAMP = "%Y%m%dT%H%M%SZ"
TABLE_SCHEMA = 1

_Key = tuple[object, ...]
# One vintage: its place in time, then its values; None marks a withdrawal.
_Vintage = tuple[tuple[datetime, datetime, str], tuple[object, ...] | None]


@dataclass(frozen=True, slots=True)
class Observation:
    """A row to append: its column values, and the instant from which it may be used."""

    values: Mapping[str, object]
    available_at: datetime


class _Description(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    schema: int
    source: str
    columns: tuple[tuple[str, str], ...]
    key: tuple[str, ...]
    span: str | None
    apart: str | None = None


class PointInTimeTable:
    """One feed's table. An instance reads its files once and then keeps up with its own appends.

    Parameters
    ----------
    folder : Path
        ``data/proc/<source>``.
    schema : TableSchema
        Columns, key and span.
    """

    def __init__(self, folder: Path, schema: TableSchema) -> None:
        self.schema = schema
        self._folder = folder
        self._columns = (*schema.columns, *STAMPS)
        self._history: dict[_Key, list[_Vintage]] | None = None
        self._kept: pl.DataFrame | None = None
        self._newest: datetime | None = None

    def append(
        self, observations: Sequence[Observation], *, retrieved_at: datetime, raw_sha256: str
    ) -> int:
        """Add what is new in one payload and return how many vintages that was.

        An observation enters only if its values differ from the newest stored vintage of its
        key as of its ``available_at``, so reading the same payload again adds nothing.

        Raises
        ------
        BadParameter
            If a column is missing, a value has the wrong type, a key occurs twice, or an
            observation claims to be available before it was retrieved.
        DataError
            If stored files cannot be read, or something newer was appended before: a table
            grows in order of retrieval, because a value seen unchanged leaves no trace that a
            late one could be weighed against.
        """
        retrieved_at = _utc(retrieved_at)
        history = self._loaded()
        fresh: list[dict[str, object]] = []
        seen: set[_Key] = set()
        for observation in observations:
            key = self._key(observation.values)
            if key in seen:
                raise BadParameter(f"{self.schema.source}: key {key} occurs twice in one payload")
            if not observation.available_at >= retrieved_at:
                raise BadParameter(f"{self.schema.source}: {key} available before retrieval")
            seen.add(key)
            stamp = (_utc(observation.available_at), retrieved_at, raw_sha256)
            if self._known(history, key, stamp[0]) != self._values(observation.values):
                fresh.append(self._record(observation.values, stamp, withdrawn=False))
        fresh += self._withdrawals(history, seen, (retrieved_at, retrieved_at, raw_sha256))
        if fresh:
            if self._newest is not None and retrieved_at < self._newest:
                raise DataError(f"{self.schema.source}: a payload of {retrieved_at} comes too late")
            self._write(fresh, retrieved_at, raw_sha256)
            self._remember(history, fresh)
        return len(fresh)

    def first_new_at(self, observations: Sequence[Observation]) -> datetime | None:
        """Return when the earliest of them that is not stored became available; None if all are.

        Raises
        ------
        TornFile, NewerSchema
            If a file cannot be read, or was written by a later version.
        """
        history = self._loaded()
        new = (
            at
            for each in observations
            if self._known(history, self._key(each.values), at := _utc(each.available_at))
            != self._values(each.values)
        )
        return min(new, default=None)

    def read(self, as_of: datetime) -> pl.DataFrame:
        """Return the newest vintage of each key available at ``as_of``, in order of key.

        Returns
        -------
        polars.DataFrame
            The schema's columns, then ``available_at``, ``retrieved_at`` and ``raw_sha256``;
            no rows if nothing was known yet.

        Raises
        ------
        BadParameter
            If ``as_of`` has no time zone.
        TornFile, NewerSchema
            If a file cannot be read, or was written by a later version.
        """
        import polars as pl

        as_of = _utc(as_of)
        key = list(self.schema.key)
        return (
            self._seen(as_of)
            .filter(pl.col("available_at") <= as_of)
            .sort(_ORDER)
            .unique(subset=key, keep="last", maintain_order=True)
            .filter(~pl.col("withdrawn"))
            .drop("withdrawn")
            .sort(key)
        )

    def rows(self, as_of: datetime) -> list[dict[str, object]]:
        """Return `read` as one dict a row."""
        return self.read(as_of).to_dicts()

    def vintages(self, as_of: datetime) -> pl.DataFrame:
        """Return every vintage available at ``as_of``, withdrawals included, oldest first."""
        import polars as pl

        as_of = _utc(as_of)
        return self._seen(as_of).filter(pl.col("available_at") <= as_of).sort(_ORDER)

    def _seen(self, as_of: datetime) -> pl.DataFrame:
        """Return at least what was retrieved by ``as_of``: what is in memory, else the files."""
        return self._frame(as_of) if self._kept is None else self._kept

    def _frame(self, as_of: datetime | None) -> pl.DataFrame:
        import polars as pl

        # A row is never available before its retrieval, so later files cannot matter.
        files = [f for f in self._files() if as_of is None or _retrieved_at(f) <= as_of]
        expected = polars_schema(self._columns)
        if not files:
            return pl.DataFrame(schema=expected)
        try:
            frame = pl.read_parquet(files, hive_partitioning=False, glob=False)
        except (OSError, pl.exceptions.PolarsError) as error:
            raise TornFile(f"{self._folder / 'vintages'}: {error}") from error
        if dict(frame.schema) != expected:
            raise NewerSchema(f"{self._folder}: columns are {frame.columns}")
        return frame

    def _files(self) -> list[Path]:
        found = sorted((self._folder / "vintages").glob("retrieved_on=*/*.parquet"))
        return [file for file in found if _FILE.fullmatch(file.name) is not None]

    def _loaded(self) -> dict[_Key, list[_Vintage]]:
        if self._history is None:
            self._kept = self._frame(None)
            self._history = {}
            self._remember(self._history, self._kept.to_dicts())
        return self._history

    def _remember(
        self, history: dict[_Key, list[_Vintage]], records: Sequence[Mapping[str, object]]
    ) -> None:
        for record in records:
            values = None if record["withdrawn"] else self._values(record)
            vintage = (_stamp_of(record), values)
            insort(history.setdefault(self._key(record), []), vintage, key=lambda v: v[0])
            retrieved_at = vintage[0][1]
            self._newest = max(self._newest or retrieved_at, retrieved_at)

    @staticmethod
    def _known(
        history: Mapping[_Key, list[_Vintage]], key: _Key, at: datetime
    ) -> tuple[object, ...] | None:
        vintages = history.get(key, [])
        place = bisect_right(vintages, at, key=lambda v: v[0][0])
        return vintages[place - 1][1] if place else None

    def _withdrawals(
        self,
        history: Mapping[_Key, list[_Vintage]],
        seen: set[_Key],
        stamp: tuple[datetime, datetime, str],
    ) -> list[dict[str, object]]:
        if self.schema.span is None or not seen:
            return []
        place = self.schema.key.index(self.schema.span)
        inside = sorted(str(key[place]) for key in seen)
        group = None if self.schema.apart is None else self.schema.key.index(self.schema.apart)
        groups = {None if group is None else key[group] for key in seen}
        gone = []
        for key in history.keys() - seen:
            if group is not None and key[group] not in groups:
                continue
            values = self._known(history, key, stamp[0])
            if values is not None and inside[0] <= str(key[place]) <= inside[-1]:
                known = {**dict(zip(self._value_names, values, strict=True))}
                known.update(zip(self.schema.key, key, strict=True))
                gone.append(self._record(known, stamp, withdrawn=True))
        return gone

    def _write(
        self, records: Sequence[Mapping[str, object]], retrieved_at: datetime, raw_sha256: str
    ) -> None:
        self._describe()
        buffer = io.BytesIO()
        frame = frame_of(self._columns, records)
        frame.write_parquet(buffer, compression="zstd")
        folder = self._folder / "vintages" / f"retrieved_on={retrieved_at:%Y-%m-%d}"
        name = f"{retrieved_at.strftime(_STAMP)}-{raw_sha256[:16]}.parquet"
        write_atomic(folder / name, buffer.getvalue())
        if self._kept is not None:
            self._kept = self._kept.vstack(frame)

    def _describe(self) -> None:
        """Leave the schema beside the data, so that a reader needs no driver."""
        path = self._folder / "schema.json"
        schema = self.schema
        wanted = _Description(
            TABLE_SCHEMA, schema.source, schema.columns, schema.key, schema.span, schema.apart
        )
        if not path.exists():
            write_atomic(path, encode_json(wanted))
        elif described(path) != schema:
            raise DataError(
                f"{path} describes another table: move {self._folder} away and ingest --from-raw"
            )

    @property
    def _value_names(self) -> tuple[str, ...]:
        return tuple(name for name in self.schema.names if name not in self.schema.key)

    def _key(self, values: Mapping[str, object]) -> _Key:
        return tuple(values[name] for name in self.schema.key)

    def _values(self, values: Mapping[str, object]) -> tuple[object, ...]:
        return tuple(values[name] for name in self._value_names)

    @staticmethod
    def _record(
        values: Mapping[str, object], stamp: tuple[datetime, datetime, str], *, withdrawn: bool
    ) -> dict[str, object]:
        stamps = dict(zip(_ORDER, stamp, strict=True))
        return {**values, "withdrawn": withdrawn, **stamps}


class FeedStore:
    """All feeds below one root: raw payloads, and a table for each, opened once."""

    def __init__(self, paths: Paths) -> None:
        self.paths = paths
        self.raw = RawStore(paths)
        self._tables: dict[TableSchema, PointInTimeTable] = {}

    def table(self, schema: TableSchema) -> PointInTimeTable:
        """Open the table of ``schema``, which need not exist yet."""
        if schema not in self._tables:
            self._tables[schema] = PointInTimeTable(self.paths.table(schema.source), schema)
        return self._tables[schema]

    def read(self, source: str, as_of: datetime) -> pl.DataFrame:
        """Read a feed's table by name (see `PointInTimeTable.read`).

        Raises
        ------
        MissingData
            If the feed was never ingested.
        """
        path = self.paths.table(source) / "schema.json"
        if not path.exists():
            raise MissingData(f"{source}: no table yet, run kalshi_alpha.datastore.ingest first")
        return self.table(described(path)).read(as_of)

    def rows(self, source: str, as_of: datetime) -> list[dict[str, object]]:
        """Return `read` as one dict a row."""
        return self.read(source, as_of).to_dicts()


def described(path: Path) -> TableSchema:
    """Read the schema a table's writer left in ``path``.

    Raises
    ------
    TornFile, NewerSchema
        If the file cannot be read, or a later version wrote it.
    """
    try:
        found = msgspec.json.decode(path.read_bytes(), type=_Description)
    except msgspec.DecodeError as error:
        raise TornFile(f"{path}: {error}") from error
    if found.schema > TABLE_SCHEMA:
        raise NewerSchema(f"{path}: schema {found.schema}, this version reads {TABLE_SCHEMA}")
    return TableSchema(found.source, found.columns, found.key, found.span, found.apart)


def _utc(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise BadParameter(f"{instant} has no time zone")
    return instant.astimezone(UTC)


def _retrieved_at(file: Path) -> datetime:
    return datetime.strptime(file.name[:16], _STAMP).replace(tzinfo=UTC)


def _stamp_of(record: Mapping[str, object]) -> tuple[datetime, datetime, str]:
    available_at, retrieved_at, raw_sha256 = (record[name] for name in _ORDER)
    if not (
        isinstance(available_at, datetime)
        and isinstance(retrieved_at, datetime)
        and isinstance(raw_sha256, str)
    ):
        raise TornFile(f"a vintage without its stamps: {record}")
    return available_at, retrieved_at, raw_sha256
