"""The one Hypothesis profile of the suite."""

from __future__ import annotations

import hypothesis

# A busy machine is no finding, and a run that passed passes again: no deadline, a fixed seed.
hypothesis.settings.register_profile("house", deadline=None, derandomize=True)
hypothesis.settings.load_profile("house")
