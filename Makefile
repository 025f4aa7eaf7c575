# Two commands matter: `make brief` and `make test`. Go, git and (for the
# tests of the page) a Chromium are all they need; everything else is fetched.

SHELL       := bash
.SHELLFLAGS := -eu -o pipefail -c
.NOTPARALLEL:
.DEFAULT_GOAL := help

GO      ?= go
BIN     := $(CURDIR)/.bin
CASE    ?= ots

# The linter is pinned by the name of its file, so that a new version is
# fetched and an old one is never mistaken for it.
LINT_VERSION := v2.15.0
LINT         := $(BIN)/golangci-lint-$(LINT_VERSION)

# The race detector needs cgo and a C compiler; nothing else here does.
RACE := $(shell command -v "$$($(GO) env CC | cut -d' ' -f1)" >/dev/null 2>&1 && echo -race)

# In CI a cached result is not a result.
TESTFLAGS ?= $(if $(filter true,$(CI)),-count=1)

BROWSERS := chromium-browser google-chrome google-chrome-stable

GOLDEN_ROOMS := ./brief ./internal/figure
BENCH_ROOMS  := ./ledger ./network ./measure ./score ./forecast ./rem ./bargain ./corridor ./scenario ./jobs ./brief ./internal/figure ./export
FUZZTIME     ?= 5s

.PHONY: brief
brief: build ## write ots-brief.html and print the short verdict
	@./entente --case $(CASE) brief -o $(notdir $(CASE))-brief.html

.PHONY: build
build: ## build the one static binary, ./entente
	@CGO_ENABLED=0 $(GO) build -trimpath -o entente ./cmd/entente

.PHONY: test
test: format vet lint build browser unit ## every check and every test

.PHONY: format
format:
	@echo '== gofmt'
	@wrong="$$(gofmt -l $$(git ls-files --cached --others --exclude-standard '*.go' | while read -r f; do [ ! -e "$$f" ] || echo "$$f"; done))"; \
	if [ -n "$$wrong" ]; then echo "not formatted; run gofmt -w on:"; echo "$$wrong"; exit 1; fi

# Without cgo, vet, the linter and the build share what they compile.
.PHONY: vet
vet:
	@echo '== go vet'
	@CGO_ENABLED=0 $(GO) vet ./...

.PHONY: lint
lint: $(LINT) ## the pinned golangci-lint
	@echo '== golangci-lint $(LINT_VERSION)'
	@CGO_ENABLED=0 $(LINT) run ./...

$(LINT):
	@echo '== fetching golangci-lint $(LINT_VERSION)'
	@mkdir -p $(BIN)
	@CGO_ENABLED=0 GOBIN=$(BIN) GOFLAGS= $(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(LINT_VERSION)
	@mv $(BIN)/golangci-lint $@

# Without a browser the tests of the page skip; in CI that is a failure.
FIND_BROWSER := for b in "$${CHROME:-chromium}" $(BROWSERS); do if command -v "$$b" >/dev/null; then exit 0; fi; done

.PHONY: browser
browser:
	@$(FIND_BROWSER); \
	if command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
	  echo '== fetching Chromium'; \
	  { apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends chromium; } >/dev/null 2>&1 || true; \
	fi; \
	$(FIND_BROWSER); \
	echo 'no browser: install Chromium or Chrome to have the page tested (Debian: apt-get install chromium)'; \
	[ "$(CI)" != true ]

# The race detector makes an import so slow that few of its kills would be tried;
# the 200 of the full test are tried without it.
.PHONY: unit
unit: ## the tests alone; narrow with PKG=./measure and TESTFLAGS='-run Ladder'
	@echo '== go test $(RACE)'
	@$(if $(RACE),,echo 'without the race detector: it needs cgo and a C compiler';) \
	mkdir -p $(BIN); CGO_ENABLED=0 $(GO) build -o $(BIN)/testsum ./internal/testsum; \
	$(if $(filter true,$(CI)),export ENTENTE_BROWSER=require;) \
	{ failed=0; \
	  $(if $(RACE),CGO_ENABLED=1,CGO_ENABLED=0) $(GO) test $(RACE) -json -timeout 20m $(TESTFLAGS) $(or $(PKG),./...) || failed=1; \
	  $(if $(RACE),$(if $(PKG)$(findstring -run,$(TESTFLAGS)),,CGO_ENABLED=0 $(GO) test -json -timeout 20m $(TESTFLAGS) -run '^TestKilledImport$$' ./ledger || failed=1;)) \
	  exit $$failed; } | $(BIN)/testsum

.PHONY: fuzz
fuzz: ## each fuzz target for FUZZTIME (5s)
	@for pkg in $$($(GO) list ./...); do \
	  for target in $$($(GO) test -list '^Fuzz' $$pkg | grep '^Fuzz' || true); do \
	    echo "== $$pkg $$target"; \
	    $(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) $$pkg; \
	  done; \
	done

.PHONY: bench
bench: ## benchmarks, and the cold start of the binary
	@$(GO) test -run '^$$' -bench . -benchmem -timeout 60m $(BENCH_ROOMS)
	@$(GO) test -run '^$$' -bench . -benchtime 20x ./internal/coldstart

.PHONY: golden
golden: ## rewrite the golden files; read the diff before committing it
	@$(GO) test $(GOLDEN_ROOMS) -update

.PHONY: man
man: build ## write the man pages to ./man
	@./entente man man

.PHONY: clean
clean: ## remove what the other targets made
	@rm -rf entente man *-brief.html $(BIN)

.PHONY: help
help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 10
