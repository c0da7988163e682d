# Gatelog: everything a developer does. `make` alone lists it.

# Go is often installed without being on PATH.
export PATH := $(PATH):/usr/local/go/bin:$(HOME)/go/bin
# A clone that belongs to another user makes git, and with it the build's version stamp, fail.
export GOFLAGS := $(GOFLAGS) -buildvcs=false

SHELL := /bin/sh
.SHELLFLAGS := -eu -c
.DEFAULT_GOAL := help
.PHONY: help need-go need-cc run build test test-race bench fuzz lint vet fmt-check staticcheck vuln \
	cover fmt clean docker compose

# The main module first, then those that have dependencies of their own.
MODULES := . $(patsubst %/go.mod,%,$(wildcard test/*/go.mod))
TIMEOUT ?= 9m
FUZZTIME ?= 10s
TOOLS := $(CURDIR)/.tools
STATICCHECK_VERSION := v0.8.2
GOVULNCHECK_VERSION := v1.8.0

help: ## List what can be done here
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

run: build ## Build Gatelog and serve on http://127.0.0.1:8080 (ARGS='--flag …' for more)
	@exec ./bin/gatelog serve $(ARGS)

build: need-go ## Build the program into bin/gatelog
	@go build -trimpath -o bin/gatelog ./cmd/gatelog

test: need-go ## Run all tests of all modules; ends with 'N passed, N failed'
	@go run ./internal/testenv/summary -timeout $(TIMEOUT) $(MODULES)

test-race: need-go need-cc ## Run all tests under the race detector
	@go run ./internal/testenv/summary -race -timeout $(TIMEOUT) $(MODULES)

bench: need-go ## Measure Gatelog against its bare engines
	@go run ./cmd/gatelog-bench $(ARGS)

fuzz: need-go ## Fuzz every fuzz target for a short while (FUZZTIME=10s)
	@grep -rl --include='*_test.go' '^func Fuzz' . | while read -r file; do \
		dir=$$(dirname "$$file"); \
		for target in $$(sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\)(.*/\1/p' "$$file"); do \
			echo "$$target in $$dir"; \
			go -C "$$dir" test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) . </dev/null; \
		done; \
	done

lint: vet fmt-check staticcheck ## Check formatting, go vet and staticcheck

vet: need-go ## Run go vet over all modules
	@for module in $(MODULES); do go -C "$$module" vet ./...; done

fmt-check: need-go ## Fail when a file is not formatted
	@unformatted=$$(gofmt -l .); \
	if [ -n "$$unformatted" ]; then echo "not formatted (make fmt does it):"; echo "$$unformatted"; exit 1; fi

staticcheck: need-go $(TOOLS)/staticcheck-$(STATICCHECK_VERSION) ## Run staticcheck over all modules
	@for module in $(MODULES); do \
		(cd "$$module" && $(TOOLS)/staticcheck-$(STATICCHECK_VERSION) ./...); \
	done

vuln: need-go $(TOOLS)/govulncheck-$(GOVULNCHECK_VERSION) ## Look for known vulnerabilities in what is called
	@for module in $(MODULES); do \
		(cd "$$module" && $(TOOLS)/govulncheck-$(GOVULNCHECK_VERSION) -test ./...); \
	done

cover: need-go ## Run the tests of the main module and report coverage (cover.out)
	@go test -timeout $(TIMEOUT) -coverprofile cover.out -coverpkg ./... ./...
	@go tool cover -func cover.out | tail -n 1

fmt: need-go ## Format every file
	@gofmt -w .

clean: ## Remove what was built (never data)
	@rm -rf bin cover.out $(TOOLS)

docker: ## Build the container image gatelog
	@docker build -t gatelog .

compose: ## Run the distributed form: three NATS, PostgreSQL, two nodes (needs GATELOG_MASTER_KEY)
	@docker compose up --build

need-go:
	@command -v go >/dev/null || { \
		echo "Go is missing: it is neither on PATH nor in /usr/local/go/bin."; \
		echo "Install Go $$(awk '$$1 == "go" { print $$2 }' go.mod) or newer from https://go.dev/dl/ and try again."; \
		exit 1; } >&2

need-cc:
	@command -v $$(go env CC) >/dev/null || { \
		echo "A C compiler ($$(go env CC)) is missing: the race detector needs one."; exit 1; } >&2

# Tools are built into .tools, named by version, so that their exit codes arrive here unchanged.
$(TOOLS)/staticcheck-$(STATICCHECK_VERSION):
	@GOBIN=$(TOOLS) go install honnef.co/go/tools/cmd/staticcheck@$(STATICCHECK_VERSION)
	@mv $(TOOLS)/staticcheck $@

$(TOOLS)/govulncheck-$(GOVULNCHECK_VERSION):
	@GOBIN=$(TOOLS) go install golang.org/x/vuln/cmd/govulncheck@$(GOVULNCHECK_VERSION)
	@mv $(TOOLS)/govulncheck $@
