# The commands of the README. Everything goes through Cargo's target folder, wherever
# CARGO_TARGET_DIR puts it.

export CARGO_TARGET_DIR ?= $(CURDIR)/target
KETRICS := $(CARGO_TARGET_DIR)/release/ketrics
EXAMPLE := examples/orders
STOREFRONT := examples/storefront
BIOME := $(CURDIR)/runtime-js/node_modules/@biomejs/cli-linux-x64/biome

.DEFAULT_GOAL := help
.PHONY: help run build types docs apps test test-js test-types test-rust hostile bench soak fmt lint clean v8 snapshot example

help: ## show this list
	@sed -n 's/^\([a-z0-9-]*\):.*## /\1\t/p' Makefile | expand -t 12

run: build example ## set everything up and serve the example application
	$(KETRICS) dev $(EXAMPLE)

build: snapshot ## build the release binary and its start-up snapshot

v8:
	@scripts/v8

# npm writes this file whenever it installs.
%/node_modules/.package-lock.json: %/package.json %/package-lock.json
	npm ci --prefix $* --no-audit --no-fund --loglevel=error
	@touch $@

# Embedded into the binary, so it comes before Cargo.
runtime-js/dist/main.js: runtime-js/node_modules/.package-lock.json $(shell find runtime-js -path '*/node_modules' -prune -o -path '*/dist' -prune -o -type f -print)
	npm run build --prefix runtime-js --silent

snapshot: v8 runtime-js/dist/main.js
	cargo build --release --locked --workspace --bin ketrics
	$(KETRICS) snapshot >/dev/null

types: runtime-js/node_modules/.package-lock.json ## make types/dist, the npm package, from runtime-js
	npm run types --prefix runtime-js --silent

example: $(EXAMPLE)/backend/node_modules/.package-lock.json $(STOREFRONT)/backend/node_modules/.package-lock.json
	npm run build --prefix $(EXAMPLE)/backend --silent
	npm run build --prefix $(STOREFRONT)/backend --silent

docs: tests/apps/node_modules/.package-lock.json ## make docs/sdk.md from the types and the tests that use them
	node tests/apps/members.mjs

# Applications in every style; the end-to-end tests deploy them.
apps: tests/apps/node_modules/.package-lock.json
	npm run build --prefix tests/apps --silent

test: test-js test-types test-rust ## run every test: runtime-js, the types package, Rust, end to end

test-js: runtime-js/node_modules/.package-lock.json
	npm test --prefix runtime-js --silent

test-types: types/tests/node_modules/.package-lock.json
	npm test --prefix types/tests --silent

# The end-to-end tests boot the binary, so it stands before they start.
test-rust: build example apps
	scripts/test-servers cargo test --release --locked --workspace

hostile: build ## run the hostile suite alone, and print what a neighbour noticed of each group
	@echo '| group | quiet calls | p50 ms | p99 ms | calls under attack | p50 ms | p99 ms | p99, ratio |'
	@cargo test --release --locked --workspace --test e2e -- hostile:: --skip outside --nocapture --test-threads 1

soak: build ## run 200,000 invocations with faults in between: flat memory, no leaks (about an hour)
	scripts/test-servers cargo bench --locked --workspace --bench soak

bench: build tests/benches/node/node_modules/.package-lock.json ## measure what an invocation costs
	cargo bench --locked --workspace --bench invocation --bench excel --bench pdf
	scripts/test-servers cargo bench --locked --workspace --bench content

fmt: runtime-js/node_modules/.package-lock.json ## format everything
	cargo fmt --all
	npm run format --prefix runtime-js --silent
	cd examples && $(BIOME) check --write .
	cd types && $(BIOME) check --write .

lint: v8 runtime-js/dist/main.js $(EXAMPLE)/backend/node_modules/.package-lock.json $(STOREFRONT)/backend/node_modules/.package-lock.json tests/apps/node_modules/.package-lock.json ## check formatting, types and lints
	cargo fmt --all --check
	cargo clippy --release --locked --workspace --all-targets -- -D warnings
	npm run check --prefix runtime-js --silent
	npm run types --prefix runtime-js --silent -- --check
	cd types && $(BIOME) ci .
	node tests/apps/members.mjs --check
	cd examples && $(BIOME) ci .
	npm run check --prefix $(EXAMPLE)/backend --silent
	npm run check --prefix $(STOREFRONT)/backend --silent

clean: ## remove everything that was built
	cargo clean
	rm -rf runtime-js/dist runtime-js/node_modules $(EXAMPLE)/backend/dist $(EXAMPLE)/backend/node_modules $(EXAMPLE)/.ketrics
	rm -rf $(STOREFRONT)/backend/dist $(STOREFRONT)/backend/node_modules $(STOREFRONT)/.ketrics
