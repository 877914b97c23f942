"""How each known failure of a publisher is met: the table says which test shows it.

| source | failure | shown by |
|---|---|---|
| BLS | status 200, request not processed | bls_cpi/test_parse.py::test_an_exhausted_quota_is_refused_in_the_publishers_words |
| BLS | value "-" | bls_cpi/test_parse.py::test_months_become_integer_levels_and_gaps_and_averages_are_counted |
| BLS | period M13 | bls_cpi/test_parse.py::test_averages_are_skipped |
| BLS | no rows yet | bls_cpi/test_parse.py::test_a_success_without_rows_means_not_yet |
| BLS web | 403 is not asked again | test_transport.py::test_a_refusal_is_not_asked_again |
| BLS web | release dates of FRED instead | macro_calendar/test_fetch.py::test_where_the_bls_refuses_freds_dates_stand_in_and_say_so |
| DOL | redirect to another host | test_transport.py::test_a_redirect_to_another_host_is_refused_even_if_the_path_fits |
| DOL | days that may have a release | dol_claims/test_fetch.py::test_days_that_may_have_a_release_are_past_half_past_eight |
| DOL | last week's release still served | dol_claims/test_fetch.py::test_last_weeks_release_at_this_weeks_address_keeps_its_own_week |
| DOL | new release not up yet | dol_claims/test_fetch.py::test_until_the_new_release_is_up_the_last_one_is_had |
| DOL | new release overdue | ../exec/test_feed_verdicts.py::test_twelve_days_are_fresh_on_a_thursday_morning_and_not_an_hour_after_the_print |
| DOL | release as a PDF | dol_claims/test_parse.py::test_a_release_as_a_pdf_is_refused_with_the_remedy |
| DOL | served before its embargo | dol_claims/test_parse.py::test_an_embargoed_release_enters_the_table_at_its_release |
| DOL | Wednesday release | dol_claims/test_release.py::test_a_release_on_a_wednesday_counts_from_its_own_day |
| DOL | Wednesday release is found | dol_claims/test_fetch.py::test_a_wednesday_release_is_found_on_its_day |
| DOL | split letters | dol_claims/test_release_text.py::test_letters_and_figures_split_by_the_extraction_are_joined |
| DOL | future weeks in the history report | dol_claims/test_history_report.py::test_past_weeks_are_history_and_weeks_to_come_are_factors_only |
| DOL | report not run, status 200 | dol_claims/test_pages.py::test_a_report_that_was_not_run_says_so |
| Treasury | empty month | treasury_yields/test_curve_xml.py::test_a_month_before_its_first_trading_day_has_no_rows |
| Treasury | previous month is read too | treasury_yields/test_fetch.py::test_the_previous_month_is_asked_for_too_across_the_turn_of_the_year |
| Treasury | null, empty or absent ten-year | treasury_yields/test_curve_xml.py::test_a_missing_ten_year_is_counted_and_the_rest_of_the_day_kept |
| Treasury | maintenance page | treasury_yields/test_parse.py::test_a_body_that_is_none_of_them_is_refused |
| Treasury | maintenance page, FRED instead | treasury_yields/test_fetch.py::test_fred_answers_in_the_treasury_s_stead_and_says_so |
| Treasury | gap of a holiday | ../core/gates/test_freshness.py::test_yields_are_counted_in_bond_days_and_must_be_the_ten_year |
| Cleveland | marker among the labels | cleveland_nowcast/test_parse.py::test_markers_go_before_values_are_paired_with_days |
| Cleveland | label lost or doubled | cleveland_nowcast/test_parse.py::test_a_label_lost_or_doubled_never_shifts_the_values |
| Cleveland | turn of the year, file | cleveland_nowcast/test_parse.py::test_labels_of_january_under_a_december_target_are_of_the_next_year |
| Cleveland | turn of the year, page | cleveland_nowcast/test_page.py::test_an_update_in_january_of_a_december_target_falls_in_the_next_year |
| Cleveland | month without actual | cleveland_nowcast/test_parse.py::test_a_target_month_need_not_be_padded_nor_have_an_actual |
| Cleveland | 403 | cleveland_nowcast/test_fetch.py::test_where_the_file_is_refused_the_page_stands_in_and_says_so |
| AAA | challenge page | aaa_gas/test_parse.py::test_a_page_that_cannot_be_trusted_is_refused |
| AAA | challenge page as it comes | test_sample_formats.py::test_a_payload_without_values_is_refused_for_a_stated_reason |
| AAA | three or four decimals | aaa_gas/test_parse.py::test_three_decimals_mean_the_same_as_four |
| AAA | date not advanced | aaa_gas/test_schema.py::test_a_page_is_usable_from_the_start_of_its_day_in_new_york |
| AAA | date not advanced, age by the page | ../core/gates/test_freshness.py::test_gasoline_may_be_two_days_old |
| AAA | price outside 2 to 6 | aaa_gas/test_parse.py::test_a_price_outside_the_usual_range_is_read_for_the_freshness_rule_to_judge |
| AAA | price outside 2 to 6 is out of range | ../exec/test_feed_verdicts.py::test_gasoline_lies_between_two_and_six_dollars |
| EIA | text or number | eia_gas/test_parse.py::test_a_value_is_read_as_text_and_as_a_number |
| EIA | null | eia_gas/test_parse.py::test_a_missing_value_stays_missing |
| FRED | point or empty cell | eia_gas/test_parse.py::test_freds_copy_of_the_series_is_read_with_its_gaps |
| FRED | point or empty cell, yields | treasury_yields/test_curve_csv.py::test_fred_s_holidays_are_missing_in_either_spelling |
| FRED | point, empty or null, consumer prices | bls_cpi/test_fred_vintages.py::test_a_month_without_a_value_is_counted |
| FRED | point, yields as JSON | treasury_yields/test_fred_json.py::test_observations_become_rows_and_holidays_are_counted |
| FRED | error, status 400 | bls_cpi/test_fred_vintages.py::test_an_error_is_refused_in_the_publishers_words |
| FRED | point, claims | dol_claims/test_series.py::test_observations_are_history_and_missing_ones_are_counted |
| NWS | order of the list | nws_daily_climate/test_product.py::test_a_list_is_sorted_by_issue_time_whatever_its_order |
| NWS | a list in the place of a report | nws_daily_climate/test_product.py::test_a_list_in_the_place_of_a_report_is_refused_with_the_address_of_the_newest |
| NWS | a report that contradicts itself | test_sample_formats.py::test_a_report_that_contradicts_itself_is_refused |
| NWS | relayed values never settle | nws_daily_climate/test_parse.py::test_the_relay_is_read_and_settles_nothing |
| NWS | problem in the place of a report | nws_daily_climate/test_product.py::test_a_problem_is_refused_in_the_services_words |
| NWS | interim report as latest | nws_daily_climate/test_settlement.py::test_an_interim_report_never_counts |
| NWS | flags R and E, missing MM | nws_daily_climate/test_cli_temperature.py::test_a_value_is_the_first_token_of_its_row |
| NWS | correction | nws_daily_climate/test_settlement.py::test_a_correction_with_a_value_replaces_the_final_one |
| NWS | correction to missing | nws_daily_climate/test_settlement.py::test_a_correction_that_takes_the_value_away_flags_it_and_erases_nothing |
| NWS | wrong city of the same office | nws_daily_climate/test_report.py::test_another_city_of_the_same_office_is_refused |
| NWS | two stations in a report | nws_daily_climate/test_report.py::test_places_of_a_shared_report_are_told_by_their_headlines |
| NWS | 403 | test_transport.py::test_a_refusal_is_not_asked_again |
| NWS | 500 and 503 | test_transport.py::test_a_get_is_asked_again_where_that_may_help |
| NWS | a station that is down | nws_daily_climate/test_fetch.py::test_a_station_that_fails_is_named_after_the_others_were_had |
| observations | null temperature | nws_observations/test_geojson.py::test_a_null_temperature_is_counted_and_never_zero |
| observations | whole-degree rows | nws_observations/test_geojson.py::test_the_midway_rows_are_read_with_their_precision |
| observations | nothing at all | nws_observations/test_parse.py::test_an_empty_collection_is_no_error |
| observations | gaps | nws_observations/test_gaps.py::test_a_maximum_inside_a_gap_leaves_a_floor_below_it |
| observations | gaps of nulls | nws_observations/test_gaps.py::test_hours_that_came_without_a_value_are_a_gap_too |
| observations | gaps never settle | nws_observations/test_gaps.py::test_no_reports_of_a_day_settle_it |
| observations | never as settlement | nws_daily_climate/test_schema.py::test_only_a_final_maximum_with_a_value_refreshes_the_feed |
| observations | a summary without its year | nws_observations/test_parse.py::test_a_bare_daily_summary_is_refused_for_its_year |
| calendars | US-Eastern | macro_calendar/test_bls_ics.py::test_the_publishers_zone_name_means_new_york_in_summer_and_winter |
| calendars | folded lines | macro_calendar/test_bls_ics.py::test_folded_lines_are_unfolded_before_they_are_compared |
| calendars | moved dates | macro_calendar/test_fetch.py::test_a_moved_release_leaves_its_day_and_no_other_publishers_events |
| calendars | year without rows | ../datastore/test_macro_calendar.py::test_beyond_the_last_announcement_nothing_is_known |
| calendars | year without rows stops its series | ../core/schedule/test_families.py::test_cpi_without_a_coming_release_is_missing_its_calendar_and_claims_are_not |
| any | body over its cap, silence, trickle | test_transport.py::test_a_hostile_server_holds_a_run_up_no_longer_than_its_limits |
| any | down while fixtures are at hand | ../datastore/test_ingest_online.py::test_online_fixtures_are_never_read_even_where_the_network_fails |
| any | down beside others that are up | ../datastore/test_ingest_online.py::test_online_a_feed_that_is_down_is_named_and_leaves_the_others |
"""  # noqa: E501 - a table has long rows

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (__doc__ or "").splitlines()
    if line.startswith("| ") and "::" in line
]
SOURCES = {
    *("BLS", "BLS web", "DOL", "Treasury", "Cleveland", "AAA", "EIA", "FRED", "NWS"),
    *("observations", "calendars", "any"),
}


@cache
def _tests(file: str) -> frozenset[str]:
    tree = ast.parse((HERE / file).read_text())
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize(("source", "failure", "shown_by"), ROWS)
def test_each_failure_is_shown_by_a_test_that_exists(
    source: str, failure: str, shown_by: str
) -> None:
    file, _, name = shown_by.partition("::")
    assert source in SOURCES
    assert name in _tests(file), failure


def test_every_source_is_in_the_table_and_no_row_stands_twice() -> None:
    assert {source for source, *_ in ROWS} == SOURCES
    assert len({(source, failure) for source, failure, _ in ROWS}) == len(ROWS)
