# Two commands are enough to begin: `make demo` and `make test`. `make help` lists the rest.
# Everything is installed into .venv, once; a stamp file there remembers with what.

ifeq ($(origin PYTHON),undefined)
PYTHON := $(shell for p in python3.11 python3 python3.13 python3.12 python3.14 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo $$p; break; }; done)
else
PYTHON_ASKED := $(PYTHON)
endif

IN := .venv/bin/
PIP := $(IN)python -m pip install --quiet --disable-pip-version-check -c constraints.txt
# compiled here once: where Python may not write bytecode, every command would compile all it imports anew
COMPILED := $(IN)python -m compileall -q coachbot
PYTEST := $(IN)python -m pytest -n 2 --dist loadfile -rfEs
WHAT_IS_QUICK := not browser and not postgres and not slow

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo run install dev check lint types contract pack test test-all test-rest axe bench bench-peers faults readability likeness wheel clean clean-venv python-fits

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(firstword $(MAKEFILE_LIST)) | awk -F'|' '{printf "%-18s %s\n", $$1, $$2}'

demo: .venv/.installed ## install and open the demo (PORT=8000)
	@$(IN)python -m coachbot demo

run: .venv/.installed ## install and run the coach on the real clock (PORT=8000)
	@$(IN)python -m coachbot run

install: .venv/.installed ## install into .venv

dev: .venv/.installed-dev ## install into .venv, with what tests and checks need

check: lint types contract pack ## lint, types, import contract, and the pack of dialogs and words (-k: all of them)

lint: dev
	$(IN)ruff check .

types: dev
	$(IN)mypy --strict

contract: dev
	$(IN)lint-imports --no-logo

pack: dev
	$(IN)python -m coachbot check

test: dev ## the quick tests (under 3 minutes on 2 cores)
	@$(PYTEST) -m "$(WHAT_IS_QUICK)"

test-all: dev ## every test: browser (Chromium), postgres, slow ones too
	@$(PYTEST)

test-rest: dev ## what `make test` leaves out: browser, postgres, slow ones
	@$(PYTEST) -m "not ($(WHAT_IS_QUICK))"

axe: ## axe-core for the tests of accessibility, into .cache/ (needs npm)
	@npm install --no-save --silent --prefix .cache axe-core@4.11.0

bench: dev ## the benchmarks, beside the floor of the bare driver (JSON=FILE for rows)
	@$(IN)python -m benchmarks $(if $(JSON),--json $(JSON))

bench-peers: dev ## the coach beside its peers, in one run (JSON=FILE, MARKDOWN=PAGE; PEERS=FOLDER keeps what they need)
	@$(IN)python -m benchmarks.peers $(if $(JSON),--json $(JSON)) $(if $(MARKDOWN),--markdown $(MARKDOWN)) $(if $(PEERS),--home $(PEERS))

faults: dev ## kill a talking coach again and again, and audit what is left (KILLS=200 DATABASE=both TOWNS=2)
	@$(IN)python -m tests.faults --kills $(or $(KILLS),200) --database $(or $(DATABASE),sqlite) --towns $(or $(TOWNS),1)

readability: dev ## write docs/readability.md anew from the texts
	@$(IN)python tools/readable_page.py

likeness: dev ## learn anew what danger looks like, from content/<language>/safety/lines/
	@$(IN)python tools/likeness.py

wheel: dev ## build the wheel into dist/
	@$(IN)python -m build --wheel --outdir dist . >/dev/null && ls dist/*.whl

clean: ## remove what tools leave behind; data (var/) and .venv stay
	@rm -rf dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .coverage screenshots
	@find . -path ./.venv -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +

clean-venv: ## remove .venv
	@rm -rf .venv

# -- .venv ----------------------------------------------------------------------------------------------
# Is there a Python, and is an existing .venv of a fitting one?
python-fits:
	@if test -e $(IN)python || test -L $(IN)python; then \
		$(IN)python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
			echo ".venv was made by another Python ($$($(IN)python --version 2>/dev/null || echo 'which is gone')): run 'make clean-venv', then again." >&2; exit 1; }; \
		asked="$(PYTHON_ASKED)"; is='import sys; print("%d.%d" % sys.version_info[:2])'; \
		if test -n "$$asked"; then \
			want=$$("$$asked" -c "$$is" 2>/dev/null || echo "'$$asked', which does not run"); have=$$($(IN)python -c "$$is"); \
			test "$$want" = "$$have" || { \
				echo ".venv was made by Python $$have, you asked for $$want: run 'make clean-venv', then again." >&2; exit 1; }; \
		fi; \
	else \
		"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
			echo "coachbot needs Python 3.11 or newer and found none$(if $(PYTHON_ASKED), at '$(PYTHON_ASKED)'). Install it, or name it: make PYTHON=python3.11" >&2; exit 1; }; \
	fi

.venv/bin/python: | python-fits
	@echo "making .venv with $$("$(PYTHON)" --version)"
	@"$(PYTHON)" -m venv .venv || { \
		rm -rf .venv; echo "this Python cannot make a virtual environment; on Debian: apt-get install python3-venv" >&2; exit 1; }

.venv/.installed: pyproject.toml constraints.txt | python-fits .venv/bin/python
	@echo "installing coachbot into .venv"
	@$(PIP) -e '.[staff]'
	@$(COMPILED)
	@touch $@

.venv/.installed-dev: pyproject.toml constraints.txt | python-fits .venv/bin/python
	@echo "installing coachbot and its tools into .venv"
	@$(PIP) -e '.[dev]'
	@$(COMPILED)
	@touch .venv/.installed $@
