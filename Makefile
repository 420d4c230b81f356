# `make site` and `make test` are all that is needed on a fresh machine with Python 3.11 or newer.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

# Material's notice about a MkDocs 2 that this project does not use.
export NO_MKDOCS_2_WARNING := 1

.PHONY: help site test quick fuzz serve regenerate check build lint types pytest bench bench-core bench-links bench-search bench-serve bench-hostile bench-index wheel sdist requirements clean
.DEFAULT_GOAL := help

help: ## Show what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(READY): pyproject.toml requirements.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

site: regenerate check build ## Regenerate the notes, check them, and build the site into site/

test: lint types pytest ## Run every check of the code and every test

quick: lint types ## Run the checks of the code and the tests that take no second
	$(BIN)/pytest -n auto --dist loadfile -m 'not slow and not browser' --quiet

fuzz: $(READY) ## Test properties on random examples, then fuzz each reader for SECONDS (600), guided by coverage
	$(BIN)/pytest -n auto --dist loadfile -m hypothesis --hypothesis-profile random
	KEYSTROKES=1000 $(BIN)/pytest tests/cli/test_watch_command.py -k keystroke
	FORMULAS=20000 FORMULAS_FROM=$$(date +%s) DERIVATIONS=all $(BIN)/pytest tests/language/test_textbook.py --log-cli-level=INFO
	ROUNDS=300 ROUNDS_FROM=$$(date +%s) ROUNDS_NOTES=200 $(BIN)/pytest tests/site/test_changed.py tests/site/test_dirty.py tests/site/test_edited.py tests/site/test_kept_checks.py tests/site/test_served.py -k random
	$(BIN)/python -m pip install --quiet --no-build-isolation --editable '.[fuzz]'
	$(BIN)/python -m benchmarks.fuzz --seconds $(or $(SECONDS),600)

serve: $(READY) ## Browse the notes; the page follows every save (WATCH=1: results are written into the notes, too)
	$(if $(WATCH),$(BIN)/zhixing watch & watch=$$!; trap 'kill $$watch; wait' EXIT;) $(BIN)/mkdocs serve --livereload

regenerate: $(READY) ## Run the examples and write what they compute into the notes
	$(BIN)/zhixing regenerate

check: regenerate ## Report every problem of the notes
	$(BIN)/zhixing check --quiet --coverage --min 90 --badge notes/附件/coverage.svg

build: check
	$(BIN)/mkdocs build --strict

lint: $(READY)
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(READY)
	$(BIN)/mypy

pytest: $(READY)
	$(BIN)/pytest -n auto --dist loadfile --no-loadscope-reorder # in order: the slowest file has few tests, and would come last

bench: $(READY) ## Measure sites, checks and saves against plain Material and Zensical, for SIZES (100 1000) notes; minutes
	$(BIN)/python -m benchmarks.site --sizes $(or $(SIZES),100 1000)

bench-core: $(READY) ## Compare the attention core with torch (installs the extra `bench`)
	$(BIN)/python -m pip install --quiet --no-build-isolation --editable '.[bench]'
	$(BIN)/python -m benchmarks.core

bench-links: $(READY) ## Build a generated vault of 1,000 notes and hold every link on its site to the truth
	$(BIN)/python -m benchmarks.links

bench-serve: $(READY) ## Time saves of a served vault until their pages are there
	$(BIN)/python -m benchmarks.serve
	$(BIN)/python -m benchmarks.serve --notes 1000

bench-search: $(READY) ## Type every title, alias and heading of the notes into the search of their site
	$(BIN)/python -m benchmarks.search

requirements: ## Pin all that is installed, with hashes (needs uv)
	uv pip compile pyproject.toml --extra site --extra test --extra build --upgrade --generate-hashes --universal \
	  --python-version 3.11 --no-emit-index-url --no-header --no-annotate --output-file requirements.txt

wheel: $(READY) ## Build the wheel into dist/; the same sources give the same bytes
	$(BIN)/python -m hatchling build --target wheel

sdist: $(READY) ## Build the source distribution, unpack it, and run `make site` and `make test` in it
	rm -rf dist
	$(BIN)/python -m hatchling build --target sdist
	cd dist && tar -xzf zhixing-*.tar.gz && rm zhixing-*.tar.gz && cd zhixing-* && $(MAKE) site test

bench-index: $(READY) ## Measure check and regenerate the first time, with nothing changed, and after one edit
	$(BIN)/python -m benchmarks.index --own

bench-hostile: $(READY) ## Run the commands on vaults made to do harm; print the slowest and the largest
	$(BIN)/python -m benchmarks.hostile

clean: ## Remove the environment and everything built
	rm -rf $(VENV) site .mypy_cache .pytest_cache .ruff_cache .hypothesis
