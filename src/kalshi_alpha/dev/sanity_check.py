"""Check a desk before it goes live: no secret in the tree, and a venue that answers.

Without ``--live-smoke`` it looks for planted secrets in the configuration and the tree, and uses no
network. With it, it asks the venue two questions, the balance and one market, and sends nothing
else.

Exit codes: 0 sound, 1 a secret was found or a key or host is wrong, 2 usage, 4 an answer was not as
documented, 5 the venue said no or nothing.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import MutableMapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from kalshi_alpha.config.environment import ENV, KalshiEnv
from kalshi_alpha.core.errors import KalshiAlphaError, UsageError

if TYPE_CHECKING:
    from kalshi_alpha.dev.live_smoke import Smoke


def main(argv: Sequence[str] | None = None, environ: MutableMapping[str, str] = os.environ) -> int:
    """Run the command and return its exit code; an error on purpose is one line on stderr."""
    args = _parser().parse_args(argv)
    try:
        from kalshi_alpha.utils.env import load_env

        found = load_env(environ=environ)
        if args.live_smoke:
            named = KalshiEnv(args.env) if args.env else found.kalshi_env
            return _smoke(named, environ, as_json=args.json)
        if args.env:
            raise UsageError("--env says which venue --live-smoke asks; give both")
        return _scan(args.root or found.root, as_json=args.json)
    except KalshiAlphaError as error:
        sys.stderr.write(f"sanity_check: {error}\n")
        return error.exit_code
    except OSError as error:
        sys.stderr.write(f"sanity_check: {error}\n")
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m kalshi_alpha.dev.sanity_check",
        description="Look for planted secrets, or ask a venue two questions; never an order.",
    )
    parser.add_argument(
        "--live-smoke", action="store_true", help="ask for the balance and one market, once each"
    )
    parser.add_argument(
        "--env",
        choices=[str(env) for env in KalshiEnv],
        help=f"venue of --live-smoke; default: {ENV}",
    )
    parser.add_argument("--root", type=Path, help="tree to look through; default: the root")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser


def _scan(root: Path, *, as_json: bool) -> int:
    from kalshi_alpha.dev.secret_scan import scan_tree

    if not root.is_dir():
        raise UsageError(f"--root is not a folder: {root}")
    scanned = scan_tree(root)
    if as_json:
        _print_json(
            {
                "schema": 1,
                "generated_at": datetime.now(UTC),
                "root": str(root),
                "files": scanned.files,
                "findings": scanned.findings,
            }
        )
    else:
        for finding in scanned.findings:
            sys.stdout.write(f"{finding}\n")
        verdict = (
            f"{len(scanned.findings)} findings: remove them, and replace the keys that they show"
            if scanned.findings
            else "no secrets"
        )
        sys.stdout.write(f"{root}: {scanned.files} files, {verdict}\n")
    return 1 if scanned.findings else 0


def _smoke(env: KalshiEnv | None, environ: MutableMapping[str, str], *, as_json: bool) -> int:
    import asyncio

    if env is None:
        raise UsageError(f"--live-smoke needs --env prod|demo|sim, or {ENV}")
    smoke = asyncio.run(_asked(env, environ))
    if as_json:
        _print_json(smoke)
    else:
        sys.stdout.write(smoke.to_text() + "\n")
    return smoke.exit_code


async def _asked(env: KalshiEnv, environ: MutableMapping[str, str]) -> Smoke:
    from kalshi_alpha.brokers.kalshi.connect import connect
    from kalshi_alpha.brokers.kalshi.keys import load_credentials
    from kalshi_alpha.brokers.kalshi.venue_clock import venue_clock
    from kalshi_alpha.dev.live_smoke import ONCE, live_smoke

    # A key that is missing is said before anybody is asked anything.
    load_credentials(env, environ)
    clock = venue_clock(env, environ)
    return await live_smoke(connect(env, environ, clock, policy=ONCE), clock)


def _print_json(value: object) -> None:
    import msgspec

    sys.stdout.write(msgspec.json.encode(value).decode() + "\n")


if __name__ == "__main__":
    sys.exit(main())
