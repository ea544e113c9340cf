# The commands of this repository; `make help` lists them. Every one of them may be repeated: what is done is not done again.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup build runtime demo test lint test-rust test-python fuzz fuzz-programs sanitize bench docs wheel clean

PYTEST_FLAGS ?= -q
MDBOOK := 0.4.52
VENV_PYTHON := $(CURDIR)/.venv/bin/python
# The compiler that the tests use, and the interpreter that cargo and ariac choose when nothing else is said.
export ARIAC ?= $(CURDIR)/target/release/ariac
export ARIA_RT_DIR ?= $(CURDIR)/target/release/aria-rt
export VIRTUAL_ENV := $(CURDIR)/.venv
export PYO3_PYTHON := $(VENV_PYTHON)

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Install what is missing: system packages, Rust, a Python environment
	@.ci/setup

build: setup ## Build the compiler, `cargo aria` and the runtimes for one Python and for none (five minutes the first time)
	@echo '==> Building the compiler (about five minutes the first time, seconds after)'
	@cargo build --release -p ariac -p cargo-aria
	@.ci/runtime $$(.ci/pythons | head -1)
	@.ci/runtime native

runtime: build ## Build the runtime for every Python that is there, and for the stable ABI
	@.ci/setup --pythons
	@set -e; .ci/pythons | while read -r tag python; do \
	  echo "==> Building the runtime for $$tag"; .ci/runtime $$tag $$python </dev/null; done
	@echo '==> Building the runtime for the stable ABI'
	@.ci/runtime abi3 "$$(.ci/pythons | grep -v cp310 | head -1 | cut -d' ' -f2)"

demo: build ## Build and run the quickstart: Aria beside NumPy, on real data
	@cd examples/quickstart && $(CURDIR)/target/release/cargo-aria run --release --python $(VENV_PYTHON)

test: runtime lint test-rust test-python ## Run every test of every kind
	@echo '==> All tests passed'

lint: setup ## Check formatting and lints
	@echo '==> Checking format and lints'
	@cargo fmt --all --check
	@if cargo clippy --version >/dev/null 2>&1; then cargo clippy --workspace --all-targets -- -D warnings \
	    && env -u PYO3_PYTHON PYO3_NO_PYTHON=1 cargo clippy -p aria-rt --features program -- -D warnings; \
	  else echo 'clippy is not installed: its lints are not checked'; fi
	@.venv/bin/ruff check -q --no-cache --config .ci/ruff.toml python-sdk aria-rt tests bench examples
	@.venv/bin/ruff format -q --no-cache --config .ci/ruff.toml --check python-sdk aria-rt tests/projects examples

# A debug compiler verifies its work after every pass.
test-rust: runtime ## Run the Rust tests of all crates, and fuzz for a minute
	@echo '==> Running the Rust tests'
	@cargo build -p ariac
	@ARIAC=$(CURDIR)/target/debug/ariac FUZZ_SECONDS=$(or $(FUZZ_SECONDS),60) FUZZ_SEED=$(or $(FUZZ_SEED),1) cargo test --workspace

test-python: runtime wheel ## Run the Python tests, the core of them under every Python
	@echo '==> Running the Python tests'
	@.ci/python-tests $(PYTEST_FLAGS)

fuzz: setup ## Look for texts that break the compiler (FUZZ_SECONDS=600 FUZZ_SEED=…)
	@FUZZ_SECONDS=$(or $(FUZZ_SECONDS),600) cargo test -p ariac --test fuzz

fuzz-programs: build ## Make random programs, and compare what they do with what they mean (ARIA_PROGRAMS=5000 ARIA_SEED=…)
	@ARIA_PROGRAMS=$(or $(ARIA_PROGRAMS),5000) cargo test -q -p aria-tests random -- --nocapture

sanitize: build ## Run the language's runtime tests under AddressSanitizer and valgrind, at every level of optimisation
	@ARIA_SANITIZE=all cargo test -q -p aria-tests lang

bench: build ## Measure Aria beside C, Rust and its peers
	@$(VENV_PYTHON) bench/run.py; kernels=$$?; $(VENV_PYTHON) bench/programs/run.py && exit $$kernels

docs: ## Build the book at target/book
	@target/tools/bin/mdbook --version 2>/dev/null | grep -qx 'mdbook v$(MDBOOK)' \
	  || cargo install -q mdbook --version $(MDBOOK) --locked --no-default-features --root target/tools
	@target/tools/bin/mdbook build -d ../target/book docs
	@echo '==> target/book/index.html'

wheel: runtime ## Build dist/aria_lang-….whl: the compiler and its runtimes, installable by pip
	@.ci/sdk-wheel

clean: ## Remove everything that was built, the Python environment included
	@cargo clean
	@rm -rf .venv dist examples/quickstart/{.aria,build,target,dist}
	@find examples/quickstart -name '*.so' -delete
