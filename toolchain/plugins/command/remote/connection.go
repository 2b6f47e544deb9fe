// Package remote holds command:remote:Command and command:remote:CopyToRemote: a command that is run, and files that are
// copied, over SSH.
package remote

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"time"

	"github.com/pulumi/pulumi-go-provider/infer"
	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
)

// endpoint is what a host and a jump host have in common.
type endpoint struct {
	Host               string   `pulumi:"host"`
	Port               *float64 `pulumi:"port,optional"`
	User               *string  `pulumi:"user,optional"`
	Password           *string  `pulumi:"password,optional" provider:"secret"`
	PrivateKey         *string  `pulumi:"privateKey,optional" provider:"secret"`
	PrivateKeyPassword *string  `pulumi:"privateKeyPassword,optional" provider:"secret"`
	AgentSocketPath    *string  `pulumi:"agentSocketPath,optional"`
	DialErrorLimit     *int     `pulumi:"dialErrorLimit,optional"`
	PerDialTimeout     *int     `pulumi:"perDialTimeout,optional"`
	HostKey            *string  `pulumi:"hostKey,optional"`
}

// annotate gives the defaults that show in a resource's inputs.
func (to *endpoint) annotate(annotator infer.Annotator) {
	annotator.SetDefault(&to.Port, 22)
	annotator.SetDefault(&to.User, "root")
	annotator.SetDefault(&to.DialErrorLimit, 10)
	annotator.SetDefault(&to.PerDialTimeout, 15)
}

// Connection says how a host is reached, as in the @pulumi/command package.
type Connection struct {
	endpoint
	Proxy *ProxyConnection `pulumi:"proxy,optional"`
}

// Annotate gives the defaults that show in a resource's inputs.
func (connection *Connection) Annotate(annotator infer.Annotator) { connection.annotate(annotator) }

// ProxyConnection says how a jump host is reached.
type ProxyConnection struct {
	endpoint
}

// Annotate gives the defaults that show in a resource's inputs.
func (connection *ProxyConnection) Annotate(annotator infer.Annotator) {
	connection.annotate(annotator)
}

func (to *endpoint) address() string {
	port := 22.0
	if to.Port != nil {
		port = *to.Port
	}
	return net.JoinHostPort(to.Host, strconv.FormatFloat(port, 'f', 0, 64))
}

// timeout of one attempt; zero is none.
func (to *endpoint) timeout() time.Duration {
	if to.PerDialTimeout == nil {
		return 15 * time.Second
	}
	return time.Duration(max(*to.PerDialTimeout, 0)) * time.Second
}

// attempts allowed; below zero any number.
func (to *endpoint) attempts() int {
	switch {
	case to.DialErrorLimit == nil:
		return 10
	case *to.DialErrorLimit == 0:
		return 1
	default:
		return *to.DialErrorLimit
	}
}

// config has the keys and the password that are offered, and the key that is expected. The function it returns gives
// back what it holds open.
func (to *endpoint) config() (*ssh.ClientConfig, func(), error) {
	config := &ssh.ClientConfig{User: "root", Timeout: to.timeout()}
	release := func() {}
	if to.User != nil {
		config.User = *to.User
	}
	if err := to.expectKey(config); err != nil {
		return nil, release, err
	}
	if to.PrivateKey != nil {
		signer, err := to.signer()
		if err != nil {
			return nil, release, fmt.Errorf("connection to %s: the private key can't be read: %w", to.Host, err)
		}
		config.Auth = append(config.Auth, ssh.PublicKeys(signer))
	}
	if to.Password != nil {
		password := *to.Password
		config.Auth = append(config.Auth, ssh.Password(password), ssh.KeyboardInteractive(
			func(_, _ string, questions []string, _ []bool) ([]string, error) {
				answers := make([]string, len(questions))
				for i := range answers {
					answers[i] = password
				}
				return answers, nil
			}))
	}
	socket := os.Getenv("SSH_AUTH_SOCK")
	if to.AgentSocketPath != nil {
		socket = *to.AgentSocketPath
	}
	if socket != "" {
		connected, err := net.Dial("unix", socket)
		if err != nil {
			// An agent that the environment names is one way among others; one that the resource names is meant.
			if to.AgentSocketPath == nil && len(config.Auth) > 0 {
				return config, release, nil
			}
			return nil, release, fmt.Errorf("connection to %s: the SSH agent does not answer: %w", to.Host, err)
		}
		release = func() { _ = connected.Close() }
		config.Auth = append(config.Auth, ssh.PublicKeysCallback(agent.NewClient(connected).Signers))
	}
	return config, release, nil
}

func (to *endpoint) signer() (ssh.Signer, error) {
	if to.PrivateKeyPassword != nil {
		return ssh.ParsePrivateKeyWithPassphrase([]byte(*to.PrivateKey), []byte(*to.PrivateKeyPassword))
	}
	return ssh.ParsePrivateKey([]byte(*to.PrivateKey))
}

// errWrongHostKey ends all attempts: no waiting mends it.
var errWrongHostKey = errors.New("the host shows another key than hostKey")

// expectKey takes one key alone, where one is given; a server with several is asked for that kind.
func (to *endpoint) expectKey(config *ssh.ClientConfig) error {
	if to.HostKey == nil {
		config.HostKeyCallback = ssh.InsecureIgnoreHostKey()
		return nil
	}
	expected, _, _, _, err := ssh.ParseAuthorizedKey([]byte(*to.HostKey))
	if err != nil {
		return fmt.Errorf("connection to %s: hostKey is no public key, such as ssh-ed25519 AAAA…: %w", to.Host, err)
	}
	config.HostKeyAlgorithms = []string{expected.Type()}
	if expected.Type() == ssh.KeyAlgoRSA {
		config.HostKeyAlgorithms = []string{ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256, ssh.KeyAlgoRSA}
	}
	fixed := ssh.FixedHostKey(expected)
	config.HostKeyCallback = func(name string, remote net.Addr, found ssh.PublicKey) error {
		if fixed(name, remote, found) == nil {
			return nil
		}
		return fmt.Errorf("%w: %s: found %s %s, expected %s %s. Either the host was set up anew, or something else "+
			"answers in its place; nothing was sent to it. Ask who runs it before hostKey is changed",
			errWrongHostKey, to.Host, found.Type(), ssh.FingerprintSHA256(found),
			expected.Type(), ssh.FingerprintSHA256(expected))
	}
	return nil
}
