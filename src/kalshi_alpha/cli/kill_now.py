"""``kalshi-alpha kill on|off|status``, without click: the safety kernel answers it."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

from kalshi_alpha.config.mode import stated_mode
from kalshi_alpha.datastore import home
from kalshi_alpha.exec import heartbeat

_SILENT = {"--json", "--quiet", "-h", "--help"}


def kill_now(wanted: str, flags: Sequence[str], environ: Mapping[str, str]) -> int:
    """Set, lift or show the kill switch and return the exit code.

    The first line says the mode, the next one the absolute path that was touched; the mode is read
    from the environment and the dotenv files by hand, and cannot keep the switch from being set.
    """
    if not _SILENT.intersection(flags):
        root = home.home(environ)
        mode = stated_mode(environ, home.dotenv_files(root))
        sys.stdout.write(f"mode: {mode}\n")
    return heartbeat.main(["--kill-switch", wanted, *flags], environ)
