"""Completion scripts: ``kalshi-alpha completion bash|zsh|fish``."""

from __future__ import annotations

import click

from kalshi_alpha.cli.roof import HELP, NAME, cli


@click.command(context_settings=HELP)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> int:
    """Print the completion script of a shell; names and flags are completed with the tab key.

    \b
    bash  eval "$(kalshi-alpha completion bash)"    in ~/.bashrc
    zsh   eval "$(kalshi-alpha completion zsh)"     in ~/.zshrc, after compinit
    fish  kalshi-alpha completion fish | source     in ~/.config/fish/config.fish

    Exit codes: 0 done, 2 usage.
    """  # noqa: D301 - click keeps the lines below \b as they are
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    if kind is None:
        raise click.UsageError(f"no completion for {shell}")
    click.echo(kind(cli, {}, NAME, "_KALSHI_ALPHA_COMPLETE").source())
    return 0
