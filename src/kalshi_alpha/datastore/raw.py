"""Raw payloads, kept as received before anything reads them, so that any table can be rebuilt."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from kalshi_alpha.core.errors import TornFile
from kalshi_alpha.datastore.atomic import append_lines, write_atomic
from kalshi_alpha.datastore.feeds import Payload
from kalshi_alpha.datastore.packing import packed_path, unpacked
from kalshi_alpha.datastore.paths import Paths

RECEIPTS = "received.jsonl"


class Receipt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When which bytes arrived; the payload lies beside it, named by its hash."""

    file: str
    retrieved_at: datetime
    sha256: str


class RawStore:
    """Payloads below ``data/raw/<source>/YYYY/MM/DD/``, named by the SHA-256 of their bytes."""

    def __init__(self, paths: Paths) -> None:
        self._paths = paths

    def keep(self, payload: Payload, suffix: str) -> Receipt:
        """Store ``payload`` unless it is there already, and note when it was received.

        Keeping the same bytes of the same instant again changes nothing.

        Raises
        ------
        OSError
            If the disk refuses.
        TornFile
            If the day's list of receipts cannot be read.
        """
        retrieved_at = payload.retrieved_at.astimezone(UTC)
        folder = self._paths.raw(payload.source, retrieved_at.date())
        sha256 = hashlib.sha256(payload.body).hexdigest()
        receipt = Receipt(f"{sha256}.{suffix}", retrieved_at, sha256)
        target = folder / receipt.file
        if _kept(target) != payload.body:
            write_atomic(target, payload.body)
        if receipt not in read_receipts(folder):
            append_lines(folder / RECEIPTS, [msgspec.json.encode(receipt).decode()])
        return receipt

    def receipts(self, source: str) -> list[Receipt]:
        """Return every receipt of ``source`` in order of receipt.

        Raises
        ------
        TornFile
            If a receipt cannot be read.
        """
        return [receipt for _, receipt in self._received(source)]

    def payloads(self, source: str) -> Iterator[Payload]:
        """Yield every stored payload of ``source`` in order of receipt.

        Raises
        ------
        TornFile
            If a receipt cannot be read, or a payload is gone or no longer has the hash of its name.
        """
        for folder, receipt in self._received(source):
            path = folder / receipt.file
            body = _kept(path)
            if body is None:
                raise TornFile(f"{path} is not there, and its receipt is")
            if hashlib.sha256(body).hexdigest() != receipt.sha256:
                raise TornFile(f"{path} does not have the hash of its name")
            yield Payload(source, body, receipt.retrieved_at, receipt.file, "kept payload")

    def _received(self, source: str) -> list[tuple[Path, Receipt]]:
        base = self._paths.raw_source(source)
        folders = (file.parent for file in base.glob(f"*/*/*/{RECEIPTS}"))
        found = [(folder, receipt) for folder in folders for receipt in read_receipts(folder)]
        return sorted(found, key=lambda pair: (pair[1].retrieved_at, pair[1].sha256))


def read_receipts(folder: Path) -> list[Receipt]:
    """Return the receipts of one day's folder, in the order in which they were written.

    Raises
    ------
    TornFile
        If one cannot be read.
    """
    path = folder / RECEIPTS
    if not path.exists():
        return []
    try:
        return [msgspec.json.decode(line, type=Receipt) for line in path.read_bytes().splitlines()]
    except msgspec.DecodeError as error:
        raise TornFile(f"{path}: {error}") from error


def _kept(path: Path) -> bytes | None:
    """Return the bytes of a payload, which housekeeping may have compressed; None if there is none.

    Raises
    ------
    TornFile
        If the compressed file is damaged.
    """
    if path.exists():
        return path.read_bytes()
    packed = packed_path(path)
    return unpacked(packed) if packed.exists() else None
