"""Decoding JSON that a later version of the program may have written.

Standard library and msgspec only: the safety kernel's state files are read by it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import msgspec

from kalshi_alpha.core.errors import NewerSchema, TornFile

T = TypeVar("T")


class _Version(msgspec.Struct):
    schema: int


def bytes_of(path: Path) -> bytes | None:
    """Return what a file holds, or None if there is no such file.

    Raises
    ------
    TornFile
        If it cannot be read.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise TornFile(f"{path}: cannot be read: {error}") from error


def decode_versioned(
    data: bytes, kind: type[T], newest: int, *, where: Path | str, remedy: str = ""
) -> T:
    """Decode a document: a newer schema is named before anything else is judged.

    A later schema may have fields that this one does not know, so the document as a whole is looked
    at only once its schema is known.

    Parameters
    ----------
    data, kind
        The bytes, and what they are to be; ``kind`` holds ``schema`` like every document.
    newest
        Newest schema that this program reads.
    where, remedy
        What messages begin with, and what they end with if the document is torn.

    Raises
    ------
    TornFile
        If it is not whole.
    NewerSchema
        If a later version of the program wrote it.
    """
    try:
        schema = msgspec.json.decode(data, type=_Version).schema
        if schema > newest:
            raise NewerSchema(f"{where}: schema {schema}, this program reads up to {newest}")
        return msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise TornFile(f"{where}: {error}{remedy and f'; {remedy}'}") from error
