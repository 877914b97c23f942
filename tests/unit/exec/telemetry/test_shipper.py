from __future__ import annotations

import gzip
import hashlib
import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from kalshi_alpha.core.errors import UsageError
from kalshi_alpha.core.redaction import SecretInPayload
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.telemetry.shipper import main, ship

DAY = date(2025, 6, 11)
AT = datetime(2025, 6, 12, 1, 0, tzinfo=UTC)
SENT = (
    b'{"timestamp":"2025-06-11T10:30:00Z","event":"sent","payload":{"n":1},"session":"s","seq":1}\n'
)
FILL = SENT.replace(b'"sent"', b'"fill"').replace(b'"seq":1', b'"seq":2')


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    paths = Paths(tmp_path)
    paths.telemetry(DAY).parent.mkdir(parents=True)
    return paths


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("KALSHI_ALPHA_AS_OF", "KALSHI_ENV"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("KALSHI_ALPHA_HOME", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("compress", [True, False])
def test_a_day_is_packaged_with_its_manifest(paths: Paths, *, compress: bool) -> None:
    paths.telemetry(DAY).write_bytes(SENT + FILL + SENT)
    manifest = ship(paths, DAY, AT, compress=compress)
    package = Path(manifest.package)
    assert package.parent == paths.shipped_telemetry
    assert package.name == f"exec-2025-06-11.jsonl{'.gz' if compress else ''}"
    packed = package.read_bytes()
    assert (gzip.decompress(packed) if compress else packed) == SENT + FILL + SENT
    assert (manifest.lines, manifest.events) == (3, {"fill": 1, "sent": 2})
    assert manifest.source_sha256 == hashlib.sha256(SENT + FILL + SENT).hexdigest()
    assert manifest.package_sha256 == hashlib.sha256(packed).hexdigest()
    written = json.loads((package.parent / "exec-2025-06-11.manifest.json").read_text())
    assert (written["schema"], written["day"], written["lines"]) == (1, "2025-06-11", 3)
    assert sorted(path.suffix for path in package.parent.iterdir()) == sorted(
        [".json", ".gz" if compress else ".jsonl"]
    )


def test_shipping_again_gives_the_same_bytes(paths: Paths) -> None:
    paths.telemetry(DAY).write_bytes(SENT)
    first = Path(ship(paths, DAY, AT, compress=True).package).read_bytes()
    assert Path(ship(paths, DAY, AT, compress=True).package).read_bytes() == first


def test_torn_lines_are_left_out_and_named(paths: Paths) -> None:
    paths.telemetry(DAY).write_bytes(SENT + b'{"cut\n' + FILL + SENT.rstrip())
    manifest = ship(paths, DAY, AT, compress=True)
    assert gzip.decompress(Path(manifest.package).read_bytes()) == SENT + FILL
    assert manifest.torn_lines == (2, 4)


def test_a_line_with_a_secret_refuses_the_whole_package(paths: Paths) -> None:
    paths.telemetry(DAY).write_bytes(SENT + FILL.replace(b'"n":1', b'"token":"abc"'))
    with pytest.raises(SecretInPayload, match=r"exec\.jsonl line 2, \$\.token") as refused:
        ship(paths, DAY, AT, compress=True)
    assert "abc" not in str(refused.value)
    assert list(paths.shipped_telemetry.iterdir()) == []


def test_the_command_ships_yesterday_in_utc(
    paths: Paths, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths.telemetry(DAY).write_bytes(SENT)
    evening_in_new_york = "2025-06-11T21:00:00-04:00"
    assert main(["--day", "yesterday", "--compress", "--as-of", evening_in_new_york]) == 0
    assert "1 lines of 2025-06-11" in capsys.readouterr().out
    assert (root / "reports/_artifacts/telemetry/exec-2025-06-11.jsonl.gz").is_file()


def test_a_day_without_telemetry_ships_nothing_and_says_so(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--day", "2025-06-01", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["package"], said["lines"]) == ("", 0)
    assert main(["--day", "2025-06-01"]) == 0
    assert "nothing to ship" in capsys.readouterr().out
    assert not (root / "reports").exists()


@pytest.mark.parametrize("day", ["tomorrow", "2025-13-01", "2025-06-13"])
def test_a_day_that_is_none_or_has_not_begun_is_a_usage_error(
    root: Path, day: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--day", day, "--as-of", "2025-06-12T01:00:00Z"]) == UsageError.exit_code
    assert day in capsys.readouterr().err
