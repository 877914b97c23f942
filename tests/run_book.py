"""Commands of the run-book, typed as they are printed: in this process, or in one of their own."""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from desk import Done
from runs import REPO, at_home_in_new_york, new_root

AS_OF = "KALSHI_ALPHA_AS_OF"
BLOCK = re.compile(r"^ *```bash(.*?)\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)
"""A block of commands on a page: what it is marked by, and its lines."""
_PYTHON = ("python", "-m")


@dataclass(frozen=True)
class Terminal:
    """An operator's terminal, in the root.

    Attributes
    ----------
    root
        Where commands are typed.
    environ
        What the shell exports beside the machine's own variables.
    """

    root: Path
    environ: Mapping[str, str] = field(default_factory=dict)

    def types(self, line: str, *, clock: str = "") -> Done:
        """Run a ``python -m`` line in this process, at a clock if one is set."""
        words = shlex.split(line.replace("\\\n", " "))
        assert tuple(words[:2]) == _PYTHON, line
        module = importlib.import_module(words[2])
        said, failed = io.StringIO(), io.StringIO()
        with at_home_in_new_york(self.root), pytest.MonkeyPatch.context() as patch:
            for name, value in self._exported(clock).items():
                patch.setenv(name, value)
            patch.chdir(self.root)
            with contextlib.redirect_stdout(said), contextlib.redirect_stderr(failed):
                code = module.main(words[3:])
        return Done(code, said.getvalue(), failed.getvalue())

    def runs(self, line: str, *, clock: str = "") -> Done:
        """Run a line of any kind in a shell of its own, as a shell with the environment would."""
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", line],
            cwd=self.root,
            env=bare_environ() | self._exported(clock),
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def _exported(self, clock: str) -> dict[str, str]:
        return {**self.environ, **({AS_OF: clock} if clock else {})}


def bare_environ() -> dict[str, str]:
    """Return this machine's environment in the markets' zone, without anything of a desk.

    ``python`` is the interpreter that runs the tests.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KALSHI")}
    kept["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{kept['PATH']}"
    return kept | {"TZ": "America/New_York"}


def makeable(root: Path) -> Path:
    """Let ``make`` run in a root: this checkout's Makefile, with an environment that is set up."""
    if not (root / "configs").exists():
        new_root(root)
    if not (root / "tests").exists():
        (root / "tests").symlink_to(REPO / "tests", target_is_directory=True)
    (root / "Makefile").write_bytes((REPO / "Makefile").read_bytes())
    _script(root / "scripts/setup.sh", "true")
    _script(root / ".venv/bin/python", f'exec {shlex.quote(sys.executable)} "$@"')
    return root


def _script(path: Path, line: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{line}\n")
    path.chmod(0o755)
