"""Run every monitor once: files, alert log, panic, reports and messages.

``python -m kalshi_alpha.exec.monitors.cli``, or ``make monitors``.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kalshi_alpha.core.errors import ConfigError, ConfigWeakened
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.printing import echo_json, echo_markdown
from kalshi_alpha.exec.command import HELP, clock_flag, exit_with, output_flags, run_command

if TYPE_CHECKING:
    from kalshi_alpha.exec.monitors.gather import Desk

NAME = "monitors"


_THRESHOLDS: tuple[tuple[str, Any, str], ...] = (
    ("drawdown-day-usd", str, "Loss of a day that alerts, dollars."),
    ("drawdown-week-usd", str, "Loss of seven days that alerts, dollars."),
    ("ev-gap-t", float, "t of realised less expected edge at or below which ev_gap alerts."),
    ("fill-gap-points", float, "Points by which simulated fills may differ from realised ones."),
    ("ws-disconnects-per-hour", float, "Losses of the stream an hour that pass."),
    ("ws-window-hours", float, "Hours over which they are counted."),
    ("auth-rejects", int, "Refused signatures in a row that alert."),
    ("session-max-age-hours", float, "Age at which the latest session is STALE."),
    ("scan-max-age-hours", float, "Age at which the latest scan is STALE."),
)


def threshold_flags(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add a flag for every threshold of ``configs/monitors.yaml``."""
    for name, kind, said in reversed(_THRESHOLDS):
        command = click.option(f"--{name}", type=kind, help=said)(command)
    return command


@click.command(context_settings=HELP)
@click.option("--series", metavar="NAME", help="Judge this family or ticker alone.")
@threshold_flags
@clock_flag
@output_flags
def cli(
    *, series: str | None, as_of: str | None, as_json: bool, quiet: bool, **thresholds: Any
) -> int:
    """Run every monitor and write reports/_artifacts/monitors/.

    Exit codes: 0 nothing stops live trading, 1 a failure, 2 usage, 3 something does.
    """
    from kalshi_alpha.exec.monitors.run import run_monitors

    paths = Paths.from_environ(os.environ)
    desk, family, loosened, weakened = _desk(paths, series, as_of, thresholds)
    ran = run_monitors(desk, family, (*weakened, *loosened), os.environ)
    if as_json:
        echo_json(ran.to_tree())
    elif not quiet:
        echo_markdown(ran.to_text())
    for problem in ran.problems:
        click.echo(f"{NAME}: {problem}", err=True)
    if weakened:
        raise ConfigWeakened(f"{'; '.join(weakened)}; restore the committed values")
    return ran.exit_code


def _desk(
    paths: Paths, series: str | None, as_of: str | None, thresholds: Mapping[str, Any]
) -> tuple[Desk, str | None, tuple[str, ...], tuple[str, ...]]:
    from kalshi_alpha.config.environment import kalshi_env
    from kalshi_alpha.config.monitors import load_as_agreed, loosened, with_flags
    from kalshi_alpha.config.ramp import load_ramp, refuse_practice
    from kalshi_alpha.config.settings import load_settings
    from kalshi_alpha.datastore.state import read_memos
    from kalshi_alpha.exec.clock import run_clock
    from kalshi_alpha.exec.monitors.files import SUMMARY
    from kalshi_alpha.exec.monitors.gather import Desk
    from kalshi_alpha.exec.monitors.run import CONFIG_FILE

    clock = run_clock(as_of, os.environ)
    try:
        settings = load_settings(paths.configs)
        agreed, weaker = load_as_agreed(paths.config("monitors"))
        ramp = load_ramp(paths.configs).value
    except ConfigError:
        # What was fine before must not outlive the configuration that it was judged by.
        Path(paths.monitor(SUMMARY)).unlink(missing_ok=True)
        raise
    refuse_practice(ramp, kalshi_env(os.environ))
    family = None if series is None else settings.series.family_of(series)
    chosen = with_flags(agreed, thresholds)
    memos, _ = read_memos(paths.memos)
    return (
        Desk(paths, settings, chosen, clock, memos, ramp.evidence.rule()),
        family,
        loosened(chosen.thresholds),
        tuple(f"{CONFIG_FILE}: {line}" for line in weaker),
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    return run_command(cli, NAME, argv)


if __name__ == "__main__":
    exit_with(main())
