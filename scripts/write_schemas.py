"""Write ``configs/schema/*.json`` from the types in the code; ``--check`` only compares."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from kalshi_alpha.config.configuration import CONFIG_FILES, schema_of

FOLDER = Path(__file__).resolve().parents[1] / "configs" / "schema"


def texts() -> dict[Path, str]:
    """Return what each file holds."""
    return {
        FOLDER / f"{name}.json": f"{json.dumps(schema_of(name), indent=2)}\n"
        for name in CONFIG_FILES
    }


def main() -> int:
    """Write the files, or with ``--check`` say which are not what the code says."""
    wrong = [path for path, text in texts().items() if not _holds(path, text)]
    if "--check" in sys.argv[1:]:
        for path in wrong:
            print(f"{path.name} is not what the code says: run python scripts/write_schemas.py")
        return 1 if wrong else 0
    FOLDER.mkdir(exist_ok=True)
    for path in wrong:
        path.write_text(texts()[path], encoding="utf-8")
    return 0


def _holds(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == text


if __name__ == "__main__":
    sys.exit(main())
