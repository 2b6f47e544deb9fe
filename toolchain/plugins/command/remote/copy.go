package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/pkg/sftp"
	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi-go-provider/infer/types"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// CopyToRemote is the controller of command:remote:CopyToRemote.
type CopyToRemote struct{}

// CopyInputs are the arguments of a CopyToRemote, as in the @pulumi/command package.
type CopyInputs struct {
	Connection Connection `pulumi:"connection" provider:"secret"`
	// Any change replaces the resource, and the replacement copies.
	Triggers   *[]any               `pulumi:"triggers,optional" provider:"replaceOnChanges"`
	Source     types.AssetOrArchive `pulumi:"source"`
	RemotePath string               `pulumi:"remotePath"`
}

// CopyState is the whole of a CopyToRemote in state.
type CopyState struct {
	CopyInputs
}

// Check refuses a source that can't be copied as it is.
func (*CopyToRemote) Check(
	ctx context.Context, request infer.CheckRequest,
) (infer.CheckResponse[CopyInputs], error) {
	inputs, failures, err := infer.DefaultCheck[CopyInputs](ctx, request.NewInputs)
	if err == nil && !request.NewInputs.Get("source").HasComputed() {
		asset, archive := inputs.Source.Asset, inputs.Source.Archive
		ofFile := asset != nil && (asset.IsPath() || asset.IsText())
		ofFolder := archive != nil && archive.IsPath()
		if !ofFile && !ofFolder {
			failures = append(failures, p.CheckFailure{
				Property: "source",
				Reason:   "it must be a FileAsset, a StringAsset or a FileArchive",
			})
		}
	}
	return infer.CheckResponse[CopyInputs]{Inputs: inputs, Failures: failures}, err
}

// Create copies.
func (*CopyToRemote) Create(
	ctx context.Context, request infer.CreateRequest[CopyInputs],
) (infer.CreateResponse[CopyState], error) {
	state := CopyState{request.Inputs}
	id, err := resource.NewUniqueHex(request.Name, 8, 0)
	if err == nil && !request.DryRun {
		err = send(ctx, request.Inputs)
	}
	return infer.CreateResponse[CopyState]{ID: id, Output: state}, err
}

// Update copies where the source or its place has changed; another way to the host is no reason.
func (*CopyToRemote) Update(
	ctx context.Context, request infer.UpdateRequest[CopyInputs, CopyState],
) (infer.UpdateResponse[CopyState], error) {
	state := CopyState{request.Inputs}
	same := hashOf(request.Inputs) == hashOf(request.State.CopyInputs) &&
		request.Inputs.RemotePath == request.State.RemotePath
	if request.DryRun || same {
		return infer.UpdateResponse[CopyState]{Output: state}, nil
	}
	return infer.UpdateResponse[CopyState]{Output: state}, send(ctx, request.Inputs)
}

func hashOf(inputs CopyInputs) string {
	switch {
	case inputs.Source.Asset != nil:
		return inputs.Source.Asset.Hash
	case inputs.Source.Archive != nil:
		return inputs.Source.Archive.Hash
	default:
		return ""
	}
}

func send(ctx context.Context, inputs CopyInputs) error {
	client, disconnect, err := inputs.Connection.dial(ctx)
	if err != nil {
		return err
	}
	defer disconnect()
	files, err := sftp.NewClient(client, sftp.UseConcurrentWrites(true))
	if err != nil {
		return fmt.Errorf("%s takes no files: %w", inputs.Connection.Host, err)
	}
	defer files.Close()
	stop := context.AfterFunc(ctx, disconnect)
	defer stop()
	copying := copier{ctx, files}
	switch asset, archive := inputs.Source.Asset, inputs.Source.Archive; {
	case asset != nil && asset.IsText():
		return copying.text(asset.Text, inputs.RemotePath)
	case asset != nil:
		return copying.path(asset.Path, inputs.RemotePath)
	default:
		return copying.path(archive.Path, inputs.RemotePath)
	}
}

// copier writes to the host's files; their paths have slashes, whatever this machine's have.
type copier struct {
	ctx   context.Context
	files *sftp.Client
}

// path copies a file, or a folder with all that is below it. A file goes into a folder that is there. A folder goes
// into it as well, but for one whose path ends with a slash: of that one, only what is in it.
func (to copier) path(source, target string) error {
	info, err := os.Stat(source)
	if err != nil {
		return err
	}
	found, err := to.look(target)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		if found != nil && found.IsDir() {
			target = path.Join(target, filepath.Base(source))
		}
		return to.file(source, target)
	}
	if !strings.HasSuffix(source, "/") {
		target = path.Join(target, filepath.Base(source))
	}
	return fs.WalkDir(os.DirFS(source), ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case to.ctx.Err() != nil:
			return to.ctx.Err()
		case entry.IsDir():
			return to.folder(path.Join(target, name))
		default:
			return to.file(filepath.Join(source, filepath.FromSlash(name)), path.Join(target, name))
		}
	})
}

func (to copier) text(content, target string) error {
	found, err := to.look(target)
	if err != nil {
		return err
	}
	if found != nil && found.IsDir() {
		return fmt.Errorf("%s is a folder on the host: a text needs the path of a file", target)
	}
	return to.write(strings.NewReader(content), target)
}

func (to copier) file(source, target string) error {
	local, err := os.Open(source)
	if err != nil {
		return err
	}
	defer local.Close()
	return to.write(local, target)
}

func (to copier) write(content io.Reader, target string) error {
	if err := to.folder(path.Dir(target)); err != nil {
		return err
	}
	remote, err := to.files.Create(target)
	if err != nil {
		return fmt.Errorf("%s can't be written on the host: %w", target, err)
	}
	_, err = remote.ReadFrom(content)
	if closed := remote.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return fmt.Errorf("%s was not written whole on the host: %w", target, err)
	}
	return nil
}

// folder makes it, with those above it, unless it is there.
func (to copier) folder(target string) error {
	found, err := to.look(target)
	if err != nil {
		return err
	}
	if found != nil {
		if found.IsDir() {
			return nil
		}
		return fmt.Errorf("%s is no folder on the host", target)
	}
	if err := to.files.MkdirAll(target); err != nil {
		return fmt.Errorf("the folder %s can't be made on the host: %w", target, err)
	}
	return nil
}

// look returns nil where nothing is there.
func (to copier) look(target string) (fs.FileInfo, error) {
	found, err := to.files.Stat(target)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%s can't be looked at on the host: %w", target, err)
	}
	return found, nil
}
