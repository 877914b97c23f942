# Two commands to begin with: `make demo` and `make test`.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
export TZ := America/New_York

PY := .venv/bin/python
DEMO_MODE ?= full

.PHONY: help setup demo test test-more format lint types imports pytest lock clean \
        monitors pilot-readiness report telemetry-smoke live-smoke pilot-bundle freshness-smoke

help: ## list what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort | expand -t 20

setup: ## install the locked development set into .venv
	@scripts/setup.sh dev

demo: ## run the four pipelines offline, each at its scenario's clock, and draw their tear-sheets
	@scripts/setup.sh demo
	@env -u KALSHI_ENV $(PY) -m kalshi_alpha.exec.pipelines.daily --mode $(DEMO_MODE) --offline \
	  --driver-fixtures tests/fixtures --scanner-fixtures tests/data_fixtures --report --paper-ledger
	@env -u KALSHI_ENV $(PY) -m kalshi_alpha.exec.tearsheet

test: setup lint types imports pytest ## format, lint, types, import contracts, tests

lint:
	@.venv/bin/ruff format --check --quiet .
	@.venv/bin/ruff check --quiet .
	@.venv/bin/deptry --no-ansi src

types:
	@.venv/bin/mypy

imports:
	@.venv/bin/lint-imports

pytest:
	@.venv/bin/pytest -n auto --dist worksteal

test-more: ## properties, faults and kills by the hundred, benchmarks against their peers
	@scripts/setup.sh bench
	@$(PY) -m scripts.check_ops
	@$(PY) -m scripts.build_docs
	@$(PY) -m scripts.run_snippets
	@$(PY) -m scripts.browser_checks
	@$(PY) -m scripts.check_tearsheets
	@$(PY) -m scripts.write_json_schemas --check
	@$(PY) -m scripts.check_wheel
	@HYPOTHESIS_PROFILE=more .venv/bin/pytest -q -n auto --dist worksteal tests/unit/core
	@$(PY) scripts/fault_scenarios.py --first 50 --count 300
	@$(PY) -m scripts.kill_series --count 200
	@$(PY) -m scripts.lost_worker --days 60 --prints 600
	@$(PY) benchmarks/run.py

format: setup ## rewrite the sources in the house format
	@.venv/bin/ruff check --fix --quiet .
	@.venv/bin/ruff format --quiet .

lock: ## resolve the requirement locks anew (needs uv)
	@scripts/lock.sh

clean: ## remove the environment and everything generated
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache data reports exec REPORT.md

telemetry-smoke: ## append a synthetic session to the telemetry and read it back
	@scripts/setup.sh base
	@$(PY) -m kalshi_alpha.exec.telemetry.smoke

live-smoke: ## ask the venue of KALSHI_ENV for balance and markets; never an order
	@scripts/setup.sh dev
	@$(PY) -m kalshi_alpha.dev.sanity_check --live-smoke

freshness-smoke: ## judge the feeds from the tables on disk and write freshness.json
	@scripts/setup.sh base
	@$(PY) -m kalshi_alpha.exec.monitors.freshness

report: ## regenerate the scoreboards from the ledger, and the page of the ramp's decision
	@scripts/setup.sh base
	@$(PY) -m kalshi_alpha.exec.scoreboard --window 7 --window 30

pilot-bundle: ## bundle the pilot's decision with what it rests on
	@scripts/setup.sh base
	@$(PY) -m kalshi_alpha.exec.pilot_bundle

pilot-readiness: ## decide from ledger, monitors and feeds whether a pilot may be held
	@scripts/setup.sh base
	@$(PY) -m kalshi_alpha.exec.reports.ramp

monitors: ## run every monitor: files, alert log, reports and messages
	@scripts/setup.sh base
	@$(PY) -m kalshi_alpha.exec.monitors.cli
