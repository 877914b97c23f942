from __future__ import annotations

from kalshi_alpha.exec.evaluation.scores import family_document
from kalshi_alpha.exec.evaluation.skill_page import skill_page
from plugins import made_up_replay

DOCUMENTS = {
    "CPI": family_document("CPI", (made_up_replay("cpi_mom"), made_up_replay("cpi_mom@7d", 24)))
}


def page(**variants: tuple[tuple[str, str], ...]) -> str:
    return skill_page(DOCUMENTS, variants)


def test_the_page_says_how_it_was_made_and_is_the_same_again() -> None:
    assert "kalshi_alpha.exec.evaluate --family all" in page()
    assert page() == page()


def test_targets_figures_and_every_variant_stand_on_it() -> None:
    text = page(CPI=(("chosen", "CRPS 0.1"), ("other", "CRPS 0.2")))
    assert "| CPI | skill vs random walk &gt;= 25.0 % |" in text
    assert "Models tried (2):" in text
    assert "| other | CRPS 0.2 |" in text
    assert "| 7d | 24 |" in text


def test_what_loses_to_a_baseline_is_named_as_a_weak_spot() -> None:
    assert "- CPI CPI: worse than market (" in page()


def test_a_family_without_weak_spots_says_so() -> None:
    document = family_document("CPI", (made_up_replay("cpi_mom"),))
    document["baseline_scores"] = {}
    document["quantities"] = {}
    document["calibrated"] = True
    assert "Nothing loses to a baseline" in skill_page({"CPI": document}, {})


def test_a_lead_with_other_baselines_is_not_taken_for_the_family_itself() -> None:
    morning = made_up_replay("cpi_mom")
    lead = made_up_replay("cpi_mom@1d")
    document = family_document("CPI", (morning, lead))
    document["baselines"] = {"random walk": document["baselines"]["random walk"]}
    assert "| 1d |" in skill_page({"CPI": document}, {})
