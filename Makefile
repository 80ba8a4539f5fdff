# Two commands matter: `make run` and `make test`. Both set everything up first and work offline from the second time on.

.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON := .venv/bin/python
LEGACY := .venv-legacy/bin/python
# One file at a time per process: the fixtures of a file are made once. `make test PYTEST_ARGUMENTS=` runs them in one.
PYTEST_ARGUMENTS ?= -n 2 --dist loadfile
UV_COMPILE := uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header \
	--python-version 3.11 --extra dev pyproject.toml

.PHONY: help setup run test test-legacy lint format bench soak lock catalogue pictures clean

help: ## this list
	@grep -hE '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 14

setup: ## system libraries, .venv from the lock file, the program
	@packaging/setup.sh

run: setup ## start the program on made-up data; without a display do the whole main job
	@$(PYTHON) -m broker_app --try

lint: setup ## every static check
	@$(PYTHON) -m ruff check --quiet .
	@$(PYTHON) -m ruff format --check --quiet .
	@$(PYTHON) -m mypy
	@.venv/bin/lint-imports

test: lint ## every static check, then every test
	@$(PYTHON) -m pytest $(PYTEST_ARGUMENTS)

test-legacy: ## the tests on PySide6 6.7.3, the last for glibc 2.28
	@packaging/setup.sh requirements-legacy.lock .venv-legacy
	@$(LEGACY) -m pytest $(PYTEST_ARGUMENTS)

format: setup ## put every file into the house format
	@$(PYTHON) -m ruff check --quiet --fix .
	@$(PYTHON) -m ruff format --quiet .

bench: setup ## every benchmark; figures go to out/bench.jsonl
	@$(PYTHON) .ci/bench.py

soak: setup ## the searching tests with many more and always new examples
	@HYPOTHESIS_PROFILE=soak BROKER_SYNC_HISTORIES=$${BROKER_SYNC_HISTORIES:-3000} \
		BROKER_SYNC_REAL_HISTORIES=$${BROKER_SYNC_REAL_HISTORIES:-60} $(PYTHON) -m pytest --timeout 1800 $(PYTEST_ARGUMENTS)

lock: ## both lock files anew (needs uv)
	@mkdir -p build
	@$(UV_COMPILE) --output-file requirements.lock
	@grep -h '==' requirements.lock | grep -vE '^(pyside6|shiboken6)' | sed 's/ .*//' >build/legacy-constraints
	@printf 'pyside6-essentials==6.7.3\npyside6-addons==6.7.3\n' >>build/legacy-constraints
	@$(UV_COMPILE) --no-annotate --constraints build/legacy-constraints --output-file requirements-legacy.lock

catalogue: setup ## the English catalogue in line with the texts of the code; says what is not translated
	@$(PYTHON) -m tests.language.catalogue

pictures: setup ## the pictures of the manual, from the running program
	@$(PYTHON) docs/manual/make_pictures.py

clean: ## everything that can be made again, but not your own data
	@rm -rf .venv .venv-legacy out build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
