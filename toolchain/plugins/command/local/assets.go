package local

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/gobwas/glob"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// collect puts the files that the inputs' globs name, below directory, into results.
func collect(directory string, inputs Inputs, results *Results) error {
	if inputs.AssetPaths != nil {
		assets, err := matching(directory, *inputs.AssetPaths)
		if err != nil {
			return err
		}
		results.Assets = &assets
	}
	if inputs.ArchivePaths != nil {
		assets, err := matching(directory, *inputs.ArchivePaths)
		if err != nil {
			return err
		}
		members := make(map[string]any, len(assets))
		for name, asset := range assets {
			members[name] = asset
		}
		results.Archive, err = resource.NewAssetArchive(members)
		return err
	}
	return nil
}

type rule struct {
	glob    glob.Glob
	exclude bool
}

// matching returns the files below directory by their path relative to it. Of the globs that match a file the last
// one decides; one that starts with "!" excludes.
func matching(directory string, globs []string) (map[string]*resource.Asset, error) {
	rules := make([]rule, 0, len(globs))
	for _, text := range globs {
		pattern, exclude := strings.CutPrefix(text, "!")
		compiled, err := glob.Compile(pattern, '/')
		if err != nil {
			return nil, err
		}
		rules = append(rules, rule{compiled, exclude})
	}
	found := map[string]*resource.Asset{}
	err := fs.WalkDir(os.DirFS(directory), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		included := false
		for _, rule := range rules {
			if rule.glob.Match(name) {
				included = !rule.exclude
			}
		}
		if included {
			found[name], err = resource.NewPathAsset(filepath.Join(directory, filepath.FromSlash(name)))
		}
		return err
	})
	return found, err
}
