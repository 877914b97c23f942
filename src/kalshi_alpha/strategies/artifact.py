"""The calibration artifact: one Parquet table that a person can open and a run reads back."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from kalshi_alpha.core.errors import MissingData, NewerSchema, StaleData, TornFile
from kalshi_alpha.datastore.columns import Column, frame_of

Fact = Mapping[str, object]
C = TypeVar("C")
T = TypeVar("T")

SCHEMA = 1
COLUMNS: tuple[Column, ...] = (
    ("kind", "text"),
    ("name", "text"),
    ("value", "float"),
    ("text", "text"),
)
"""One row a fact. ``kind`` is the family's own word, or ``skill`` or ``origin``."""


@dataclass(frozen=True, slots=True)
class ArtifactFormat(Generic[C]):
    """How one family's calibration is written as facts and made again from them.

    Parameters
    ----------
    model_id
        The model whose parameters these are; another model's artifact is refused.
    facts
        ``calibration -> rows``, the same rows for the same calibration.
    restored
        ``rows -> calibration``; raises KeyError, TypeError or ValueError on rows that lack a
        fact or contradict the hash they carry.
    columns
        The table's columns.
    """

    model_id: str
    facts: Callable[[C], Sequence[Fact]]
    restored: Callable[[Sequence[Fact]], C]
    columns: tuple[Column, ...] = COLUMNS

    def encode(self, calibration: C) -> bytes:
        """Return the artifact's bytes, the same for the same calibration."""
        buffer = io.BytesIO()
        frame_of(self.columns, self.facts(calibration)).write_parquet(
            buffer, compression="zstd", metadata={"schema": str(SCHEMA), "model": self.model_id}
        )
        return buffer.getvalue()

    def load(self, path: Path) -> C:
        """Read a calibration back.

        Raises
        ------
        MissingData
            If there is none.
        TornFile
            If it cannot be read, lacks a fact, or its history is not the one its hash names.
        NewerSchema
            If a later version wrote it.
        StaleData
            If another model wrote it.
        """
        import polars as pl

        if not path.exists():
            raise MissingData(f"{path} is not there: run the calibration first")
        try:
            metadata = pl.read_parquet_metadata(path)
            schema, model = int(metadata["schema"]), metadata["model"]
            if schema > SCHEMA:
                raise NewerSchema(f"{path}: schema {schema}, this version reads {SCHEMA}")
            if model != self.model_id:
                raise StaleData(
                    f"{path}: model {model}, this version is {self.model_id}; calibrate again"
                )
            return self.restored(pl.read_parquet(path, glob=False).to_dicts())
        except (OSError, KeyError, TypeError, ValueError, pl.exceptions.PolarsError) as error:
            raise TornFile(f"{path}: {error}") from error


def fact(
    kind: str, name: str, value: float | None = None, text: str | None = None
) -> dict[str, object]:
    """Return one row of the table."""
    return {"kind": kind, "name": name, "value": value, "text": text}


def as_text(value: object) -> str:
    """Return a value as the JSON text of a row."""
    return msgspec.json.encode(value).decode()


def texts(rows: Sequence[Fact], kind: str, wanted: type[T]) -> list[T]:
    """Return the values of one kind that `as_text` wrote, in order."""
    return [
        msgspec.json.decode(str(row["text"]), type=wanted) for row in rows if row["kind"] == kind
    ]


def numbers(rows: Sequence[Fact], kind: str) -> dict[str, float]:
    """Return the numbers of one kind by name."""
    return {str(row["name"]): float(str(row["value"])) for row in rows if row["kind"] == kind}


def origin(rows: Sequence[Fact], history_sha256: str) -> dict[str, str]:
    """Return the origin facts by name, if they name the history that was read back.

    Raises
    ------
    ValueError
        If the rows carry another history than their hash names.
    """
    found = {str(row["name"]): str(row["text"]) for row in rows if row["kind"] == "origin"}
    if found["history_sha256"] != history_sha256:
        raise ValueError("the history is not the one that the hash names")
    return found
