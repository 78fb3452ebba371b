# Everything runs in a virtual environment of its own; `make demo` and `make test` make it when it is missing.
VENV ?= .venv
PYTHON ?= python3
BIN = $(VENV)/bin
READY = $(VENV)/.ready

.PHONY: help demo test check lint types package bench clean

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
	$(BIN)/python -m pytest

## check: lint, types, import floors, and the rulebase's own checks
check: lint types
	$(BIN)/demandfirst check

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache

types: $(READY)
	$(BIN)/mypy
	$(BIN)/mypy tests bench

## package: build the wheel, look into it, and run the tests on what is installed from it
package: $(READY)
	PYTHON=$(abspath $(BIN)/python) bash tests/wheel.sh

## bench: speed and memory, as ratios measured side by side
bench: $(READY)
	$(BIN)/python bench/run.py
	$(BIN)/python bench/interview.py 40
	$(BIN)/python bench/howto.py

## clean: remove the virtual environment and everything built
clean:
	rm -rf $(VENV) build dist *.egg-info
