# The commands of this repository. `make help` lists them.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# Every step takes the whole workspace, tests included, in the release profile: another profile, or
# a choice of members (`--package`), can choose other features for what RocksDB is built with, and so
# build it again, which takes 12 minutes.
WORKSPACE := --release --workspace --locked

# Where cargo puts what it builds.
TARGET := $(or $(CARGO_TARGET_DIR),target)

# Crates that must build without the standard library, for browsers and contracts.
PURE := weal-types weal-consensus weal-provenance weal-proof

# Seeds of `make campaign`: another range is another campaign.
SEEDS := 0..1000000

# Suites of weal-bench.
SUITES := exec verify state gas gate node cluster trace

# How long `make chaos` runs, and what decides its faults.
MINUTES := 30
SEED := 1

.NOTPARALLEL:
.PHONY: help setup demo test format lint pure tests docs golden bench campaign chaos

help: ## Lists the commands
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' Makefile | expand -t 16

setup: ## Installs what this machine lacks
	@tools/setup/setup.sh

demo: setup ## Installs what is missing, builds, and follows a donation over four validators, proven
	# A test among the targets keeps the features those of the tests: nothing is built twice.
	cargo build $(WORKSPACE) --bins --test tidy
	for contract in identity donation; do \
		$(TARGET)/release/weal build --manifest-path contracts/$$contract --out $(TARGET)/demo; \
	done
	$(TARGET)/release/weal-demo $(TARGET)/demo

test: setup format lint pure docs tests ## Installs what is missing and runs every check and test

format: ## Checks the formatting
	cargo fmt --all --check

lint: ## Runs clippy over all code; a warning fails
	cargo clippy $(WORKSPACE) --all-targets -- -D warnings

pure: ## Builds the crates that do without the standard library
	cargo build --release --locked --target wasm32-unknown-unknown --no-default-features \
		$(PURE:%=--package %)

docs: ## Builds the documentation; a warning fails
	# Private items are documented too, so links to them hold. Without `--examples`, cargo would
	# leave out the features that tests choose.
	RUSTDOCFLAGS="-D warnings -A rustdoc::private_intra_doc_links" \
		cargo doc $(WORKSPACE) --no-deps --document-private-items \
		--lib --bins --examples

tests: ## Runs all tests, documentation's examples included
	cargo test $(WORKSPACE) --no-fail-fast

golden: ## Rewrites the golden files and generated documents; look at the diff before committing it
	WEAL_GOLDEN=write cargo test $(WORKSPACE) --test golden --test system_abi --test native \
		--test bundle --test mutants

bench: ## Runs every suite of benchmarks
	cargo build $(WORKSPACE) --all-targets
	for suite in $(SUITES); do $(TARGET)/release/weal-bench $$suite; done

campaign: ## Simulates clusters of replicas, with faults and traitors, for hours; SEEDS=a..b chooses
	cargo build $(WORKSPACE) --all-targets
	$(TARGET)/release/weal-sim run --seeds $(SEEDS) --threads $$(nproc)

chaos: ## Harms real nodes on a network of their own while people donate; MINUTES, SEED
	cargo build $(WORKSPACE) --all-targets
	$(TARGET)/release/weal-chaos run --minutes $(MINUTES) --seed $(SEED)
