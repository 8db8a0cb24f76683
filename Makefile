# The developer's handbook in one page: `make` lists what there is. Each target sets up what it needs.

ifndef PYTHON
PYTHON := $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$p" && break; done)
endif
BIN := .venv/bin
# Tests run in a shuffled order, the same each time: one commit, one verdict. Another: make test SEED=$$RANDOM
SEED ?= 1871
PREPARE = $(if $(PYTHON),$(PYTHON),$(error Caravana needs Python 3.11 or newer; name one with make PYTHON=/path/to/python)) tools/prepare.py

.DEFAULT_GOAL := help
.PHONY: help demo run test check bench bench-matching bench-einvoice bench-social bench-catalogue docs format pins clean

help: ## list the targets
	@echo "Caravana. Two commands to begin with: make demo, make test."
	@echo
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'
	@echo
	@echo "Options go in ARGS: make demo ARGS=--stay, make test ARGS='tests/kit -x'."

demo: ## play a day of orders against sandboxes and kill the hub in the middle
	@$(PREPARE) run
	@$(BIN)/caravana demo $(ARGS)

run: ## run the hub with the configuration of this folder
	@$(PREPARE) run
	@$(BIN)/caravana run $(ARGS)

test: ## run the tests (PostgreSQL and chromium as the machine allows)
	@$(PREPARE) test --browser
	@$(BIN)/pytest --numprocesses 3 --dist worksteal --randomly-seed=$(SEED) $(ARGS)

check: ## lint, format, types, import contracts, documentation
	@$(PREPARE) check
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/sphinx-build -q -W --keep-going -b html docs docs/_build/html

bench: ## measure speed and size, with the machine's raw limits beside them
	@$(PREPARE) test
	@$(BIN)/python -m bench $(ARGS)

bench-social: ## measure how fast Meta's webhooks are taken and split
	@$(PREPARE) test
	@$(BIN)/python -m bench --only webhooks $(ARGS)

bench-matching: ## measure how bank transfers are matched: what is posted, what is wrong, how fast
	@$(PREPARE) test
	@$(BIN)/python -m bench.matching $(ARGS)

bench-einvoice: ## measure how electronic documents are issued: how many, how often, how fast
	@$(PREPARE) test
	@$(BIN)/python -m bench.einvoice $(ARGS)

bench-catalogue: ## measure how products are published: reads of Odoo, batches at Meta
	@$(PREPARE) test
	@$(BIN)/python -m bench.catalogue $(ARGS)

docs: ## build the documentation into docs/_build/html
	@$(PREPARE) check
	@$(BIN)/sphinx-build -q -W --keep-going -b html docs docs/_build/html
	@echo "open docs/_build/html/index.html"

format: ## mend what ruff can mend by itself
	@$(PREPARE) check
	@$(BIN)/ruff check --fix-only
	@$(BIN)/ruff format

pins: ## renew the pinned requirement files (needs uv; ARGS=--upgrade takes new versions)
	@cd requirements && for name in run build test check; do \
		uv pip compile --quiet --universal --python-version 3.11 --no-header --no-emit-index-url --no-emit-find-links \
			$(ARGS) $$name.in --output-file $$name.txt || exit 1; done

clean: ## remove all that these targets made, .venv included
	@rm -rf .venv docs/_build build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	@find src tests bench tools docs -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
