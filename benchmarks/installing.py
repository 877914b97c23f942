"""The lock without extras, installed into an empty environment: how long, and how large.

    python benchmarks/installing.py [--json FILE]

The script that `make demo` begins with installs the locked set beside the one with the report, in
copies of what it needs of the checkout. The first install fills the installer's cache; the second
one is the warm one. Without uv the installer is pip, which keeps a cache too. The run asserts that
the command that was installed answers, never a time.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

REPO = Path(__file__).resolve().parents[1]
NEEDED = ("src", "requirements", "scripts", "configs", "tests/fixtures", "tests/data_fixtures")
FILES = ("pyproject.toml", "README.md", "LICENSE")
BAR_SECONDS, BAR_MB = 60, 500


class Installed(NamedTuple):
    """Seconds of a warm install, and the size of its environment in 10^6 bytes."""

    seconds: float
    size_mb: float


def install(kind: str, folder: Path) -> float:
    """Install a locked set into an empty environment below a folder; return the seconds."""
    shutil.rmtree(folder / ".venv", ignore_errors=True)
    begun = time.perf_counter()
    subprocess.run([folder / "scripts/setup.sh", kind], cwd=folder, check=True, capture_output=True)
    return time.perf_counter() - begun


def size_mb(folder: Path) -> float:
    """Return what the files below a folder occupy, in 10^6 bytes."""
    return sum(path.lstat().st_blocks * 512 for path in folder.rglob("*")) / 1e6


def measured(kind: str) -> Installed:
    """Install a set twice, and measure the second time."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for name in NEEDED:
            shutil.copytree(REPO / name, folder / name)
        for name in FILES:
            shutil.copy(REPO / name, folder / name)
        install(kind, folder)
        seconds = install(kind, folder)
        answer = folder / ".venv/bin/kalshi-alpha"
        subprocess.run([answer, "--version"], check=True, capture_output=True)
        return Installed(seconds, size_mb(folder / ".venv"))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    arguments = parser.parse_args()
    found = {kind: measured(kind) for kind in ("base", "demo")}
    print("| set | install, warm | bar | size | bar |\n| --- | --- | --- | --- | --- |")
    for kind, (seconds, size) in found.items():
        bars = (f"{BAR_SECONDS} s", f"{BAR_MB} MB") if kind == "base" else ("-", "-")
        print(f"| {kind}.lock | {seconds:.1f} s | {bars[0]} | {size:.0f} MB | {bars[1]} |")
    if arguments.json:
        document = {kind: each._asdict() for kind, each in found.items()}
        arguments.json.write_text(json.dumps(document, indent=2) + "\n")


if __name__ == "__main__":
    main()
