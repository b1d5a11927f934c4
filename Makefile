# What one does here; `make help` lists it. Needs Python 3.11 or newer and make, nothing else.

PYTHON ?= python3
PORT ?= 8000
# Arguments for pytest: make test ARGS="tests/services -k homework"
ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
# Empty files that say what was installed last; a second `make run` sees them and starts at once.
RUNTIME := $(VENV)/.runtime
DEV := $(VENV)/.dev
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet
COMPILE := uv pip compile pyproject.toml - --universal --python-version 3.11 --generate-hashes \
	--no-header --no-emit-index-url --no-annotate --quiet

.DEFAULT_GOAL := help
.PHONY: help run test torture lint format bench screenshots upgrade lock clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(RUNTIME) ## install, make a demo college if there is none, serve it on http://127.0.0.1:8000 (PORT=… changes it)
	@$(BIN)/ejournal demo --if-empty
	@exec $(BIN)/ejournal run --port $(PORT)

test: $(DEV) ## every test, three at a time: they wait more than they compute; ARGS="…" goes to pytest
	@$(BIN)/pytest -n 3 --dist worksteal $(ARGS)

torture: $(DEV) ## the long tests: the server killed fifty times on each database, every form sent by four at once; figures in docs/reliability.md
	@$(BIN)/pytest -m torture --timeout=0 -s $(ARGS)

lint: $(DEV) ## style, types, templates, and which package may import which
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/djlint --quiet --check templates
	@$(BIN)/djlint --quiet --lint templates

format: $(DEV) ## put code and templates into the shape lint asks for
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .
	@$(BIN)/djlint --quiet --reformat templates

bench: $(DEV) ## how fast the journal is here: the grid, one save, saves against an empty page, a large college's lists
	@$(BIN)/python bench/run.py

screenshots: $(DEV) ## take the pictures of the README and of the help anew from a demo college (needs Chromium with chromium-l10n)
	@$(BIN)/python docs/screenshots.py

# A second make: what the new version needs is read from its own files.
upgrade: ## newest version, its dependencies, a copy of the database, its migration, a check; stop the server before
	@git pull --ff-only
	@$(MAKE) --no-print-directory $(RUNTIME)
	@$(BIN)/ejournal upgrade

# setuptools is locked too: the project itself is then installed from its folder without asking the network.
lock: ## newest versions of all dependencies, with hashes, into requirements*.txt (needs uv)
	@echo 'setuptools>=77' | $(COMPILE) --upgrade --output-file requirements.txt
	@echo 'setuptools>=77' | $(COMPILE) --upgrade --extra dev --constraint requirements.txt \
		--output-file requirements-dev.txt

clean: ## remove what was installed and cached; instance/ with its data stays
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache test-results *.egg-info

$(RUNTIME): requirements.txt pyproject.toml | $(BIN)/python
	@echo "Installing what the journal needs…"
	@$(PIP) --require-hashes -r requirements.txt
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(DEV): requirements-dev.txt $(RUNTIME)
	@echo "Installing what its tests need…"
	@$(PIP) --require-hashes -r requirements-dev.txt
	@touch $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11 …" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
		{ rm -rf $(VENV); echo "On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
