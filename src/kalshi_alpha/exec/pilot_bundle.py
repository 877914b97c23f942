"""Bundle a pilot's decision with what it rests on, and check such a bundle.

``python -m kalshi_alpha.exec.pilot_bundle`` writes one archive;
``python -m kalshi_alpha.exec.pilot_bundle verify FILE`` says whether one may be trusted.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import click

from kalshi_alpha.core.errors import ConfigError, KalshiAlphaError, TornFile
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.printing import echo_json, echo_text, quiet_flag
from kalshi_alpha.exec.command import HELP, clock_flag, exit_with, run_command

if TYPE_CHECKING:
    from kalshi_alpha.datastore.bundle_archive import BundleManifest
    from kalshi_alpha.datastore.bundle_check import Checked
    from kalshi_alpha.exec.bundle.members import Parts
    from kalshi_alpha.exec.bundle.review import Review
    from kalshi_alpha.exec.clock import RunClock

NAME = "pilot_bundle"
DOCUMENT_SCHEMA = 1
_TRIES = 3
_SHOWN_MAX = 8


class Unsettled(KalshiAlphaError):
    """No bundle that could be trusted can be made of the files as they are."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle that was made and not yet written: its bytes, its manifest, and the verdict."""

    data: bytes
    manifest: BundleManifest
    review: Review


def make_bundle(
    paths: Paths, clock: RunClock, own_secrets: Mapping[str, str] = MappingProxyType({})
) -> Bundle:
    """Read, judge and pack; nothing is written. The same files and clock give the same bytes.

    ``own_secrets`` are the desk's own, by the names of their variables: none of the files may
    hold one.

    Raises
    ------
    SecretInBundle
        If a file holds a secret.
    Unsettled
        If files kept changing while they were read, or are more than a bundle may hold.
    """
    from kalshi_alpha.datastore.atomic import encode_json
    from kalshi_alpha.datastore.bundle_archive import MANIFEST, README, pack
    from kalshi_alpha.datastore.bundle_check import check_bundle
    from kalshi_alpha.exec.bundle.members import refuse_own_secrets, refuse_secrets
    from kalshi_alpha.exec.reports.pilot_readme import pilot_readme

    parts, review = _read(paths, clock)
    files = {name: part.data for name, part in parts.found.items()}
    files[README] = pilot_readme(review).encode()
    manifest = _manifest(parts, review, files)
    refuse_secrets(README, files[README])
    refuse_secrets(MANIFEST, encode_json(manifest))
    for name, content in files.items():
        refuse_own_secrets(name, content, own_secrets)
    data = pack(files, manifest)
    checked = check_bundle(data)
    if not checked.ok:
        raise Unsettled(f"the bundle would not be trusted, and is not written: {_faults(checked)}")
    return Bundle(data, manifest, review)


def _read(paths: Paths, clock: RunClock) -> tuple[Parts, Review]:
    """Return the files and what they say; read again if one was replaced in between."""
    from kalshi_alpha.core.monitors.texts import Monitor
    from kalshi_alpha.exec.bundle.members import gather, is_unchanged
    from kalshi_alpha.exec.bundle.review import review
    from kalshi_alpha.exec.monitors.files import SUMMARY

    for _ in range(_TRIES):
        parts = gather(paths, clock.at, _report_folders(paths), (*Monitor, SUMMARY))
        found = review(paths, parts, clock.at, clock.source)
        if is_unchanged(paths.root, parts):
            return parts, found
    raise Unsettled("files below reports/ kept changing while they were read; bundle again")


def _report_folders(paths: Paths) -> list[str]:
    """Return the folders of ladder reports; the families' own if no configuration says so."""
    from kalshi_alpha.config.loading import load
    from kalshi_alpha.config.series import SeriesBook

    try:
        book = load(paths.config("series"), SeriesBook).value
    except ConfigError:
        return ["CPI", "CLAIMS", "TNEY", "WEATHER"]
    return sorted({family.report for family in book.families.values()})


def _manifest(parts: Parts, review: Review, files: dict[str, bytes]) -> BundleManifest:
    from kalshi_alpha.datastore.bundle_archive import (
        SCHEMA,
        BundleAbsence,
        BundleManifest,
        BundleMember,
        digest,
    )

    def member(name: str) -> BundleMember:
        part = parts.found.get(name)
        return BundleMember(
            name=name,
            sha256=digest(files[name]),
            size=len(files[name]),
            content_at=review.at if part is None else part.content_at,
            note="made for this bundle" if part is None else part.note,
        )

    absent = sorted(parts.absent, key=lambda each: each.name)
    return BundleManifest(
        schema=SCHEMA,
        generated_at=review.at,
        clock_source=review.clock_source,
        go=review.go,
        rationale=review.rationale,
        members=tuple(member(name) for name in sorted(files)),
        missing=tuple(BundleAbsence(name=each.name, why=each.why) for each in absent),
    )


def _summary(bundle: Bundle, path: Path) -> str:
    review, manifest = bundle.review, bundle.manifest
    lines = [f"pilot bundle at {review.at:%Y-%m-%dT%H:%M:%SZ}: {'GO' if review.go else 'NO-GO'}"]
    lines += _first([f"  {line}" for line in review.rationale])
    lines += _first([f"  missing {each.name}: {each.why}" for each in manifest.missing])
    lines += [f"{len(manifest.members)} files and a manifest, {len(bundle.data)} bytes"]
    return "\n".join([*lines, f"wrote {path}"])


def _first(lines: list[str]) -> list[str]:
    more = len(lines) - _SHOWN_MAX
    return [*lines[:_SHOWN_MAX], *([f"  and {more} more, see README_pilot.md"] if more > 0 else [])]


def _document(bundle: Bundle, path: Path) -> dict[str, Any]:
    from kalshi_alpha.datastore.bundle_archive import digest

    return {
        "schema": DOCUMENT_SCHEMA,
        "file": str(path),
        "sha256": digest(bundle.data),
        "size": len(bundle.data),
        "manifest": bundle.manifest,
    }


@click.group(context_settings=HELP, invoke_without_command=True)
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Default: reports/pilot_bundle_YYYYMMDD_HHMMSS.tar.gz, by the UTC clock.",
)
@clock_flag
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@quiet_flag
@click.pass_context
def cli(context: click.Context, *, output: Path | None, as_of: str | None, as_json: bool) -> int:
    """Bundle the pilot's decision with what it rests on; `verify FILE` checks such a bundle.

    A NO-GO is bundled too, and so is a desk without a decision: a stop has to be captured.

    Exit codes: 0 written, whatever the verdict; 1 a failure, 2 usage, 3 a file holds a secret,
    and nothing is written; 4 a bundle that `verify` does not trust.
    """
    if context.invoked_subcommand is not None:
        return 0
    from kalshi_alpha.config.origins import own_secrets
    from kalshi_alpha.datastore.atomic import write_atomic
    from kalshi_alpha.exec.clock import run_clock

    paths = Paths.from_environ(os.environ)
    clock = run_clock(as_of, os.environ)
    bundle = make_bundle(paths, clock, own_secrets(paths.root, os.environ))
    path = paths.pilot_bundle(f"{clock.at:%Y%m%d_%H%M%S}") if output is None else output.absolute()
    write_atomic(path, bundle.data)
    if as_json:
        echo_json(_document(bundle, path))
    else:
        echo_text(_summary(bundle, path))
    return 0


@cli.command(context_settings=HELP)
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@quiet_flag
def verify(*, file: Path, as_json: bool) -> int:
    """Say whether a bundle is whole and as it was written; nothing is unpacked to the disk."""
    from kalshi_alpha.datastore.bundle_check import PACKED_BYTES_MAX, check_bundle

    with file.open("rb") as source:
        checked = check_bundle(source.read(PACKED_BYTES_MAX + 1))
    if as_json:
        echo_json(_checked_document(file, checked))
    if not checked.ok:
        raise TornFile(f"{file}: not to be trusted: {_faults(checked)}")
    if not as_json:
        echo_text(_checked_summary(file, checked))
    return 0


def _faults(checked: Checked) -> str:
    shown = [str(fault) for fault in checked.faults[:_SHOWN_MAX]]
    more = len(checked.faults) - len(shown)
    return "; ".join([*shown, *([f"and {more} more"] if more else [])])


def _checked_document(file: Path, checked: Checked) -> dict[str, Any]:
    return {
        "schema": DOCUMENT_SCHEMA,
        "file": str(file),
        "ok": checked.ok,
        "faults": [{"member": each.member, "what": each.what} for each in checked.faults],
        "manifest": checked.manifest,
    }


def _checked_summary(file: Path, checked: Checked) -> str:
    manifest = checked.manifest
    if manifest is None:
        return f"{file}: no manifest"
    return (
        f"{file}: {len(manifest.members)} files and a manifest are as they were written at "
        f"{manifest.generated_at:%Y-%m-%dT%H:%M:%SZ}; verdict {'GO' if manifest.go else 'NO-GO'}"
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    return run_command(cli, NAME, argv)


if __name__ == "__main__":
    exit_with(main())
