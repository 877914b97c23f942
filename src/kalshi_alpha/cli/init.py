"""A new root: ``kalshi-alpha init DIR`` writes the default configuration and nothing else."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from importlib.resources.abc import Traversable
from pathlib import Path, PurePosixPath

import click

from kalshi_alpha.cli.roof import HELP
from kalshi_alpha.cli.shipped import default_configs
from kalshi_alpha.config.mode import Mode
from kalshi_alpha.core.errors import KalshiAlphaError, UsageError
from kalshi_alpha.datastore.atomic import write_atomic
from kalshi_alpha.datastore.printing import echo_json, echo_text, quiet_flag

SCHEMA = 1
_HERE = PurePosixPath()


class AlreadyThere(KalshiAlphaError):
    """The root has a configuration, which is its owner's."""


@click.command(context_settings=HELP)
@click.argument("root", type=click.Path(path_type=Path), required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the files written as JSON.")
@quiet_flag
def command(root: Path | None, *, as_json: bool) -> int:
    """Write the default configuration below ROOT, by default the current folder.

    Everything below ROOT/configs is yours afterwards: nothing is ever overwritten, and a root that
    has one of the files is refused as a whole.

    Exit codes: 0 done, 1 a file is there already or cannot be written, 2 usage.
    """
    top = (root or Path()).absolute()
    written = write_defaults(top)
    if as_json:
        named = [str(path) for path in written]
        echo_json({"schema": SCHEMA, "root": str(top), "files": named}, Mode.OFFLINE)
        return 0
    lines = [f"wrote {len(written)} files below {top / 'configs'}"]
    if top != Path.cwd():
        lines.append(f"next: export KALSHI_ALPHA_HOME={shlex.quote(str(top))}")
    lines.append("then: kalshi-alpha doctor")
    echo_text("\n".join(lines), Mode.OFFLINE)
    return 0


def write_defaults(root: Path) -> list[Path]:
    """Write every file of the default configuration below a root, and return where.

    Raises
    ------
    AlreadyThere
        If one of them is there; nothing is written then.
    UsageError
        If the root is no folder.
    """
    if root.exists() and not root.is_dir():
        raise UsageError(f"{root} is not a folder; name one for the new root")
    contents = {root / "configs" / name: data for name, data in _defaults(default_configs())}
    there = next((path for path in contents if path.exists()), None)
    if there is not None:
        raise AlreadyThere(f"{there} is there already: name another root, or move it away")
    for path, data in contents.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(path, data)
    return list(contents)


def _defaults(
    folder: Traversable, below: PurePosixPath = _HERE
) -> Iterator[tuple[PurePosixPath, bytes]]:
    for entry in sorted(folder.iterdir(), key=lambda each: each.name):
        if entry.is_dir():
            yield from _defaults(entry, below / entry.name)
        else:
            yield below / entry.name, entry.read_bytes()
