# Needs Python 3.11+, pip, make and git; everything else is installed into .venv by the first target that runs.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: demo test test-slow test-exhaustive check bench scale torture mutations phrases docs site build clean real constraints audit lowest

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
	$(BIN)/python -m tests.bench $(BENCH)

scale: $(READY)  ## workers over one PostgreSQL, before many stores (docs/scale.md); SCALE="--stores 200" and the like
	$(BIN)/python -m tests.scale $(SCALE)

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

# The same commit gives the same files, wherever and whenever they are built.
export SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct 2>/dev/null || echo 1577836800)

build: $(READY)  ## the source and the wheel of each distribution, in dist/; each wheel is built from its source
	$(BIN)/python docs/changelog_parts.py
	rm -rf dist
	for folder in core plugins/*; do $(BIN)/python -m build --no-isolation --outdir dist $$folder >/dev/null || exit 1; done
	$(TOOL) twine==7.0.0 twine check --strict dist/*

# Programs that are asked once in a while, and bring a lot along.
TOOL = $(UV) tool run --quiet --python $(BIN)/python --from
UV = $(BIN)/uv --no-python-downloads

audit: $(READY)  ## known weaknesses of what constraints.txt names, where a service that knows them can be reached
	.ci/audit $(TOOL) pip-audit==2.10.1 pip-audit

LOWEST := $(VENV)/lowest
LOWEST_TESTS := $(addprefix tests/, core/http core/office core/test_migrations.py core/test_network_folders.py core/plugins \
  core/test_settings_editing.py core/test_settings_reading.py core/cli/test_cli_errors.py core/cli/test_cli_tables.py \
  plugins/magento/test_sandbox_signatures.py plugins/prestashop/adapter/test_mapping.py plugins/shopify/test_sandbox_orders.py \
  plugins/woocommerce/adapter/test_fetch.py end_to_end/test_demo.py)

lowest: $(READY)  ## what the oldest versions do that the distributions admit; a part of the tests that asks all of them
	grep '^-e' requirements-test.txt | $(UV) pip compile --quiet --python $(BIN)/python --resolution lowest-direct \
	  $(foreach one,$(OURS),--no-emit-package $(one)) --output-file $(LOWEST).txt - >/dev/null
	$(UV) venv --quiet --clear --python $(BIN)/python $(LOWEST)
	$(UV) pip install --quiet --python $(LOWEST)/bin/python --requirement requirements-test.txt --constraints $(LOWEST).txt
	$(LOWEST)/bin/python -m pytest -n 4 --dist worksteal -m "not slow and not exhaustive" $(LOWEST_TESTS)

clean:
	rm -rf $(VENV) dist build docs/api

constraints:  ## choose the versions of constraints.txt again, for every Python; MORE=--upgrade for the newest
	test -d $(VENV) || $(PYTHON) -m venv $(VENV)
	test -x $(BIN)/uv || $(INSTALL) uv
	$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
	  $(foreach one,$(OURS),--no-emit-package $(one)) --custom-compile-command 'make constraints' $(MORE) \
	  --output-file $@.txt requirements-dev.txt

INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
OURS := fbridge $(patsubst plugins/%/pyproject.toml,fbridge-%,$(wildcard plugins/*/pyproject.toml))

# Everything from outside has its hash: setuptools comes first, because two packages are on the index as source only and
# pip would fetch what builds them unchecked. Our own distributions have no hash; they come last and bring nothing along.
$(READY): constraints.txt requirements-dev.txt requirements-test.txt core/pyproject.toml $(wildcard plugins/*/pyproject.toml)
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "fbridge needs Python 3.11 or newer")'
	$(PYTHON) -m venv $(VENV)
	awk '/^[^ ]/ {wanted = /^setuptools==/} wanted' constraints.txt >$(VENV)/setuptools.txt
	$(INSTALL) --require-hashes --requirement $(VENV)/setuptools.txt
	$(INSTALL) --require-hashes --no-build-isolation --use-pep517 --requirement constraints.txt
	{ $(INSTALL) --no-index --no-deps --no-build-isolation --requirement requirements-dev.txt && $(BIN)/python -m pip check; } || \
	  { echo "constraints.txt does not fit the requirements and the pyproject.toml files: run make constraints"; exit 1; }
	touch $@
