"""Bring the order journal and the ledger to the present schemas.

    python -m kalshi_alpha.exec.migrate [--check] [--json]

Each is copied first, the copy is compared, and a migration that is interrupted leaves the file as
it was. Sessions and runs do the same when they first write; this does it while nobody waits.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click

from kalshi_alpha.brokers.account_lock import account_lock
from kalshi_alpha.brokers.journal import OrderJournal, read_journal_state
from kalshi_alpha.core.orders.events import SCHEMA as JOURNAL_SCHEMA
from kalshi_alpha.datastore.ledger import LEDGER_SCHEMA, LedgerStore
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.printing import echo_json, echo_text, quiet_flag
from kalshi_alpha.exec.command import HELP, exit_with, run_command
from kalshi_alpha.exec.runner_lock import read_runner_lock

SCHEMA = 1
EXIT_PENDING = 3


@dataclass(slots=True)
class Version:
    """A file and its schema.

    Attributes
    ----------
    what, path
        Its name and place.
    found, wanted
        Its schema, None if there is no file; and the present one.
    rows
        Events or entries in it.
    backup
        The copy that was made before it was brought up, or None.
    """

    what: str
    path: Path
    found: int | None
    wanted: int
    rows: int = 0
    backup: Path | None = None

    @property
    def pending(self) -> bool:
        """Whether it is older than the present schema."""
        return self.found is not None and self.found < self.wanted


def versions(paths: Paths) -> tuple[Version, Version]:
    """Return the journal and the ledger, read through.

    Raises
    ------
    TornFile, NewerSchema
        If one cannot be read, or a later version of the program wrote it.
    """
    journal = Version("order journal", paths.order_journal, None, JOURNAL_SCHEMA)
    # What is left of a journal without its file is an error, and nothing at all is not.
    if os.path.lexists(journal.path) or os.path.lexists(f"{journal.path}-wal"):
        state = read_journal_state(journal.path)
        journal.found, journal.rows = state.schema, state.events
    store = LedgerStore(paths)
    ledger = Version("ledger", paths.ledger_all, store.schema(), LEDGER_SCHEMA)
    ledger.rows = len(store.entries())
    return journal, ledger


def migrate(paths: Paths) -> tuple[Version, Version]:
    """Bring both up, and return them with their copies; nothing is touched if one is unreadable.

    Raises
    ------
    TornFile, NewerSchema
        As for `versions`, or if a copy does not hold the same; the file is then as it was.
    AccountBusy
        If a session or another process holds the account.
    """
    if not any(each.pending for each in versions(paths)):
        return versions(paths)
    with account_lock(paths.order_journal):
        # Read again: whoever held the lock before may have written.
        journal, ledger = versions(paths)
        if journal.pending:
            with closing(OrderJournal(journal.path)) as opened:
                journal.backup = opened.backup
        if ledger.pending:
            ledger.backup = LedgerStore(paths).bring_up()
    return journal, ledger


@click.command(context_settings=HELP)
@click.option("--check", is_flag=True, help="Say what is to be done, and touch nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@quiet_flag
def cli(*, check: bool, as_json: bool) -> int:
    """Bring the order journal and the ledger to the schemas of this version, each backed up first.

    Exit codes: 0 done or nothing to do, 3 with --check if something is to be done, 4 a file is
    damaged or of a later version, 5 a session holds the account.
    """
    paths = Paths.from_environ(os.environ)
    found = versions(paths) if check else migrate(paths)
    held = read_runner_lock(paths.order_journal)
    pending = check and any(each.pending for each in found)
    code = EXIT_PENDING if pending else 0
    if as_json:
        document = {
            "schema": SCHEMA,
            "generated_at": datetime.now(UTC),
            "check": check,
            "files": {each.what: _document(each) for each in found},
            "held_by": (held.holder or "an unknown process") if held.held else None,
            "exit_code": code,
        }
        echo_json(document)
        return code
    lines = [_line(each, check=check) for each in found]
    if pending and held.held:
        lines.append(f"held by {held.holder or 'an unknown process'}: stop it before you migrate")
    echo_text("\n".join(lines))
    return code


def _document(version: Version) -> dict[str, object]:
    return {
        "path": str(version.path),
        "found": version.found,
        "wanted": version.wanted,
        "rows": version.rows,
        "backup": None if version.backup is None else str(version.backup),
    }


def _line(version: Version, *, check: bool) -> str:
    head = f"{version.what} {version.path}"
    if version.found is None:
        return f"{head}: not there, nothing to do"
    if not version.pending:
        return f"{head}: schema {version.found} with {version.rows} rows, nothing to do"
    step = f"schema {version.found} to {version.wanted}, {version.rows} rows"
    return f"{head}: {step} to be migrated" if check else f"{head}: {step}; was {version.backup}"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    return run_command(cli, "migrate", argv)


if __name__ == "__main__":
    exit_with(main())
