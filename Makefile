# Everything that these targets make stays inside this folder: the environment in .venv/, the rest in .cache/.

PYTHON ?= python3
BIN := .venv/bin
RUNTIME := .venv/.installed
DEV := .venv/.installed-dev

export TMPDIR := $(CURDIR)/.cache/tmp
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_CACHE_DIR := 1
unexport PYTHONPATH PYTHONHOME VIRTUAL_ENV PYTHONDONTWRITEBYTECODE

# Pins and hashes only: a lock says what to install, never where to get it from.
COMPILE = $(BIN)/pip-compile --quiet --no-config --cache-dir .cache/pip-tools --generate-hashes --allow-unsafe \
	--strip-extras --build-deps-for editable --no-header --no-annotate --no-emit-options --newline lf $(UPGRADE)
# A lock names everything, so nothing is resolved anew: a resolver that meets `coverage[toml]` beside the pinned
# `coverage` looks at the newest release, for which the lock has no hash.
INSTALL = $(BIN)/python -m pip install --quiet --require-hashes --no-deps

.DEFAULT_GOAL := help
.PHONY: help demo install install-dev test lint test-quick test-slow renderers postgres docs bench bench-write bench-casework bench-study timefold lock clean

help:
	@echo 'make demo       solve the Neijiang scenario and show the plan'
	@echo 'make test       style, types, layers and the quick tests'
	@echo 'make test-slow  the tests that take minutes'
	@echo 'make docs       the documentation as a site that is read offline, in .cache/site'
	@echo 'make bench      how long the main steps take, and plans beside those of other solvers (LIMIT=60 SEEDS="1 2 3")'
	@echo 'make bench-write  put the table of the last make bench into docs/benchmarks.md, its strongest rows into README.md'
	@echo 'make bench-casework  casework and panels beside what is known (DATA=folder of the instances)'
	@echo 'make bench-study  which mode suits which county of Sichuan; goes on where it stopped (COUNTIES=10 DRAWS=1 for fewer)'
	@echo 'make lock       renew the lock files (UPGRADE=--upgrade for newer versions)'
	@echo 'make clean      remove everything that these commands made'

# `show` prints the score as `solve` does: of the two reports one is kept, unless something goes wrong.
demo: $(RUNTIME)
	@echo '$(BIN)/allocator solve scenarios/neijiang-zones -o plan.json --time-limit 25'
	@$(BIN)/allocator solve scenarios/neijiang-zones -o plan.json --time-limit 25 >$(TMPDIR)/solved.txt \
		|| { status=$$?; cat $(TMPDIR)/solved.txt; exit $$status; }
	@echo '$(BIN)/allocator show plan.json'
	@$(BIN)/allocator show plan.json
	@echo
	@echo 'Next, a scenario of your own · 接下来，做自己的方案：'
	@echo '  $(BIN)/allocator new 我的方案.xlsx --excel --like neijiang-zones'
	@echo '  $(BIN)/allocator check 我的方案.xlsx'
	@echo '  $(BIN)/allocator solve 我的方案.xlsx -o 方案.json'

test: lint test-quick

lint: $(DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --cache-dir .cache/import-linter

test-quick: $(DEV)
	$(BIN)/python -m pytest -m 'not slow' -n auto --maxprocesses 8 --dist loadfile --cov --cov-fail-under=90

# Slow tests that no clock decides run side by side, the longest first; those that solve within a time limit that
# may be reached run one after another.
SIDE_BY_SIDE := $(wildcard $(patsubst %,tests/test_%.py,zones_pmedian_route tradeoff_search staying optimise_routes \
	optimise_zones kinds_* export_* workbook_* sentences_* casework_conflicted_pairs confirmation_proofs \
	contiguous desk_views docs_site draw_replay formulations fuzz hostile_files intake_files intake_hostile \
	optimise_brute_force page_reading plan_claims program_reassignment reading_scenario rule_blanks rule_prices store_*))

test-slow: $(DEV) renderers postgres
	$(BIN)/python -m pytest -m slow -n auto --maxprocesses 8 $(SIDE_BY_SIDE)
	$(BIN)/python -m pytest -m slow $(addprefix --ignore=,$(SIDE_BY_SIDE))

# Programs that open the files that are exported: LibreOffice, poppler and Chromium. Debian's packages are installed where
# that is allowed; elsewhere the names are said, and the tests that need them are skipped and say so.
RENDERERS := chromium libreoffice-calc libreoffice-writer poppler-utils fonts-noto-cjk

renderers:
	@command -v soffice >/dev/null && command -v chromium >/dev/null && command -v pdftotext >/dev/null || { \
		if command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
			apt-get update --quiet=2 && DEBIAN_FRONTEND=noninteractive TMPDIR=/tmp \
				apt-get install --quiet=2 --yes --no-install-recommends $(RENDERERS) >/dev/null; \
		else echo 'To test how files open and print, install: $(RENDERERS)'; fi; }

# The database that a store of a team is kept in: the tests start a server of their own, on a socket, and stop it.
postgres:
	@ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || { \
		if command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
			apt-get update --quiet=2 && DEBIAN_FRONTEND=noninteractive TMPDIR=/tmp \
				apt-get install --quiet=2 --yes --no-install-recommends postgresql >/dev/null; \
		else echo 'To test stores in PostgreSQL, install: postgresql'; fi; }

docs: export NO_MKDOCS_2_WARNING := 1
docs: $(DEV)
	@$(BIN)/mkdocs build --strict --quiet -f mkdocs.yml
	@$(BIN)/mkdocs build --strict --quiet -f mkdocs.en.yml
	@echo '.cache/site/index.html'

# Each measures one thing by itself; what compares is run by the table, or by hand.
STEPS := acquaintance compile draw
LIMIT ?= 20
SEEDS ?= 1
COMMAND = make bench LIMIT=$(LIMIT) SEEDS="$(SEEDS)"$(if $(ONLY), ONLY="$(ONLY)")$(if $(DATA), DATA=folder)

bench: $(RUNTIME) timefold
	@for step in $(STEPS); do $(BIN)/python benchmarks/$$step.py || exit 1; done
	@$(BIN)/python benchmarks/scenarios.py --seconds $(LIMIT)
	@$(BIN)/python -m benchmarks.table --limit $(LIMIT) --seeds $(SEEDS) --command '$(COMMAND)' \
		$(if $(ONLY),--only $(ONLY)) $(if $(DATA),--data $(DATA))

bench-write: $(RUNTIME)
	@$(BIN)/python -m benchmarks.table --from .cache/bench/results.json --plots docs/bench \
		--write docs/benchmarks.md --front README.md

# A peer, never a dependency: its jars come out of a package that is not installed. Without Java nothing is fetched,
# and where it cannot be fetched its column stays empty.
timefold: $(RUNTIME)
	@if command -v javac >/dev/null && ! cmp -s benchmarks/peers/timefold.txt .cache/timefold/pins.txt; then \
		rm -rf .cache/timefold; \
		$(INSTALL) --no-compile --target .cache/timefold -r benchmarks/peers/timefold.txt \
			&& cp benchmarks/peers/timefold.txt .cache/timefold/pins.txt \
			|| { rm -rf .cache/timefold; echo 'Timefold could not be fetched; make bench goes on without it'; }; \
	fi

bench-casework: $(RUNTIME)
	@$(BIN)/python benchmarks/casework_table.py $(if $(DATA),--data $(DATA))

# All 183 counties x 3 modes x 3 draws of what is invented, by default. What has a result is not solved again, so
# that a run can be stopped, and one of fewer counties is the beginning of the whole.
COUNTIES ?= 183
DRAWS ?= 3
PROVINCE := .cache/province

bench-study: $(RUNTIME)
	@$(BIN)/python scenarios/sichuan-province/study.py --out $(PROVINCE) --counties $(COUNTIES) --seeds $(DRAWS) >/dev/null
	@$(BIN)/allocator study $(PROVINCE)/study.yaml
	@for suffix in html xlsx svg; do \
		$(BIN)/allocator study report $(PROVINCE)/study.yaml --to $(PROVINCE)/province.$$suffix >/dev/null || exit 1; done

lock: $(DEV)
	$(COMPILE) --output-file requirements.lock pyproject.toml
	$(COMPILE) --extra cluster --constraint requirements.lock --output-file requirements-cluster.lock pyproject.toml
	$(COMPILE) --extra cluster --extra dev --constraint requirements-cluster.lock \
		--output-file requirements-dev.lock pyproject.toml

clean:
	rm -rf .venv .cache build dist plan.json
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

install: $(RUNTIME)

install-dev: $(DEV)

$(RUNTIME): requirements.lock pyproject.toml | $(TMPDIR)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo 'allocator needs Python 3.11 or newer, and "$(PYTHON)" is not. Try: make PYTHON=python3.12 $(MAKECMDGOALS)'; \
		echo '需要 Python 3.11 或更高版本，而“$(PYTHON)”不是。可用：make PYTHON=python3.12 $(MAKECMDGOALS)'; \
		exit 1; } >&2
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo 'The venv module of "$(PYTHON)" is missing. On Debian or Ubuntu: apt install python3-venv'; \
		echo '“$(PYTHON)”缺少 venv 模块。Debian 或 Ubuntu 上：apt install python3-venv'; \
		exit 1; } >&2
	$(PYTHON) -m venv .venv
	$(INSTALL) -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	$(BIN)/python -m pip check --quiet
	@touch $@

$(DEV): requirements-dev.lock $(RUNTIME)
	$(INSTALL) -r requirements-dev.lock
	$(BIN)/python -m pip check --quiet
	@touch $@

$(TMPDIR):
	@mkdir -p $@
