"""Write ``docs/reference/reasons.md`` from the reasons in the code; ``--check`` only compares."""

from __future__ import annotations

import sys
from pathlib import Path

from kalshi_alpha.core.gates.reasons import Part, Reason, describe
from kalshi_alpha.core.proposals.not_proposed import NotProposed

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "reasons.md"

_HEAD = """\
# Reasons

<!-- Written by scripts/write_reasons.py from the code; do not edit. -->

A verdict is GO when nothing speaks against it. Each reason below is one thing that may; the words
in the first column are those of `reports/_artifacts/go_no_go.json`, of the report and of the
terminal. [The gate](../concepts/gate.md) says which of them an action heeds.
"""
_SAFETY = """
## Safety: nothing goes on while one of these stands

| reason | cause | effect | remedy |
|---|---|---|---|
"""
_EVIDENCE = """
## Evidence: asked for before live orders only

| reason | cause | effect | remedy |
|---|---|---|---|
"""
_MARKETS = """
## Why a market was not proposed

Every market of a scanned ladder is either proposed or listed under `not_proposed` with the first
thing that stopped it, in this order.

| reason | meaning |
|---|---|
"""


def page() -> str:
    """Return the whole page."""
    safety = [reason for reason in Reason if reason.part is Part.SAFETY]
    evidence = [reason for reason in Reason if reason.part is Part.EVIDENCE]
    markets = "".join(f"| `{why.value}` | {_cell(why.meaning)} |\n" for why in NotProposed)
    return f"{_HEAD}{_SAFETY}{_rows(safety)}{_EVIDENCE}{_rows(evidence)}{_MARKETS}{markets}"


def main() -> int:
    """Write the page, or with ``--check`` say whether it is up to date."""
    if "--check" in sys.argv[1:]:
        same = PAGE.is_file() and PAGE.read_text() == page()
        if not same:
            print(f"{PAGE.name} is not what the code says: run python scripts/write_reasons.py")
        return 0 if same else 1
    PAGE.write_text(page())
    return 0


def _rows(reasons: list[Reason]) -> str:
    return "".join(f"| `{reason.value}` | {_texts(reason)} |\n" for reason in reasons)


def _texts(reason: Reason) -> str:
    text = describe(reason)
    return " | ".join(map(_cell, (text.cause, text.effect, text.remedy)))


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


if __name__ == "__main__":
    sys.exit(main())
