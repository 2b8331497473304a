# What people type. Each target is one line; the work is in scripts/ and in the binary.

.PHONY: run serve test lint fmt doc viewers deny bench faults nightly openapi gate help

help: ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

run: ## start a server filled with a made-up brand's week, in release mode
	cargo run --release --locked -p switchboard -- demo

serve: ## start a server on ./data
	cargo run --release --locked -p switchboard -- serve

test: ## run every test, on SQLite and on a scratch PostgreSQL
	scripts/test

lint: ## what the gate says about the source text
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets -- -D warnings

fmt: ## format the source text
	cargo fmt --all

# For those who change the code: private items are in it, so links to them are right.
doc: ## build the documentation, private items included
	RUSTDOCFLAGS='-D warnings -A rustdoc::private_intra_doc_links' cargo doc --locked --workspace --no-deps --document-private-items

viewers: ## open each API document in each viewer, in headless Chromium
	scripts/viewers test

deny: ## check licences, bans and sources of the dependencies
	scripts/deny

bench: ## run the benchmark in release mode; pass flags with ARGS="--rows 10000000"
	scripts/bench $(ARGS)

faults: ## kill servers and cut their power, in large numbers
	scripts/faults $(ARGS)

nightly: ## what takes longer than the gate may: faults in number, long walks, the suite under load
	scripts/nightly $(ARGS)

openapi: ## write the APIs' documents anew
	scripts/openapi write

gate: ## everything that must hold before a change is taken
	.ci/run
