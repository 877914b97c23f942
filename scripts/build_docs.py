"""Build the site offline with warnings as errors, and see that no page loads anything from outside.

    python -m scripts.build_docs [--into DIR]

Needs the extra `[docs]`. The pictures of the concepts must be what the code draws.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from scripts import draw_concepts

REPOSITORY = Path(__file__).resolve().parents[1]
LOADED = re.compile(
    r"<(?:script|img|iframe|audio|video|source|embed)\b[^>]*\bsrc=[\"']?((?:https?:)?//[^\"'\s>]+)"
    r"|<link\b(?=[^>]*\brel=[\"']?(?:stylesheet|preload|preconnect|icon))[^>]*"
    r"\bhref=[\"']?((?:https?:)?//[^\"'\s>]+)"
    r"|@import\s+(?:url\()?[\"']?((?:https?:)?//[^\"')\s]+)"
    r"|url\(\s*[\"']?((?:https?:)?//[^\"')\s]+)",
    re.IGNORECASE,
)
"""What a browser fetches by itself; a link that a reader may follow is not among it."""

_SHOWN = 5


def loaded_from_outside(folder: Path) -> Iterator[tuple[Path, str]]:
    """Yield every page or sheet of a site that loads something from another host, and what."""
    for path in sorted(folder.rglob("*")):
        if path.suffix in {".html", ".css"}:
            for found in LOADED.finditer(path.read_text(encoding="utf-8")):
                yield path, next(each for each in found.groups() if each)


def built(folder: Path) -> int:
    """Run mkdocs into a folder, print what it complains of, and return its exit code."""
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    environ = os.environ | {"NO_MKDOCS_2_WARNING": "1", "TZ": "America/New_York"}
    done = subprocess.run(
        command, cwd=REPOSITORY, env=environ, capture_output=True, text=True, check=False
    )
    lines = done.stderr.splitlines()
    for line in [each for each in lines if not each.startswith("INFO")] if done.returncode else ():
        print(line)
    return done.returncode


def main(argv: list[str] | None = None) -> int:
    """Build and check the site; return 0 if it is sound."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--into", type=Path, default=REPOSITORY / "site", help="folder of the site")
    folder = parser.parse_args(argv).into.resolve()
    if draw_concepts.main(["--check"]):
        return 1
    if code := built(folder):
        return code
    outside = list(loaded_from_outside(folder))
    for path, address in outside[:_SHOWN]:
        print(f"{path.relative_to(folder)} loads {address}")
    if outside:
        print(f"{len(outside)} loads from outside: take away what makes them")
    else:
        print(f"built {len(list(folder.rglob('*.html')))} pages in {folder}, nothing from outside")
    return 1 if outside else 0


if __name__ == "__main__":
    sys.exit(main())
