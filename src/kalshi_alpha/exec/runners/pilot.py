"""Hold a small session: ``python -m kalshi_alpha.exec.runners.pilot --series CPI --env sim``."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from kalshi_alpha.exec.command import DATA_FIXTURES, HELP, exit_with, output_flags, run_command

PILOT_CONFIG = Path("configs/pilot.yaml")


@click.command(context_settings=HELP)
@click.option("--series", required=True, help="A family (CPI) or a series ticker (KXCPI).")
@click.option(
    "--env", type=click.Choice(["sim", "demo", "prod"]), help="Exchange; default KALSHI_ENV."
)
@click.option(
    "--pilot-config",
    type=click.Path(path_type=Path),
    default=PILOT_CONFIG,
    show_default=True,
    help="Caps of the session, and when it re-quotes.",
)
@click.option(
    "--broker",
    type=click.Choice(["dry", "live"]),
    default="live",
    show_default=True,
    help="Where orders go: a pilot always sends them.",
)
@click.option(
    "--i-understand-the-risks",
    "acknowledged",
    is_flag=True,
    help="Needed with --env demo and prod.",
)
@click.option(
    "--fixtures-root",
    type=click.Path(path_type=Path),
    default=DATA_FIXTURES,
    show_default=True,
    help="Markets of the local exchange.",
)
@click.option(
    "--driver-fixtures",
    type=click.Path(path_type=Path),
    help="Feed payloads of the practice day; default: the ones that belong to the markets.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Of the local exchange.")
@click.option(
    "--pace",
    type=click.FloatRange(min=0, min_open=True),
    default=1.0,
    show_default=True,
    help="How much quicker than in reality others trade at the local exchange.",
)
@click.option(
    "--run-seconds",
    "run_s",
    type=click.FloatRange(min=0, min_open=True),
    help="Quote for so long; default: until the window ends.",
)
@click.option(
    "--log-level",
    type=click.Choice(["debug", "info", "warning", "error"]),
    default="warning",
    show_default=True,
    help="Of the structured log on standard error, in real time.",
)
@output_flags
def cli(**flags: Any) -> int:
    """Quote one series within the pilot's caps, cancel, compare and report.

    With --env sim the exchange runs inside this process, in virtual time: no network, no keys.
    If KALSHI_SIM_URL names a local exchange (`python -m kalshi_alpha.sim serve`), the session is
    held there, in real time, with the very code that trades at demo and prod.

    Exit codes: 0 done, 1 failure, 2 usage, 3 refused by the gate or killed, 5 the venue.
    """
    from kalshi_alpha.config.environment import kalshi_env
    from kalshi_alpha.core.errors import UsageError
    from kalshi_alpha.exec.scan_options import ScanOptions
    from kalshi_alpha.exec.session.pilot import pilot_env, run_pilot
    from kalshi_alpha.exec.session.request import PilotRequest

    env = pilot_env(flags["env"], kalshi_env(os.environ))
    if flags["broker"] != "live":
        raise UsageError("--broker dry: a pilot sends orders; scan_ladders proposes without")
    if env.value != "sim" and not flags["acknowledged"]:
        raise UsageError(f"--env {env} needs --i-understand-the-risks")
    return run_pilot(
        PilotRequest(
            series=flags["series"],
            env=env,
            pilot_config=flags["pilot_config"],
            fixtures_root=flags["fixtures_root"],
            driver_fixtures=flags["driver_fixtures"],
            seed=flags["seed"],
            pace=flags["pace"],
            options=ScanOptions(),
            as_json=flags["as_json"],
            quiet=flags["quiet"],
            run_s=flags["run_s"],
            # Who wants errors only gets no warnings either, such as a 429 that was waited out.
            log_level="error" if flags["quiet"] else flags["log_level"],
        ),
        os.environ,
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    return run_command(cli, "pilot", argv)


if __name__ == "__main__":
    exit_with(main())
