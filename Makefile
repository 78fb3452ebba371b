# Everything runs in a virtual environment of its own; `make demo` and `make test` make it when it is missing.
VENV ?= .venv
PYTHON ?= python3
BIN = $(VENV)/bin
READY = $(VENV)/.ready

.PHONY: help demo test check lint types catalogs prove package conformance mutate bench screenshots clean

## help: list the targets
help:
	@sed -n 's/^## //p' $(MAKEFILE_LIST)

$(READY): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade pip
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $(READY)

## demo: advise a real example client
demo: $(READY)
	@$(BIN)/demandfirst advise examples/phone-shop.yaml

## test: run the tests
test: $(READY)
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile

## check: lint, types, import floors, the rulebase's own checks, and its translations
check: lint types
	$(BIN)/demandfirst check
	$(BIN)/demandfirst catalogs --check

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache

types: $(READY)
	$(BIN)/mypy
	$(BIN)/mypy tests bench

## catalogs: bring the translations up to date with the texts
catalogs: $(READY)
	$(BIN)/demandfirst catalogs

## prove: prove the guarantees, and look for useless rules, for all possible clients
prove: $(READY)
	$(BIN)/demandfirst prove
	$(BIN)/demandfirst check --deep

## conformance: a hundred thousand clients on every engine
conformance: $(READY)
	DEMANDFIRST_CLIENTS=100000 $(BIN)/python -m pytest tests/test_conformance.py

## mutate: how many wrong rules the personas, the cases and the guarantees notice
mutate: $(READY)
	$(BIN)/python bench/mutate.py

## package: build the wheel, look into it, and run the tests on what is installed from it
package: $(READY)
	PYTHON=$(abspath $(BIN)/python) bash tests/wheel.sh

## bench: speed and memory, as ratios measured side by side
bench: $(READY)
	$(BIN)/python bench/run.py
	$(BIN)/python bench/interview.py 40
	$(BIN)/python bench/howto.py
	$(BIN)/python bench/scalar.py
	$(BIN)/python bench/prove.py
	$(BIN)/python bench/deep.py
	$(BIN)/python bench/web.py
	$(BIN)/python bench/handout.py
	$(BIN)/python bench/engines.py
	$(BIN)/python bench/batch.py
	$(BIN)/python bench/report.py

## screenshots: draw the pictures of the README anew
screenshots: $(READY)
	$(BIN)/python tests/screenshots.py

## clean: remove the virtual environment and everything built
clean:
	rm -rf $(VENV) build dist *.egg-info
