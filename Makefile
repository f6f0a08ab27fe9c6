# The commands of this project. `make run` and `make test` are all a new machine needs.
PYTHON ?= python3
BIN := .venv/bin
PYTEST ?= -m pytest

.PHONY: run test demo check bench browser processes clean

run: .venv/.runtime  ## install, prepare and start the site with its worker
	@$(BIN)/python manage.py prepare
	@exec $(BIN)/python manage.py serve

test: .venv/.dev  ## everything that needs no server and no browser, on SQLite
	@$(BIN)/python $(PYTEST) -n auto -m "not browser and not processes"

processes: .venv/.dev  ## real workers, killed and restarted
	@$(BIN)/python $(PYTEST) -m processes

browser: .venv/.dev  ## journeys in a real Chromium
	@$(BIN)/python $(PYTEST) -m browser

demo: .venv/.runtime  ## 24 synthetic workbooks through the real intake
	@$(BIN)/python manage.py prepare
	@$(BIN)/python manage.py demo

check: .venv/.dev  ## style, types, arrows, security, migrations
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/bandit --quiet --severity-level medium --recursive --configfile pyproject.toml manage.py lasertrim analysis accounts reports
	@$(BIN)/python manage.py makemigrations --check --dry-run
	@HTTPS=true ALLOWED_HOSTS=trim.example.com DATABASE_URL=postgresql://site@db/site \
		SECRET_KEY=$$($(BIN)/python -c "import secrets; print(secrets.token_urlsafe(60))") \
		$(BIN)/python manage.py check --deploy --fail-level WARNING

bench: .venv/.dev  ## the table of budgets, each beside its floor
	@$(BIN)/python -m tests.performance.bench

clean:
	rm -rf .venv

.venv/bin/python:
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11))" || \
		{ echo "Python 3.11 or newer is needed; set PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv .venv

.venv/.runtime: .venv/bin/python requirements.lock
	@echo "Installing into .venv, once; this takes a minute or two …"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

.venv/.dev: .venv/bin/python requirements-dev.lock
	@echo "Installing into .venv, once; this takes a minute or two …"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@ .venv/.runtime
