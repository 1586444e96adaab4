# The one entry. `make` alone lists the targets.
SHELL := /bin/sh
BIN := .venv/bin
PY := $(BIN)/python
CODE := src tests bench

.PHONY: help setup check format lint types imports unit unit-half unit-rest contract conformance e2e test golden demo bench fuzz pins clean
.PHONY: contract-engine contract-pods contract-apart e2e-programs e2e-builds

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

# Two runs side by side: each collects its own half only, and nobody has to be told what to do.
HALF = cli builder registry server store controllers wiring
unit:
	@$(MAKE) --no-print-directory --jobs 2 --output-sync=target unit-half unit-rest
unit-half:
	@$(BIN)/pytest -q $(HALF:%=tests/unit/%) tests/golden
unit-rest:
	@$(BIN)/pytest -q tests/unit tests/laws tests/house $(HALF:%=--ignore=tests/unit/%)

# Recorded answers come first; as they wait a lot, there is a third worker.
conformance: ## other people's clients against our server
	@$(BIN)/pytest -q -n 3 --dist loadfile --no-loadscope-reorder tests/conformance

# Suites that run at the same time have a storage of images each, as tests sweep and count in it.
BESIDE = $(MAKE) --no-print-directory --jobs=2 --output-sync=target
APART = api blobs distribution journal downloads git podlogs streams uploads webhooks
contract: ## one suite per port, over every adapter this machine can run
	@$(BESIDE) contract-engine contract-pods contract-apart

contract-engine:
	@$(BIN)/pytest -q tests/contract/engine

contract-pods:
	@SLIPCAST_TESTS_STORAGE=second $(BIN)/pytest -q tests/contract $(APART:%=--ignore=tests/contract/%) \
		--ignore=tests/contract/engine

contract-apart:
	@$(BIN)/pytest -q $(APART:%=tests/contract/%)

# What took longest is told, as these are most of the time.
SLOW = --durations=12 --durations-min=4
e2e: ## real applications: built, run and talked to
	@$(BESIDE) e2e-programs e2e-builds
	@$(BIN)/pytest -q -n 2 --dist loadfile tests/e2e/server

# What needs the builder images of languages is with those that make them.
e2e-programs:
	@$(BIN)/pytest -q $(SLOW) tests/e2e/test_*.py tests/e2e/builds/*_languages.py

e2e-builds:
	@SLIPCAST_TESTS_STORAGE=second $(BIN)/pytest -q $(SLOW) tests/e2e/builds --ignore-glob='*_languages.py'

test: check contract conformance e2e ## everything; what CI runs

golden: ## rewrite the golden files, to be reviewed as prose
	@GOLDEN=rewrite $(BIN)/pytest -q tests/golden

demo: ## build and run the example application, print its answer
	@$(BIN)/slipcast demo

bench: ## time slipcast beside its peers, print medians and ratios
	@$(PY) bench/start.py
	@$(PY) bench/s2i.py
	@$(PY) bench/api.py
	@$(PY) bench/journal.py
	@$(PY) bench/builds.py
	@$(PY) bench/registry.py

SECONDS = 3600
fuzz: ## TARGET=manifests, webhooks or references: atheris over a parser, SECONDS long
	@mkdir -p .state/fuzz
	@PYTHONPATH=src:tests $(PY) -m fuzz $(TARGET) .state/fuzz/$(TARGET) \
		-max_total_time=$(SECONDS) -artifact_prefix=.state/fuzz/$(TARGET)-

pins: ## resolve the dependencies anew, with hashes and without addresses
	@scripts/pins

clean: ## forget test images and caches of this checkout
	@for state in .state/tests .state/tests/second; do [ ! -d $$state/storage ] || \
		CONTAINERS_CONF=$$state/containers.conf podman --root $(CURDIR)/$$state/storage --runroot $(CURDIR)/$$state/run \
		--storage-driver overlay rm --all --force >/dev/null; umount -R $$state/storage/overlay 2>/dev/null || :; done
	rm -rf .state .mypy_cache .pytest_cache .ruff_cache .hypothesis

.state:
	@mkdir -p .state

lint types imports unit contract-engine contract-pods contract-apart conformance: | .state
e2e-programs e2e-builds e2e fuzz: | .state
