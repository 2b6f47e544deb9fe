//go:build tools

// Package tools names the programs that the tests build, so that their modules stay pinned.
package tools

import (
	_ "github.com/golang-migrate/migrate/v4/cmd/migrate"
	_ "github.com/pressly/goose/v3/cmd/goose"
)
