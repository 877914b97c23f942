"""Whether the configuration can be read, and whether a guardrail is looser than agreed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from kalshi_alpha.config.configuration import CONFIG_FILES, Configuration
from kalshi_alpha.core.errors import ConfigError
from kalshi_alpha.exec.doctor.finding import Finding, fail, not_applicable, ok, refused

UNREADABLE = "the configuration cannot be read"


def configuration(found: Configuration | ConfigError, folder: Path) -> Finding:
    """Tell whether every file of the folder was read."""
    if isinstance(found, ConfigError):
        return refused(
            "configuration",
            found,
            "no run starts without its caps, gates and series",
            "restore the file from the repository",
        )
    return ok("configuration", f"{len(CONFIG_FILES)} files in {folder}")


def guardrails(lines: Sequence[str] | None) -> Finding:
    """Tell what is looser than its baseline; None if nothing could be read."""
    if lines is None:
        return not_applicable("guardrails", UNREADABLE)
    if not lines:
        return ok("guardrails", "no cap, gate or threshold is looser than its baseline")
    return fail(
        "guardrails",
        "; ".join(lines),
        "every series is NO-GO, config_weakened, until it is put back",
        "put the agreed value back, or change the baseline by a reviewed commit",
    )
