"""Load ``.env.local`` and ``.env``: a door to `kalshi_alpha.config.environment`."""

from __future__ import annotations

import os
from collections.abc import MutableMapping
from pathlib import Path

from kalshi_alpha.config.environment import Environment, read_dotenv, read_environment
from kalshi_alpha.datastore.paths import Paths

__all__ = ["Environment", "load_env"]


def load_env(
    root: Path | None = None, environ: MutableMapping[str, str] = os.environ
) -> Environment:
    """Add the dotenv files below the root to the environment and return what they decide.

    The process environment wins over ``.env.local``, which wins over ``.env``.

    Raises
    ------
    ConfigError
        If a dotenv file sets ``KALSHI_ALPHA_HOME``, which would move the files of a running
        session away from under its kill switch, or cannot be read.
    UsageError
        If ``KALSHI_ENV`` or ``KALSHI_ALPHA_AS_OF`` has an impossible value.
    """
    paths = Paths.from_environ(environ) if root is None else Paths(root)
    for name, value in read_dotenv(paths.dotenv_files).items():
        environ.setdefault(name, value)
    return read_environment(environ, paths.root)
