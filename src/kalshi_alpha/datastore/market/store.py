"""Read what was recorded of events, at a local folder or at any URL that fsspec can open."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Sequence
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from kalshi_alpha.core.errors import BadMarket, BadParameter, MissingData, NotBuilt, TornFile
from kalshi_alpha.core.replay.tape import EventTape
from kalshi_alpha.datastore.market.manifest import (
    MANIFEST_NAME,
    DateManifest,
    EventEntry,
    EventRef,
    TableFile,
    read_manifest,
)
from kalshi_alpha.datastore.market.partition import (
    Part,
    Partition,
    partition_folder,
    recover_partition,
    write_partition,
)
from kalshi_alpha.datastore.market.schema import Table
from kalshi_alpha.datastore.market.tape import event_tape

if TYPE_CHECKING:
    import polars as pl


class _Place(Protocol):
    """Where a store lies."""

    def names(self, folder: str) -> Sequence[str]:
        """Return the names in a folder, none if it is not there."""

    def read(self, path: str) -> bytes:
        """Return a file's bytes, or raise FileNotFoundError."""


class MarketStore:
    """The tables of recorded markets below one root.

    Parameters
    ----------
    root
        A local folder, such as ``data/market``, or a URL such as ``s3://bucket/market``; the
        latter needs the extra ``[replay]`` and whatever fsspec asks for its kind, and can only be
        read.
    """

    def __init__(self, root: Path | str) -> None:
        self._root = root
        self._place: _Place = (
            _Remote(root) if isinstance(root, str) and "://" in root else _Local(Path(root))
        )

    @property
    def root(self) -> Path | str:
        """Where it lies."""
        return self._root

    def series(self) -> tuple[str, ...]:
        """Return the series that have partitions, sorted."""
        return tuple(sorted(_after("series=", self._place.names(""))))

    def dates(
        self, series: str, first: date | None = None, last: date | None = None
    ) -> tuple[date, ...]:
        """Return the event dates of a series, sorted; both bounds belong to the span.

        Raises
        ------
        TornFile
            If a folder is named like a partition, and names no date.
        """
        names = _after("date=", self._place.names(f"series={series}"))
        days = sorted(self._date_named(series, name) for name in names)
        return tuple(
            day for day in days if (first is None or day >= first) and (last is None or day <= last)
        )

    def _date_named(self, series: str, name: str) -> date:
        try:
            day = date.fromisoformat(name)
        except ValueError as error:
            raise self._no_date(series, name) from error
        if day.isoformat() != name:
            raise self._no_date(series, name)
        return day

    def _no_date(self, series: str, name: str) -> TornFile:
        return TornFile(
            f"{self._root}/series={series}/date={name} names no date: move it elsewhere"
        )

    def manifest(self, series: str, day: date) -> DateManifest:
        """Return what a partition says of itself.

        Raises
        ------
        MissingData, TornFile, NewerSchema
            If it is not there or cannot be read.
        """
        path = f"{_folder(series, day)}/{MANIFEST_NAME}"
        manifest = read_manifest(self._read(path), f"{self._root}/{path}")
        if manifest.series != series or manifest.date != day:
            raise TornFile(f"{self._root}/{path} is of {manifest.series} {manifest.date}")
        return manifest

    def events(
        self,
        series: str,
        first: date | None = None,
        last: date | None = None,
        *,
        incomplete: bool = False,
    ) -> tuple[EventRef, ...]:
        """Return the events of a series that can be replayed, by date and name.

        Left out are those of which only candles are known, and, unless ``incomplete``, those whose
        strikes or hours no source says: of them there are tables, and no tape.

        Raises
        ------
        MissingData, TornFile, NewerSchema
            If a partition cannot be read.
        """
        found = []
        for day in self.dates(series, first, last):
            found += [
                EventRef(series, each.event_ticker, day, each.fidelity, each.result_source)
                for each in self.manifest(series, day).events
                if each.fidelity is not None and (incomplete or not each.lacks)
            ]
        return tuple(sorted(found, key=lambda ref: (ref.event_date, ref.event_ticker)))

    def load(self, ref: EventRef) -> EventTape:
        """Return everything that was recorded of an event, each file read once.

        Raises
        ------
        MissingData, TornFile, NewerSchema
            If it is not there, or is not what its manifest says.
        BadMarket
            If its source does not carry the strikes of its markets, or when they traded.
        """
        manifest = self.manifest(ref.series, ref.event_date)
        entry = self._entry(manifest, ref.event_ticker)
        tables = {
            table: self._table(manifest, table, entry)
            for table in Table
            if table is Table.MARKETS or entry.rows.get(table)
        }
        try:
            return event_tape(ref.series, ref.event_ticker, tables)
        except BadMarket as error:
            raise BadMarket(f"{ref.series} {ref.event_date}: {error}") from error

    def table(self, series: str, day: date, event_ticker: str, table: Table) -> pl.DataFrame:
        """Return one table of an event, ``market`` counted within the event.

        Raises
        ------
        MissingData, TornFile, NewerSchema
            If there is none, or it is not what its manifest says.
        """
        manifest = self.manifest(series, day)
        entry = self._entry(manifest, event_ticker)
        if table is not Table.MARKETS and not entry.rows.get(table):
            raise MissingData(f"nobody recorded {table} of {event_ticker}")
        return self._table(manifest, table, entry)

    def parts(self, manifest: DateManifest) -> list[Part]:
        """Return the parts of a partition besides its markets, as they lie there.

        Raises
        ------
        MissingData, TornFile
            If one is not there, or is not what the manifest says.
        """
        return [
            Part(file.table, self._file(manifest, file), file.source, _label(file))
            for file in manifest.files
            if file.table is not Table.MARKETS
        ]

    def market_rows(self, manifest: DateManifest) -> list[dict[str, Any]]:
        """Return the rows of a partition's markets table.

        Raises
        ------
        MissingData, TornFile
            If it is not there, or is not what the manifest says.
        """
        (file,) = (file for file in manifest.files if file.table is Table.MARKETS)
        return self._file(manifest, file).to_dicts()

    def write(self, partition: Partition, *, durable: bool = False) -> DateManifest:
        """Write a partition in place of the one that was there; see `write_partition`.

        Raises
        ------
        NotBuilt
            If the store lies at a URL.
        BadParameter
            If the old one comes from other sources altogether, or as for `write_partition`.
        OSError
            If it cannot be written.
        """
        if not isinstance(self._place, _Local):
            raise NotBuilt(f"{self._root} can only be read: write locally and copy it there")
        folder = partition_folder(self._place.root, partition.series, partition.date)
        recover_partition(folder)
        if (folder / MANIFEST_NAME).exists():
            before = self.manifest(partition.series, partition.date).sources
            if not before.keys() & partition.sources.keys():
                raise BadParameter(
                    f"{folder} holds {', '.join(before)}: import into another folder with --into"
                )
        return write_partition(self._place.root, partition, durable=durable)

    def _entry(self, manifest: DateManifest, event_ticker: str) -> EventEntry:
        entry = manifest.event(event_ticker)
        if entry is None:
            raise MissingData(f"{event_ticker} is not in {manifest.series} {manifest.date}")
        return entry

    def _table(self, manifest: DateManifest, table: Table, entry: EventEntry) -> pl.DataFrame:
        import polars as pl

        parts = [self._file(manifest, file) for file in manifest.files if file.table is table]
        whole = parts[0] if len(parts) == 1 else pl.concat(parts)
        if table is Table.MARKETS:
            return whole.slice(entry.first_market, entry.markets)
        if len(parts) > 1:
            whole = whole.sort("at_us", maintain_order=True)
        if len(manifest.events) == 1:
            return whole
        first = entry.first_market
        of_event = whole.filter(
            (pl.col("market") >= first) & (pl.col("market") < first + entry.markets)
        )
        return of_event.with_columns(pl.col("market") - first)

    def _file(self, manifest: DateManifest, file: TableFile) -> pl.DataFrame:
        import polars as pl

        path = f"{_folder(manifest.series, manifest.date)}/{file.name}"
        data = self._read(path)
        if len(data) != file.bytes or hashlib.sha256(data).hexdigest() != file.sha256:
            raise TornFile(
                f"{self._root}/{path} is not what its manifest says; import or seal it again"
            )
        return pl.read_parquet(io.BytesIO(data), use_statistics=False)

    def _read(self, path: str) -> bytes:
        try:
            return self._place.read(path)
        except FileNotFoundError as error:
            raise MissingData(
                f"{self._root}/{path} is not there; import it with kalshi_alpha.exec.market_import"
            ) from error


class _Local:
    def __init__(self, root: Path) -> None:
        self.root = root

    def names(self, folder: str) -> Sequence[str]:
        path = self.root / folder
        return [each.name for each in path.iterdir()] if path.is_dir() else []

    def read(self, path: str) -> bytes:
        return (self.root / path).read_bytes()


class _Remote:
    def __init__(self, url: str) -> None:
        try:
            fsspec: Any = import_module("fsspec")
        except ImportError as error:
            raise NotBuilt(f"{url} needs the extra: pip install 'kalshi-alpha[replay]'") from error
        self._files: Any
        self._files, self._root = fsspec.core.url_to_fs(url)

    def names(self, folder: str) -> Sequence[str]:
        try:
            found = self._files.ls(f"{self._root}/{folder}".rstrip("/"), detail=False)
        except FileNotFoundError:
            return []
        return [str(each).rstrip("/").rsplit("/", 1)[-1] for each in found]

    def read(self, path: str) -> bytes:
        data: bytes = self._files.cat_file(f"{self._root}/{path}")
        return data


def _label(file: TableFile) -> str:
    return file.name.removeprefix(f"{file.table}").removesuffix(".parquet").removeprefix(".")


def _folder(series: str, day: date) -> str:
    return f"series={series}/date={day.isoformat()}"


def _after(prefix: str, names: Iterable[str]) -> list[str]:
    return [name.removeprefix(prefix) for name in names if name.startswith(prefix)]
