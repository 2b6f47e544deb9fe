import { expect } from "chai";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { digestOfArtifact } from "../../catalog/artifactDigest";
import { buildInWords, buildReference, imageOf, type Build } from "../../catalog/build";
import { parseRelease, releaseText } from "../../catalog/releaseFile";
import { digest, releaseOf } from "./catalogFolder";

const revision = `git:${"a".repeat(40)}`;

describe("a release's builds", () => {
  const builds: [Build, reference: string, words: string][] = [
    [
      { repository: "ghcr.io/acme/api", digest: digest("x") },
      `ghcr.io/acme/api@${digest("x")}`,
      "the image ghcr.io/acme/api",
    ],
    [
      { artifact: "https://example.com/web.tar", digest: digest("x") },
      `https://example.com/web.tar@${digest("x")}`,
      "the artifact https://example.com/web.tar",
    ],
    [
      { source: "git@example.com:shop.git", digest: revision },
      `git@example.com:shop.git@${revision}`,
      "the revision git@example.com:shop.git",
    ],
  ];

  it("are written and read back, each as its kind", () => {
    for (const [build, reference, words] of builds) {
      const release = releaseOf("v1", 1, { services: { web: build } });
      const read = parseRelease("releases/v1.yaml", releaseText(release));
      expect("release" in read && read.release.services).to.deep.equal({ web: build });
      expect([buildReference(build), buildInWords(build)]).to.deep.equal([reference, words]);
      expect(imageOf(build)).to.equal("repository" in build ? build : undefined);
    }
  });

  const wrong: [title: string, written: Record<string, string>, violation: string][] = [
    ["none of the three", { digest: digest("x") }, "repository: nothing; write a repository"],
    [
      "two of the three",
      { repository: "a/b", artifact: "c.tar", digest: digest("x") },
      'artifact: "c.tar"; keep one of repository, artifact and source',
    ],
    ["an artifact by revision", { artifact: "c.tar", digest: revision }, 'write "sha256:"'],
    ["a revision by SHA-256", { source: "./shop", digest: digest("x") }, 'write "git:"'],
    ["another protocol", { artifact: "ftp://example.com/a", digest: digest("x") }, "write a URL"],
    ["an option of git's", { source: "--upload-pack=x", digest: revision }, "write a git repository"],
    ["a command of git's", { source: "ext::sh -c x", digest: revision }, "write a git repository"],
    [
      "a password",
      { source: "https://me:word@example.com/a.git", digest: revision },
      "write a git repository",
    ],
  ];
  for (const [title, written, violation] of wrong) {
    it(`are refused with ${title}`, () => {
      const text = releaseText(releaseOf("v1", 1)).replace(
        /services:\n.*\n/,
        `services:\n  web: ${JSON.stringify(written)}\n`,
      );
      const read = parseRelease("releases/v1.yaml", text);
      const found = "violations" in read ? read.violations : [];
      expect(found.map(({ where, found, expected }) => `${where}: ${found}; ${expected}`)).to.have.length(1);
      expect(`${found[0]?.where}: ${found[0]?.found}; ${found[0]?.expected}`).to.contain(violation);
    });
  }

  it("an artifact's server that stops in the middle is told, and not waited for", async () => {
    const server = http.createServer((_request, answer) => {
      answer.writeHead(200, { "content-length": "10" }).write("half");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/web.tar`;
    try {
      const said = await digestOfArtifact(url, { silence: 200 }).catch((error: unknown) => String(error));
      expect(said).to.equal(`ArtifactUnreachable: ${url} can't be read: nothing came for 0.2 s`);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});
