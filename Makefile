# The one entry. `make` alone lists the targets.
SHELL := /bin/sh
BIN := .venv/bin
PY := $(BIN)/python
CODE := src tests bench

.PHONY: help setup check format lint types imports unit contract conformance e2e test golden demo bench pins clean

help: ## list the targets
	@awk -F':.*## ' '/^[a-z0-9]+:.*## / {printf "  %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## Debian packages, virtual environment, dependencies
	@scripts/setup

check: lint types imports unit ## format, lint, types, imports, unit tests, laws, house rules: under a minute

format: ## rewrite the code in the house's format
	$(BIN)/ruff format $(CODE)
	$(BIN)/ruff check --fix $(CODE)

lint:
	@$(BIN)/ruff format --check --quiet $(CODE)
	@$(BIN)/ruff check --quiet $(CODE)

types:
	@$(BIN)/mypy

imports:
	@$(BIN)/lint-imports --no-cache >.state/imports.txt 2>&1 || { cat .state/imports.txt; exit 1; }

unit:
	@$(BIN)/pytest -q -n auto --dist loadfile tests/unit tests/laws tests/house tests/golden

conformance: ## other people's clients against our server
	@$(BIN)/pytest -q -n 2 tests/conformance

# Suites that neither use the engine's storage nor look at what others leave may run side by side.
APART = api blobs distribution journal downloads git podlogs streams uploads webhooks
contract: ## one suite per port, over every adapter this machine can run
	@$(BIN)/pytest -q -n 2 --dist loadfile $(APART:%=tests/contract/%)
	@$(BIN)/pytest -q tests/contract $(APART:%=--ignore=tests/contract/%)

e2e: ## real applications: built, run and talked to
	@$(BIN)/pytest -q -n 2 --dist loadfile tests/e2e/server
	@$(BIN)/pytest -q tests/e2e --ignore=tests/e2e/server

test: check contract conformance e2e ## everything; what CI runs

golden: ## rewrite the golden files, to be reviewed as prose
	@GOLDEN=rewrite $(BIN)/pytest -q tests/golden

demo: ## build and run the example application, print its answer
	@scripts/demonstrate

bench: ## time slipcast beside its peers, print medians and ratios
	@$(PY) bench/s2i.py
	@$(PY) bench/api.py
	@$(PY) bench/journal.py
	@$(PY) bench/builds.py
	@$(PY) bench/registry.py

pins: ## resolve the dependencies anew, with hashes and without addresses
	@scripts/pins

clean: ## forget test images and caches of this checkout
	@if [ -d .state/tests/storage ]; then CONTAINERS_CONF=.state/tests/containers.conf podman \
		--root $(CURDIR)/.state/tests/storage --runroot $(CURDIR)/.state/tests/run \
		--storage-driver overlay rm --all --force >/dev/null; umount -R .state/tests/storage/overlay 2>/dev/null || :; fi
	rm -rf .state .mypy_cache .pytest_cache .ruff_cache .hypothesis

.state:
	@mkdir -p .state

lint types imports unit contract conformance e2e: | .state
