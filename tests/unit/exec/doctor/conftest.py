"""The healthy desk, built once, and the patient of a test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from doctor_desk import Patient, build_healthy, settled_in


@pytest.fixture(scope="session")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("healthy")
    build_healthy(root)
    return root


@pytest.fixture
def patient(healthy: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Patient]:
    """Return the healthy desk, to be broken; whatever was broken is put back."""
    patient = settled_in(healthy, monkeypatch)
    yield patient
    patient.recover()
