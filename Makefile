# Needs Python 3.11+, pip, make and git; everything else is installed into .venv by the first target that runs.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: demo test test-slow test-exhaustive check bench torture mutations phrases docs site build clean real

demo: $(READY)  ## set up and run the main job against a sandbox store
	$(BIN)/fbridge demo

# What Python compiled is kept, whatever the environment says: the tests start hundreds of processes.
export PYTHONDONTWRITEBYTECODE =

# Four at once on two cores, for half of the time a test waits for a store.
PYTEST := $(BIN)/pytest -n 4 --dist worksteal

test: $(READY)  ## set up and pass the tests
	$(PYTEST) -m "not slow and not exhaustive"

test-slow: $(READY)  ## the tests that take longer: torture, and more variants of the stores
	$(PYTEST) -m "slow and not exhaustive"

test-exhaustive: $(READY)  ## every act at every moment of a push, on every platform; takes hours
	$(PYTEST) -m exhaustive

check: $(READY)  ## lint, types, import contracts, generated docs
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/cog --check docs/*.md

real: $(READY)  ## ship the orders that the environment names, on a store of your own (docs/real-stores.md)
	$(BIN)/python -m tests.real

bench: $(READY)  ## ratios against a baseline in the same run
	$(BIN)/python -m tests.bench

torture: $(READY)  ## 1 000 kills on all platforms and both databases; nothing lost, twice or stuck
	$(BIN)/python -m tests.torture
	$(BIN)/python -m tests.torture --schedules 500

phrases: $(READY)  ## bring the catalogs of other languages up to date with what the code says
	$(BIN)/python -m tests.phrases

mutations: $(READY)  ## break the code on purpose, place by place; the tests must notice
	$(BIN)/python -m tests.mutations

docs: $(READY)  ## write the generated parts of the documentation again, and the JSON Schemas
	$(BIN)/python docs/json_reference.py
	$(BIN)/cog -r docs/*.md

site: $(READY)  ## the documentation as a web site, in build/site; a link that leads nowhere fails
	$(BIN)/sphinx-build --quiet --fail-on-warning --keep-going --jobs 2 --doctree-dir build/doctrees docs build/site

build: $(READY)  ## one wheel for each distribution, in dist/
	for folder in core plugins/*; do $(BIN)/python -m build --wheel --outdir dist $$folder || exit 1; done

clean:
	rm -rf $(VENV) dist build docs/api

$(READY): requirements-dev.txt core/pyproject.toml $(wildcard plugins/*/pyproject.toml)
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "fbridge needs Python 3.11 or newer")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements-dev.txt
	touch $@
