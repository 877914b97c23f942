"""Lines in files of zstd frames: written so that a crash costs the last frame and no more.

Every flush is a frame of its own with a checksum. What a crash tore off is at the end of a file,
and is left there: a recording goes on in a new file.
"""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Any

from kalshi_alpha.core.errors import BadParameter, NotBuilt, TornFile
from kalshi_alpha.datastore.atomic import fsync_folder

NEEDS_EXTRA = "recordings are compressed with zstd: pip install 'kalshi-alpha[replay]'"
LEVEL = 6
FLUSH_BYTES = 1 << 20
"""So many bytes of lines are written at once at the latest."""
_BLOCK = 1 << 20
_MAGIC = b"\x28\xb5\x2f\xfd"
"""What every frame begins with (RFC 8878, 3.1.1)."""


class LineWriter:
    """Appends lines to a new file.

    Parameters
    ----------
    path
        A file that is not there yet.

    Attributes
    ----------
    path, lines, bytes
        The file, lines that were flushed, and its size.

    Raises
    ------
    NotBuilt
        If the extra is not installed.
    OSError
        If the file is there, or cannot be made.
    """

    def __init__(self, path: Path) -> None:
        zstd = _zstd()
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path, self.lines, self.bytes = path, 0, 0
        self._compressor = zstd.ZstdCompressor(level=LEVEL, write_checksum=True)
        self._file = path.open("xb", buffering=0)
        self._waiting: list[bytes] = []
        self._waiting_bytes = 0
        fsync_folder(path.parent)

    def add(self, line: bytes) -> None:
        """Add a line; it is on the disk after the next flush.

        Raises
        ------
        BadParameter
            If it contains a line break.
        OSError
            If it was time to flush, and that failed.
        """
        if b"\n" in line:
            raise BadParameter("a line to record contains a line break")
        self._waiting.append(line)
        self._waiting_bytes += len(line) + 1
        if self._waiting_bytes >= FLUSH_BYTES:
            self.flush()

    def flush(self) -> None:
        """Write what was added as one frame, durable when this returns.

        Raises
        ------
        OSError
            If it cannot be written; the lines wait on, and what was written of them is cut off, so
            that a later flush does not follow half a frame.
        """
        if not self._waiting:
            return
        data = self._compressor.compress(b"\n".join([*self._waiting, b""]))
        lines, size = len(self._waiting), len(data)
        try:
            while data:
                data = data[self._file.write(data) :]
            os.fsync(self._file.fileno())
        except OSError:
            self._file.seek(self._file.truncate(self.bytes))
            raise
        self._waiting.clear()
        self._waiting_bytes = 0
        self.lines += lines
        self.bytes += size

    def close(self) -> None:
        """Flush and close."""
        try:
            self.flush()
        finally:
            self._file.close()

    def __enter__(self) -> LineWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class Lines:
    """Lines of a file, read frame by frame.

    Attributes
    ----------
    torn_bytes
        After the last line: bytes at the end from the first that is not of a whole frame.
    resumes_at
        After the last line: where among those another whole frame begins; None if none does. A
        crash tears the end alone, so that a frame that follows tells of damage.

    Raises
    ------
    NotBuilt
        If the extra is not installed.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._zstd = _zstd()
        self.torn_bytes = 0
        self.resumes_at: int | None = None

    def __iter__(self) -> Iterator[bytes]:
        """Yield the lines of whole frames."""
        decompressor = self._zstd.ZstdDecompressor()
        frame, parts, whole = decompressor.decompressobj(), [], 0
        with self._path.open("rb") as file:
            while data := file.read(_BLOCK):
                while data:
                    try:
                        parts.append(frame.decompress(data))
                    except self._zstd.ZstdError:
                        self._tell_end(whole)
                        return
                    if not frame.eof:
                        break
                    yield from _split(b"".join(parts))
                    data, parts = frame.unused_data, []
                    whole = file.tell() - len(data)
                    frame = decompressor.decompressobj()
        self._tell_end(whole)

    def _tell_end(self, whole: int) -> None:
        """Tell what follows the bytes that were read as whole frames."""
        self.torn_bytes = self._path.stat().st_size - whole
        if not self.torn_bytes:
            return
        with (
            self._path.open("rb") as file,
            mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data,
        ):
            at = data.find(_MAGIC, whole + 1)
            while at >= 0 and not self._is_frame(data, at):
                at = data.find(_MAGIC, at + 1)
        self.resumes_at = at if at >= 0 else None

    def _is_frame(self, data: mmap.mmap, at: int) -> bool:
        frame = self._zstd.ZstdDecompressor().decompressobj()
        while at < len(data) and not frame.eof:
            try:
                frame.decompress(data[at : at + _BLOCK])
            except self._zstd.ZstdError:
                return False
            at += _BLOCK
        return bool(frame.eof)


def read_lines(path: Path) -> Iterator[bytes]:
    """Yield the lines of a file that somebody else wrote, whatever its frames are.

    Raises
    ------
    TornFile
        If it does not end where a frame does.
    NotBuilt
        If the extra is not installed.
    """
    zstd = _zstd()
    decompressor = zstd.ZstdDecompressor()
    frame, rest, is_whole = decompressor.decompressobj(), b"", True
    try:
        with path.open("rb") as file:
            while data := file.read(_BLOCK // 16):
                while data:
                    *lines, rest = (rest + frame.decompress(data)).split(b"\n")
                    yield from (line for line in lines if line.strip())
                    data, is_whole = b"", frame.eof
                    if is_whole:
                        data, frame = frame.unused_data, decompressor.decompressobj()
    except zstd.ZstdError as error:
        raise TornFile(f"{path}: {error}") from error
    if not is_whole:
        raise TornFile(f"{path} ends within a frame")
    if rest.strip():
        yield rest


def _split(text: bytes) -> Iterator[bytes]:
    return (line for line in text.split(b"\n") if line)


def _zstd() -> Any:
    try:
        return import_module("zstandard")
    except ImportError as error:
        raise NotBuilt(NEEDS_EXTRA) from error
