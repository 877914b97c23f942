"""Write docs/reference/commands.md from the commands themselves: help, flags, examples, codes.

    python -m scripts.write_commands [--check]

With ``--check`` nothing is written, and the exit code is 1 if the page is not what it would be.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from kalshi_alpha.cli.catalog import ENTRIES, GROUPS, Entry
from kalshi_alpha.cli.roof import NAME, cli, loaded

PAGE = Path(__file__).resolve().parents[1] / "docs/reference/commands.md"
SCHEMAS = PAGE.parent / "json"
_CODES = re.compile(r"^Exit codes: ", re.MULTILINE)

HEAD = """\
# Commands

<!-- Written by `python -m scripts.write_commands` from the commands; a test compares it. -->

`kalshi-alpha COMMAND` runs what `python -m MODULE` runs: [modules](modules.md) tells more of each
flag. Start with

```bash
kalshi-alpha --help            # every command, in groups
kalshi-alpha COMMAND --help    # what it does, its flags, its exit codes, an example
kalshi-alpha --debug COMMAND   # the traceback of an error
```

A wrong name is answered with the nearest one. Errors are one line: the thing and the remedy. The
traceback of an error is shown with `--debug` only (or `KALSHI_ALPHA_DEBUG=1`), without secrets.
Nothing ever asks a question.

## Mode

Text begins with `mode:` or carries the word in its first line; every document has the key `mode`.

| word | what carries orders |
|---|---|
| `OFFLINE` | nothing: files and fixtures |
| `PAPER` | paper, at real books |
| `SIM` | the local exchange |
| `DEMO` | the venue's demo |
| `LIVE` | money |

For a command that only reads files it is the venue of `KALSHI_ENV`, from the environment or the
dotenv files below the root; `UNKNOWN` if that names none, which only the kill switch passes over.

## Output

`--json` prints one document and nothing else on standard output; [its JSON
Schema](json/README.md) is kept for each command. `--quiet` prints errors only. Tables are drawn
for a terminal and plain columns elsewhere; progress bars are on standard error, at a terminal,
and never with `--json` or `--quiet`. [Exit codes](exit-codes.md) are the same everywhere: 0 done
or GO, 1 failure, 2 usage, 3 refused by the gate, 4 data, 5 venue.

## Completion

```bash
eval "$(kalshi-alpha completion bash)"    # in ~/.bashrc; likewise zsh, in ~/.zshrc after compinit
kalshi-alpha completion fish | source     # in ~/.config/fish/config.fish
```
"""


def page() -> str:
    """Return the page as the commands are now."""
    root = _context(cli, NAME)
    parts = [HEAD]
    for heading, entries in GROUPS.items():
        parts.append(f"\n## {heading}\n")
        for name, entry in entries.items():
            parts += _command(root, name, entry)
    return "".join(parts)


def _context(
    command: click.Command, name: str, parent: click.Context | None = None
) -> click.Context:
    """Return a command's context as it makes it itself, but for the arguments.

    A command keeps the help option that it is first asked for: made without its own settings, it
    would know no ``-h`` for the rest of the process.
    """
    return click.Context(command, parent=parent, info_name=name, **command.context_settings)


def _command(root: click.Context, name: str, entry: Entry) -> Iterator[str]:
    command = loaded(name, entry)
    context = _context(command, name, root)
    yield from _section(context, entry, "", 3)
    if isinstance(command, click.Group):
        for sub, found in command.commands.items():
            yield from _section(_context(found, sub, context), entry, sub, 4)


def _section(context: click.Context, entry: Entry, sub: str, level: int) -> Iterator[str]:
    command = context.command
    yield f"\n{'#' * level} `{context.command_path}`\n"
    words, _, codes = _said(command).partition("Exit codes: ")
    yield f"\n{words.strip()}\n"
    schema = SCHEMAS / f"{_file(context.command_path)}.json"
    module = "" if entry.target.startswith("kalshi_alpha.cli.") else f"`python -m {entry.module}`"
    also = [f"Also {module}." if module and not sub else ""]
    also += [f"Document: [schema](json/{schema.name})." if schema.exists() else ""]
    if any(also):
        yield f"\n{' '.join(each for each in also if each)}\n"
    lines = [line for at, line in entry.examples if at == sub or not sub]
    if lines:
        yield "\n```bash\n" + "\n".join(lines) + "\n```\n"
    rows = list(_rows(context))
    if rows:
        yield "\n| argument | default | meaning |\n|---|---|---|\n" + "".join(rows)
    if codes:
        yield f"\nExit codes: {codes.strip()}\n"


def _said(command: click.Command) -> str:
    text = inspect.cleandoc(command.help or "")
    if "\b" in text:
        before, _, after = text.partition("\b\n")
        kept, _, rest = after.partition("\n\n")
        text = f"{_flowing(before)}\n\n```text\n{kept}\n```\n\n{_flowing(rest)}"
        return text.strip()
    return _flowing(text)


def _flowing(text: str) -> str:
    paragraphs = [" ".join(each.split()) for each in text.split("\n\n") if each.strip()]
    return "\n\n".join(each.replace("<", "&lt;") for each in paragraphs)


def _rows(context: click.Context) -> Iterator[str]:
    for parameter in context.command.get_params(context):
        if isinstance(parameter, click.Argument):
            yield _row(f"`{parameter.make_metavar(context)}`", "", "")
        elif isinstance(parameter, click.Option) and "--help" not in parameter.opts:
            flags = " / ".join(f"`{flag}`" for flag in (*parameter.opts, *parameter.secondary_opts))
            yield _row(flags, _default(parameter), _meaning(parameter))


def _row(flags: str, default: str, meaning: str) -> str:
    cells = (cell.replace("|", r"\|") for cell in (flags, default, meaning))
    return f"| {' | '.join(cells)} |\n".replace("|  |", "| |").replace("|  |", "| |")


def _default(option: click.Option) -> str:
    if option.required:
        return "required"
    if option.is_flag and not option.secondary_opts:
        return ""
    if option.is_flag:
        return f"`{option.opts[0] if option.default else option.secondary_opts[0]}`"
    shown = isinstance(option.default, str | int | float | Path)
    return f"`{option.default}`" if shown and option.show_default else ""


def _meaning(option: click.Option) -> str:
    text = " ".join((option.help or "").split())
    if isinstance(option.type, click.Choice):
        text += f" One of {', '.join(f'`{choice}`' for choice in option.type.choices)}."
    return f"{text} Repeatable." if option.multiple and "epeat" not in text else text


def _file(command_path: str) -> str:
    return command_path.removeprefix(f"{NAME} ").replace(" ", "-")


def main() -> int:
    """Write the page, or compare it, and return the exit code."""
    made = page()
    if "--check" in sys.argv[1:]:
        if PAGE.read_text() == made:
            return 0
        sys.stderr.write(
            f"{PAGE}: not what the commands say; run python -m scripts.write_commands\n"
        )
        return 1
    PAGE.write_text(made)
    print(f"wrote {PAGE}: {len(ENTRIES)} commands")
    return 0


if __name__ == "__main__":
    sys.exit(main())
