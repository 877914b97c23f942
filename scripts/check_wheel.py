"""Build the wheel, and run it where there is no checkout: a new root, and the demo below it.

    python -m scripts.check_wheel

The wheel's own files stand first on the path of an interpreter that otherwise has this
environment's libraries. Exit code 1 if it lacks the default configuration or the demo's payloads.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

REPO = Path(__file__).resolve().parents[1]
SOURCES = ("pyproject.toml", "README.md", "LICENSE", "src", "configs")
PAYLOADS = ("fixtures", "data_fixtures")
_BUILD = "from hatchling.build import build_wheel; print(build_wheel('out'))"
_RUN = """\
import sys
sys.path.insert(0, {site!r})
import kalshi_alpha
assert kalshi_alpha.__file__.startswith({site!r}), kalshi_alpha.__file__
from kalshi_alpha.cli.entry import main
raise SystemExit(main())
"""


def built(folder: Path) -> Path:
    """Build a wheel from a copy of the sources and return where it was unpacked, beside them."""
    folder.mkdir()
    ignored = shutil.ignore_patterns("__pycache__")
    for name in SOURCES:
        source = REPO / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=ignored)
        else:
            shutil.copy(source, folder / name)
    for name in PAYLOADS:
        shutil.copytree(REPO / "tests" / name, folder / "tests" / name, ignore=ignored)
    (folder / "out").mkdir()
    subprocess.run([sys.executable, "-c", _BUILD], cwd=folder, check=True, capture_output=True)
    wheel = next((folder / "out").glob("*.whl"))
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(folder.parent / "site")
    print(f"{wheel.name}: {wheel.stat().st_size / 1e6:.1f} MB")
    return folder.parent / "site"


def run(site: Path, root: Path, *argv: str) -> int:
    """Run the wheel's command below a root and return its exit code."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KALSHI")}
    command = [sys.executable, "-c", _RUN.format(site=str(site)), *argv]
    ended = subprocess.run(command, cwd=root, env=kept, check=False).returncode
    print(f"kalshi-alpha {' '.join(argv)}: exit {ended}", flush=True)
    return ended


def main() -> int:
    """Build, run, and return the exit code."""
    with tempfile.TemporaryDirectory() as scratch:
        site = built(Path(scratch) / "sources")
        root = Path(scratch) / "elsewhere"
        root.mkdir()
        ends = [run(site, root, "init", "desk", "--quiet")]
        ends.append(run(site, root, "demo", "--into", "seen", "--mode", "pre_cpi", "--quiet"))
        there = (root / "seen/reports/CPI/2024-12-11/REPORT.md").is_file()
        print(f"report of the demo: {'written' if there else 'missing'}")
    return 0 if there and not any(ends) else 1


if __name__ == "__main__":
    sys.exit(main())
