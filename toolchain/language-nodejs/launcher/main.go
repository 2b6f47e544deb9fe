// Command pulumi-language-nodejs starts the language host with a project's runtime options as flags. The command line
// interface hands them over with each request today; the host that can be built is older and takes them only when it
// starts, and would type-check the program at every run without them.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"gopkg.in/yaml.v3"
)

// The options that the host has a flag for.
var flags = []string{"typescript", "nodeargs", "tsconfig"}

type project struct {
	Runtime yaml.Node `yaml:"runtime"`
}

type runtime struct {
	Options map[string]any `yaml:"options"`
}

func main() {
	self, err := os.Executable()
	if err != nil {
		fail(err)
	}
	if self, err = filepath.EvalSymlinks(self); err != nil {
		fail(err)
	}
	host := filepath.Join(filepath.Dir(self), "pulumi-language-nodejs-host")
	arguments := append([]string{host}, flagsOf(optionsIn("Pulumi.yaml"))...)
	fail(syscall.Exec(host, append(arguments, os.Args[1:]...), os.Environ()))
}

// optionsIn reads the options of the project in the working folder, where the engine starts the host. A file that is
// missing, or that can't be read as a project, has none: what is wrong with it is the engine's to tell.
func optionsIn(file string) map[string]any {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil
	}
	var found project
	if yaml.Unmarshal(text, &found) != nil {
		return nil
	}
	// The runtime is a name alone, or a name with options.
	var named runtime
	if found.Runtime.Decode(&named) != nil {
		return nil
	}
	return named.Options
}

func flagsOf(options map[string]any) []string {
	var arguments []string
	for _, name := range flags {
		if value, set := options[name]; set {
			arguments = append(arguments, fmt.Sprintf("-%s=%v", name, value))
		}
	}
	return arguments
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "pulumi-language-nodejs:", err)
	os.Exit(1)
}
