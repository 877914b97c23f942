"""Measure forecasts: ``python -m kalshi_alpha.exec.evaluate --family CPI --data DIR``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click

from kalshi_alpha.datastore.printing import quiet_flag
from kalshi_alpha.exec.command import HELP, exit_with, run_command

FAMILIES = ("CPI", "CLAIMS", "TNEY", "WEATHER")


@click.command(context_settings=HELP)
@click.option(
    "--family",
    required=True,
    metavar="CPI|CLAIMS|TNEY|WEATHER|all",
    help="Which family; a plug-in's own name works too.",
)
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    multiple=True,
    required=True,
    help="History folder; repeat it to continue the series.",
)
@click.option("--from", "first", type=click.DateTime(["%Y-%m-%d"]), help="First day scored.")
@click.option("--to", "last", type=click.DateTime(["%Y-%m-%d"]), help="Last day scored.")
@click.option("--market", type=click.Path(path_type=Path), help="Markets with rules and results.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@quiet_flag
@click.option("--plots", is_flag=True, help="Write reliability and PIT pictures.")
@click.option("--lookahead-check", is_flag=True, help="Poison the future and compare forecasts.")
@click.option(
    "--write-page", type=click.Path(path_type=Path), help="Write the skill page to this file."
)
def cli(
    *,
    family: str,
    data: tuple[Path, ...],
    first: datetime | None,
    last: datetime | None,
    market: Path | None,
    as_json: bool,
    plots: bool,
    lookahead_check: bool,
    write_page: Path | None,
) -> int:
    """Replay history walk-forward and print scores, skill and calibration.

    Exit codes: 0 done, 1 failure or a look-ahead found, 2 usage, 4 data missing or unreadable.
    """
    from kalshi_alpha.exec.evaluation.run import EvaluationRequest, evaluate

    return evaluate(
        EvaluationRequest(
            families=FAMILIES if family.lower() == "all" else (family.upper(),),
            folders=data,
            first=None if first is None else first.date(),
            last=None if last is None else last.date(),
            market=market,
            as_json=as_json,
            plots=plots,
            check_lookahead=lookahead_check,
            page=write_page,
        )
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    return run_command(cli, "evaluate", argv)


if __name__ == "__main__":
    exit_with(main())
