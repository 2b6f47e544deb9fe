//go:build tools

// Package tools names the program that is built, so that its module stays pinned.
package tools

import (
	_ "github.com/rhysd/actionlint/cmd/actionlint"
)
