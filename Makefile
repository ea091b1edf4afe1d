# `make demo` and `make test` do everything; the other targets are for people who work on the project.
PYTHON3 ?= python3
RUN := .venv/bin/python -m
export RASA_TELEMETRY_ENABLED := false

.PHONY: help demo test check bench bench-speech speech-model lock wheel setup setup-dev clean

help:
	@echo "make demo          talk to the practice bank: a recorded conversation, end to end"
	@echo "make test          linters, types and all tests"
	@echo "make bench         speed, memory and accuracy beside the bare engines"
	@echo "make bench-speech  how well the speech model hears"
	@echo "make speech-model  build the speech model again from nothing"
	@echo "make lock          resolve requirements/*.in into the lock files"
	@echo "make wheel         build dist/*.whl"

setup:
	@$(PYTHON3) bootstrap.py

setup-dev:
	@$(PYTHON3) bootstrap.py --dev

demo: setup
	@$(RUN) assistant demo

check: setup-dev
	@$(RUN) ruff check .
	@$(RUN) ruff format --check .
	@$(RUN) mypy

test: check
	@$(RUN) pytest -n 2 --dist loadgroup

bench: setup-dev
	@$(RUN) bench

bench-speech: setup-dev
	@$(RUN) bench.speech $(ARGS)

speech-model: .venv-speech/complete
	@.venv-speech/bin/python -m assistant.training.speech $(ARGS)

# PyTorch and Rasa do not share an environment.
.venv-speech/complete: assistant/training/speech/requirements.txt assistant/training/speech/neural.txt
	@$(PYTHON3) -m venv .venv-speech
	@.venv-speech/bin/pip install --quiet --require-hashes -r $<
	@.venv-speech/bin/pip download --quiet --require-hashes --no-deps --no-binary :all: \
		--dest .venv-speech/share -r assistant/training/speech/neural.txt
	@touch $@

lock: setup
	@$(PYTHON3) requirements/lock.py

wheel: setup-dev
	@.venv/bin/pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .

clean:
	rm -rf build dist .mypy_cache .ruff_cache .pytest_cache
