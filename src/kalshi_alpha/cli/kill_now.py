"""``kalshi-alpha kill on|off|status``, without click: the safety kernel answers it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kalshi_alpha.config.mode import stated_mode
from kalshi_alpha.core.errors import UsageError
from kalshi_alpha.datastore import home
from kalshi_alpha.datastore.streams import complain, say, unheard
from kalshi_alpha.exec import heartbeat

_SILENT = {"--json", "--quiet"}
_WHAT = {
    "on": "Set the switch, and see to it that no order rests.",
    "off": "Lift the switch; nothing else does.",
    "status": "Show whether the switch is set, and where it lies.",
}
_NOTE = "  --note WHY  Why; kept in the kill-switch file.\n"
_HELP = """\
Usage: kalshi-alpha kill {wanted} [OPTIONS]

  {what}

Options:
{note}  --json      Print one JSON object.
  --quiet     Print nothing but errors.
  -h, --help  Show this message and exit.

  Example:
    {line}
"""


def kill_now(wanted: str, flags: Sequence[str], environ: Mapping[str, str]) -> int:
    """Set, lift or show the kill switch and return the exit code.

    The first line says the mode, the next one the absolute path that was touched; both are said
    after the deed. The mode is read from the environment and the dotenv files by hand, and cannot
    keep the switch from being set.
    """
    if {"-h", "--help"}.intersection(flags):
        lost = say(_help(wanted))
        return unheard(f"kalshi-alpha kill {wanted}: ", lost) if lost else 0
    try:
        given = _checked(wanted, flags)
    except UsageError as error:
        complain(f"kalshi-alpha kill {wanted}: {error}\n")
        return error.exit_code

    def mode() -> str:
        return f"mode: {stated_mode(environ, home.dotenv_files(home.home(environ)))}"

    return heartbeat.main(["--kill-switch", wanted, *given], environ, head=mode)


def _checked(wanted: str, flags: Sequence[str]) -> list[str]:
    """Return the flags as the kernel takes them; `UsageError` for one that there is not."""
    remedy = f"nothing was done; type {_line(wanted)}"
    given: list[str] = []
    rest = iter(flags)
    for flag in rest:
        name, has_value, value = flag.partition("=")
        if flag in _SILENT:
            given.append(flag)
        elif name == "--note" and wanted == "on":
            why = value if has_value else next(rest, "")
            if not why or (why.startswith("-") and not has_value):
                raise UsageError(f"--note needs its reason, and {remedy}")
            # A reason of its own may begin with a dash only in one word with its flag.
            given += [f"--note={why}"] if why.startswith("-") else ["--note", why]
        else:
            raise UsageError(f"{flag!r} is no option of it, and {remedy}")
    return given


def _line(wanted: str) -> str:
    note = ' --note "books look wrong"' if wanted == "on" else ""
    return f"kalshi-alpha kill {wanted}{note}"


def _help(wanted: str) -> str:
    note = _NOTE if wanted == "on" else ""
    return _HELP.format(wanted=wanted, what=_WHAT[wanted], note=note, line=_line(wanted))
