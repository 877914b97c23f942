"""Bring recordings of markets into the tables below ``data/market``.

    python -m kalshi_alpha.exec.market_import --data DIR [--into DIR] [--json] [--quiet]

Every file of a kind that is known is found below ``--data`` and imported. What a source does not
carry is absent afterwards. An import that is repeated replaces what it wrote, a partition at a
time, with the same bytes.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import click

from kalshi_alpha.config.mode import Mode
from kalshi_alpha.datastore.market.store import MarketStore
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.printing import echo_json, echo_text, progress
from kalshi_alpha.exec.command import HELP, exit_with, output_flags, run_command
from kalshi_alpha.exec.market.importing import Imported, find_sources, import_source

SCHEMA = 1


@click.command(context_settings=HELP)
@click.option(
    "--data",
    "folders",
    type=click.Path(path_type=Path),
    multiple=True,
    required=True,
    help="Folder with recordings; repeatable.",
)
@click.option(
    "--into", type=click.Path(path_type=Path), help="Where tables lie; default data/market."
)
@output_flags
def cli(folders: tuple[Path, ...], into: Path | None, *, as_json: bool, quiet: bool) -> int:
    """Import recordings of markets: trades, quotes, books, candles and stream captures.

    Exit codes: 0 done, 2 usage, 4 nothing to import, or a file that cannot be read.
    """
    root = into if into is not None else Paths.from_environ(os.environ).market
    sources = find_sources(folders)
    store, found = MarketStore(root), []
    with progress("dates") as advance:
        for number, source in enumerate(sources, start=1):
            what = f"{number}/{len(sources)} {source.kind} {source.files[0].name}"
            found.append(import_source(store, source, partial(advance, what)))
    if as_json:
        echo_json(_document(root, found), Mode.OFFLINE)
    elif not quiet:
        echo_text("\n".join([*map(_line, found), _total(root, found)]), Mode.OFFLINE)
    return 0


def _document(root: Path, found: Sequence[Imported]) -> dict[str, object]:
    return {
        "schema": SCHEMA,
        "generated_at": datetime.now(UTC),
        "into": str(root),
        "sources": [asdict(each) for each in found],
        "rows": _rows(found),
        "bytes": sum(each.bytes for each in found),
        "seconds": sum(each.seconds for each in found),
    }


def _rows(found: Sequence[Imported]) -> dict[str, int]:
    whole: dict[str, int] = {}
    for each in found:
        for table, rows in each.rows.items():
            whole[table] = whole.get(table, 0) + rows
    return whole


def _line(said: Imported) -> str:
    rows = ", ".join(f"{rows:,} {table}" for table, rows in sorted(said.rows.items()))
    return f"{said.files[0]}: {said.events:,} events, {rows}, {said.seconds:.1f} s"


def _total(root: Path, found: Sequence[Imported]) -> str:
    rows = sum(_rows(found).values())
    size, seconds = (sum(getattr(each, name) for each in found) for name in ("bytes", "seconds"))
    return f"wrote {rows:,} rows, {size / 1e6:.1f} MB in {seconds:.1f} s into {root}"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    return run_command(cli, "market_import", argv)


if __name__ == "__main__":
    exit_with(main())
