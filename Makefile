# All that people and CI do with this repository. Needs python3 (3.11 or newer, with venv), git, bash and make.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
UV_VERSION := 0.13.9
SECONDS_EACH := 60
BIN := .venv/bin
PIP := $(BIN)/python -m pip install -qq --no-deps

.PHONY: help venv test test-long test-sha256 test-reftable engines pictures programs docs fuzz audit secrets-check lint types layers fmt demo playground demo-ci demo-live demo-site screenshots bench lock dist release-check clean

help: ## list these targets
	@while IFS= read -r line; do \
	  if [[ $$line =~ ^([a-z0-9-]+):.*'## '(.*) ]]; then printf "  %-14s %s\n" "$${BASH_REMATCH[@]:1:2}"; fi; \
	done < $(firstword $(MAKEFILE_LIST))

venv: .venv/.installed ## set up .venv from the lock, with the project in it

test: lint types layers engines ## lint, types, layers, then all tests
	$(BIN)/python -m pytest $(ARGS)

test-long: venv engines pictures ## the long tests as well: every step of a crash, larger crowds of writers
	$(BIN)/python -m pytest -m long $(ARGS)

STORE_TESTS := tests/git tests/store tests/reliability tests/index tests/sharing tests/trail

test-sha256: venv ## the tests of the store, git and sharing once more, in repositories of git's other object format
	GIT_DEFAULT_HASH=sha256 $(BIN)/python -m pytest $(STORE_TESTS) $(ARGS)

test-reftable: venv build/newer-git/.installed ## the same, where git keeps refs in tables; where git is too old for that, with Debian 13's
	PATH="$(CURDIR)/build/newer-git/bin:$$PATH" GIT_DEFAULT_REF_FORMAT=reftable $(BIN)/python -m pytest $(STORE_TESTS) $(ARGS)

build/newer-git/.installed: scripts/newer-git.sh
	bash scripts/newer-git.sh
	@touch $@

engines: tests/ci/node_modules/.installed tests/live/generator/node_modules/.installed tests/site/node_modules/.installed build/awscli/.installed ## what tests run beside us: dynalite, the generator, the AWS CLI (moto is in .venv)

pictures: tests/docs/mermaid/node_modules/.installed ## mermaid, which draws the diagrams of the documentation, and reads them in the long tests

programs: ## from Debian, as root: what tests look at pages with (Chromium, Firefox), ask a cluster (kubectl), and complete words in (zsh, fish)
	packages=(); \
	for one in chromium firefox-esr kubectl:kubernetes-client zsh fish; do \
	  command -v "$${one%:*}" >/dev/null || packages+=("$${one#*:}"); \
	done; \
	if (($${#packages[@]})); then \
	  apt-get update -qq; \
	  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$${packages[@]}" fonts-dejavu >/dev/null; \
	fi

docs: venv pictures ## the documentation as a site, in build/docs; a link that leads nowhere fails it
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

fuzz: venv ## fuzz for minutes what `make test` fuzzes for seconds (SECONDS_EACH=600 for more)
	for target in yaml record dump; do \
	  mkdir -p build/fuzz/$$target; \
	  $(BIN)/python -m tests.fuzz.run $$target build/fuzz/$$target -artifact_prefix=build/fuzz/ -timeout=10 \
	    -rss_limit_mb=600 -max_total_time=$(SECONDS_EACH) -print_final_stats=1; \
	done
	FUZZ_EXAMPLES=$$(($(SECONDS_EACH) * 10)) $(BIN)/python -m pytest tests/fuzz -k "command_line or differential" $(ARGS)

audit: venv ## known vulnerabilities of what the lock pins, if the index can be reached
	$(BIN)/python scripts/audit.py

secrets-check: venv ## what published rule sets know of secrets and ours does not
	$(BIN)/python scripts/secrets_check.py

lint: venv ## ruff, every rule but the exceptions that pyproject.toml gives reasons for; our workflows
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	PATH="$(CURDIR)/$(BIN):$$PATH" bash scripts/lint-workflows.sh

types: venv ## mypy --strict
	$(BIN)/mypy

layers: venv ## import-linter: imports go downward, no cycles
	$(BIN)/lint-imports --no-logo --no-cache

fmt: venv ## format, and fix what ruff can fix
	$(BIN)/ruff check --fix-only
	$(BIN)/ruff format

demo: venv ## register an example, read it back, against a scratch registry
	PATH="$(CURDIR)/$(BIN):$$PATH" bash scripts/demo.sh

playground: venv ## a shell in a home of its own, in which the sessions of the documentation work as they are written
	@PATH="$(CURDIR)/$(BIN):$$PATH" bash scripts/playground.sh

demo-ci: venv ## records drive a stand-in harness through a CI table, on a local engine
	PATH="$(CURDIR)/$(BIN):$$PATH" bash scripts/demo-ci.sh

demo-live: venv engines ## deploy, register, drift, find: the generator's own scripts against a stand-in for SageMaker
	PATH="$(CURDIR)/$(BIN):$$PATH" bash scripts/demo-live.sh

demo-site: venv ## the web site of a made-up fleet, in build/site
	PATH="$(CURDIR)/$(BIN):$$PATH" bash scripts/demo-site.sh

screenshots: venv ## pictures of every page of the site, to look at, in build/screenshots; the documentation's of a review
	PYTHONPATH="$(CURDIR)" $(BIN)/python scripts/screenshots.py build/screenshots
	PYTHONPATH="$(CURDIR)" $(BIN)/python scripts/review_picture.py

bench: venv ## ratios of run times, measured in one run (ARGS="--sizes 10 1000" for less)
	$(BIN)/python -m bench $(ARGS)

lock: ## pin every development dependency, with hashes, in requirements/dev.txt
	$(PYTHON) -m venv --clear build/lock
	build/lock/bin/python -m pip install -qq uv==$(UV_VERSION)
	build/lock/bin/uv pip compile -q --universal --python-version 3.11 --upgrade --generate-hashes \
	  --all-extras --group dev --custom-compile-command 'make lock' -o requirements/dev.txt pyproject.toml
	build/lock/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes -c requirements/dev.txt \
	  --all-extras --group action --custom-compile-command 'make lock' -o requirements/action.txt pyproject.toml
	echo awscli | build/lock/bin/uv pip compile -q --universal --python-version 3.11 --upgrade --generate-hashes \
	  --custom-compile-command 'make lock' -o requirements/awscli.txt -

dist: venv ## build the sdist and the wheel in dist/
	rm -rf dist
	$(BIN)/hatchling build

release-check: venv ## whether what is committed can be released; docs/releasing.md says how
	bash scripts/release-check.sh

clean: ## remove what these targets made
	git clean -qfdX -- .venv 'tests/**/node_modules' build dist '*__pycache__' '.*_cache' .hypothesis

.venv/.locked: requirements/dev.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "python 3.11 or newer is needed: make PYTHON=...")'
	$(PYTHON) -m venv --clear .venv
	$(PIP) --require-hashes --only-binary :all: -r $<
	@: > $@

.venv/.installed: .venv/.locked pyproject.toml
	$(PIP) --no-build-isolation --editable .
	@: > $@

# Without npm, or if npm fails, the tests say what they skip, and fail where CI is set.
%/node_modules/.installed: %/package-lock.json
	@if ! command -v npm >/dev/null; then \
	  echo "npm is not installed: the tests that need what is in $*/package.json are skipped"; \
	elif npm ci --prefix $* --ignore-scripts --no-audit --no-fund --loglevel=error; then : > $@; \
	else echo "npm failed, as it says above: the tests that need what is in $*/package.json are skipped"; fi

# The AWS CLI pins a botocore of its own, so it has an environment of its own.
build/awscli/.installed: requirements/awscli.txt
	$(PYTHON) -m venv --clear build/awscli
	if build/awscli/bin/python -m pip install -qq --no-deps --require-hashes --only-binary :all: -r $<; then : > $@; \
	else echo "the AWS CLI could not be installed: tests that need it are skipped"; fi
