"""Venue fixtures with as many markets as a busy day has: one ladder, listed again and again."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
SOURCE = REPOSITORY / "tests" / "data_fixtures"
LADDER = "KXUST10AD-24DEC12"
_OPENS, _OPENS_EARLIER = "2024-12-11T15:00:00Z", "2024-12-10T15:00:00Z"


def wide_market(folder: Path, markets: int) -> int:
    """Copy the fixtures and list one ladder under further dates until there are enough markets.

    Parameters
    ----------
    folder
        A new folder.
    markets
        How many there are to be at least.

    Returns
    -------
    int
        How many there are.
    """
    shutil.copytree(SOURCE, folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["driver_fixtures"] = str(REPOSITORY / "tests" / "fixtures")
    event = (SOURCE / "events" / f"{LADDER}.json").read_text()
    books = (SOURCE / "orderbooks" / f"{LADDER}.json").read_text()
    each = len(json.loads(event)["event"]["markets"])
    count = sum(
        len(json.loads(path.read_text())["event"]["markets"])
        for path in (SOURCE / "events").glob("*.json")
    )
    day = 13
    while count < markets:
        name = f"KXUST10AD-25JAN{day:02d}"
        text = event.replace(LADDER, name).replace(_OPENS, _OPENS_EARLIER)
        (folder / "events" / f"{name}.json").write_text(text)
        (folder / "orderbooks" / f"{name}.json").write_text(books.replace(LADDER, name))
        manifest["seen_at_of"][name] = manifest["seen_at_of"][LADDER]
        count, day = count + each, day + 1
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return count
