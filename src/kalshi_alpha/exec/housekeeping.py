"""Hold raw payloads and logs to their size: ``python -m kalshi_alpha.exec.housekeeping``.

Rules are in ``configs/housekeeping.yaml``. Audit trail, ledger, order journals, state and memos
are never touched.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import click

from kalshi_alpha.config.environment import set_clock
from kalshi_alpha.config.housekeeping import Housekeeping, load_housekeeping
from kalshi_alpha.datastore.housework import Chore, Left, Rule, chores, held
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.printing import echo_json, echo_text, progress
from kalshi_alpha.exec.command import HELP, clock_flag, exit_with, output_flags, run_command

SCHEMA = 1
EXIT_LEFT = 3
BYTES_PER_MB = 1_000_000


@dataclass(slots=True)
class Housework:
    """What was done, or would be.

    Attributes
    ----------
    dry_run
        Whether it only would be.
    files, freed
        By rule: files that went or were compressed, and bytes that were freed.
    left
        What a rule would have taken and must not.
    per_day
        Bytes that are held afterwards, by day, of the days to which nothing more is done but to
        remove the rest of them; in a dry run as they are now.
    total
        Bytes that are held of all days.
    """

    dry_run: bool
    files: Counter[Rule] = field(default_factory=Counter)
    freed: Counter[Rule] = field(default_factory=Counter)
    left: list[Left] = field(default_factory=list)
    per_day: dict[date, int] = field(default_factory=dict)
    total: int = 0

    @property
    def largest(self) -> int:
        """Bytes of the largest settled day."""
        return max(self.per_day.values(), default=0)


def keep_house(paths: Paths, rules: Housekeeping, at: datetime, *, dry_run: bool) -> Housework:
    """Do what the rules say at a clock, or only find it.

    Raises
    ------
    OSError
        If a file cannot be read, written or removed; doing it again goes on from there.
    TornFile
        If a compressed file does not hold its bytes; the plain one is still there.
    """
    work = Housework(dry_run)
    for found in chores(paths, rules, at):
        if isinstance(found, Left):
            work.left.append(found)
            continue
        _count(work, found)
        if not dry_run:
            found.do()
    days = held(paths)
    settled = at.astimezone(UTC).date() - timedelta(days=rules.settled_after_days)
    work.per_day = {day: size for day, size in sorted(days.items()) if day < settled}
    work.total = days.total()
    return work


def _count(work: Housework, chore: Chore) -> None:
    work.files[chore.rule] += chore.files
    work.freed[chore.rule] += chore.freed


@click.command(context_settings=HELP)
@click.option("--dry-run", is_flag=True, help="Say what would be freed, and touch nothing.")
@clock_flag
@output_flags
def cli(*, dry_run: bool, as_of: str | None, as_json: bool, quiet: bool) -> int:
    """Thin raw payloads, compress and remove old logs, by the rules of configs/housekeeping.yaml.

    Exit codes: 0 done, 1 failure, 2 usage, 3 something had to be left or a day is too large.
    """
    at = set_clock(as_of, os.environ) or datetime.now(UTC)
    paths = Paths.from_environ(os.environ)
    rules = load_housekeeping(paths.config("housekeeping")).value
    with progress("keeping house"):
        work = keep_house(paths, rules, at, dry_run=dry_run)
    limit = round(rules.daily_limit_mb * BYTES_PER_MB)
    code = EXIT_LEFT if work.left or (work.largest > limit and not dry_run) else 0
    if as_json:
        echo_json(_document(work, at, limit, code))
    elif not quiet:
        echo_text("\n".join(_lines(work, limit)))
    elif code:
        click.echo("\n".join(_lines(work, limit)), err=True)
    return code


def _document(work: Housework, at: datetime, limit: int, code: int) -> dict[str, object]:
    return {
        "schema": SCHEMA,
        "generated_at": at,
        "dry_run": work.dry_run,
        "rules": {
            rule.value: {"files": work.files[rule], "freed_bytes": work.freed[rule]}
            for rule in Rule
        },
        "freed_bytes": work.freed.total(),
        "held_bytes": work.total,
        "largest_day_bytes": work.largest,
        "daily_limit_bytes": limit,
        "left": [{"rule": x.rule.value, "path": str(x.path), "why": x.why} for x in work.left],
        "exit_code": code,
    }


def _lines(work: Housework, limit: int) -> list[str]:
    verb = "would be freed" if work.dry_run else "freed"
    lines = [
        f"{rule}: {work.files[rule]} files, {_mb(work.freed[rule])} {verb}"
        for rule in Rule
        if work.files[rule]
    ]
    lines += [f"left {each.rule} {each.path}: {each.why}" for each in work.left]
    lines.append(f"{_mb(work.freed.total())} {verb}, {_mb(work.total)} held")
    if work.largest > limit:
        day = max(work.per_day, key=lambda each: work.per_day[each])
        lines.append(
            f"{day} holds {_mb(work.largest)}, more than daily_limit_mb ({_mb(limit)}): "
            "record less, or raise the limit"
        )
    return lines


def _mb(size: int) -> str:
    return f"{size / BYTES_PER_MB:.2f} MB"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    return run_command(cli, "housekeeping", argv)


if __name__ == "__main__":
    exit_with(main())
