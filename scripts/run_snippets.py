"""Run the blocks of the documentation that take longer than the tests may: those marked `tutorial`.

    python -m scripts.run_snippets [PAGE ...]

Besides, the examples of the commands' help that need neither a venue nor data of one's own.
The blocks of a page run in order, in one new folder that holds the configuration, and by links
the fixtures, the examples and the environment of this checkout. A block marked `exit=N` must end
with N.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

REPOSITORY = Path(__file__).resolve().parents[1]
BLOCK = re.compile(r"^```bash tutorial(?: exit=(\d+))?\n(.*?)^```$", re.DOTALL | re.MULTILINE)
COMMANDS = REPOSITORY / "docs" / "reference" / "commands.md"
EXAMPLE = re.compile(r"^```bash\n(kalshi-alpha .*?)^```$", re.DOTALL | re.MULTILINE)
NOT_RUN = {
    "kalshi-alpha --help ": "of the page's head: the lines below it are run one by one",
    "kalshi-alpha dashboard": "serves until it is ended; its own tests ask it for pages",
    "kalshi-alpha status": "watches until it is ended; once, it is run by the tests of the command",
    "kalshi-alpha orders": "needs the account of a venue; the tutorial of a session runs it",
    "kalshi-alpha record": "needs a key of the venue",
    "kalshi-alpha ingest --all --online": "asks the publishers",
    "kalshi-alpha evaluate": "needs history of one's own",
    "kalshi-alpha backtest": "needs recordings of one's own; a tutorial has a made-up folder",
    "kalshi-alpha bundle": "names an archive of that day; the run-book makes and verifies one",
    "kalshi-alpha sim serve": "serves until it is ended; the tutorial of a session runs it",
}
"""Beginnings of examples that are not run here, with the reason."""
_ENDS_WELL = (0, 3)
_SCANNED_BEFORE = "kalshi-alpha scan --series CPI --offline --quiet"
"""What has happened at a desk before somebody asks it to explain."""
LINKED = ("tests", "examples", "scripts", ".venv")
_LONGEST_S = 300


class Failed(NamedTuple):
    """A block that did not end as it says, and what it printed."""

    page: Path
    block: str
    code: int
    wanted: int
    said: str


def pages() -> list[Path]:
    """Return every page that has such a block."""
    found = sorted([*(REPOSITORY / "docs").rglob("*.md"), *REPOSITORY.glob("*.md")])
    return [page for page in found if BLOCK.search(page.read_text(encoding="utf-8"))]


def run_page(page: Path, root: Path) -> Iterator[Failed]:
    """Run the blocks of a page in a root, in order; stop at the first that fails.

    Yields
    ------
    Failed
        At most one.
    """
    for code, block in BLOCK.findall(page.read_text(encoding="utf-8")):
        done = _run(block, root)
        wanted = int(code or 0)
        if done.returncode != wanted:
            yield Failed(page, block, done.returncode, wanted, f"{done.stdout}\n{done.stderr}")
            return


def examples() -> list[str]:
    """Return the examples of the commands page that are run, in its order."""
    found = EXAMPLE.findall(COMMANDS.read_text(encoding="utf-8"))
    return [each for each in found if not each.startswith(tuple(NOT_RUN))]


def run_examples(root: Path) -> Iterator[Failed]:
    """Run every example in one root, in order; one may be refused by the gate, and none may fail.

    Yields
    ------
    Failed
        One for each example that ended otherwise.
    """
    _run(_SCANNED_BEFORE, root)
    for block in examples():
        done = _run(block, root)
        if done.returncode not in _ENDS_WELL:
            said = f"{done.stdout}\n{done.stderr}"
            yield Failed(COMMANDS, block, done.returncode, 0, said)


def new_root(folder: Path) -> Path:
    """Make a root as a reader has it who types along in a checkout."""
    shutil.copytree(REPOSITORY / "configs", folder / "configs")
    for name in LINKED:
        (folder / name).symlink_to(REPOSITORY / name, target_is_directory=True)
    return folder


def _run(block: str, root: Path) -> subprocess.CompletedProcess[str]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("KALSHI")}
    environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environ.get('PATH', '')}"
    environ["TZ"] = "America/New_York"
    return subprocess.run(
        [shutil.which("bash") or "/bin/bash", "-euo", "pipefail", "-c", block],
        cwd=root,
        env=environ,
        capture_output=True,
        text=True,
        timeout=_LONGEST_S,
        check=False,
    )


def main(argv: list[str] | None = None) -> int:
    """Run the pages that are named, or all; print what failed and return 1 if anything did."""
    named = sys.argv[1:] if argv is None else argv
    wanted = [Path(each).resolve() for each in named] or [*pages(), COMMANDS]
    failed: list[Failed] = []
    for page in wanted:
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="kalshi-alpha-docs-") as folder:
            root = new_root(Path(folder))
            mine = list(run_examples(root) if page == COMMANDS else run_page(page, root))
        failed += mine
        word = "FAILED" if mine else "ok"
        print(f"{word} {page.relative_to(REPOSITORY)} in {time.monotonic() - began:.1f} s")
    for each in failed:
        print(f"\n{each.page}: ended with {each.code}, not {each.wanted}:\n{each.block}{each.said}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
