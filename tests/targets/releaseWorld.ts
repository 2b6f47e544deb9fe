import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Wanted } from "../../targets/target";

/** Artifacts of a test's own, and a server that gives them. */
export interface Artifacts {
  folder: string;
  /** Makes an archive of files by their names; a file with `#!` is executable. */
  archive: (service: string, release: string, files: Readonly<Record<string, string>>) => Wanted;
  /** Makes a single file. */
  binary: (service: string, release: string, text: string) => Wanted;
  /** The same build, from the server. */
  byUrl: (wanted: Wanted) => Wanted;
  /** What was asked of the server. */
  asked: string[];
  stop: () => void;
}

export async function makeArtifacts(): Promise<Artifacts> {
  const folder = mkdtempSync(join(tmpdir(), "kg-artifacts-"));
  const asked: string[] = [];
  const server = http.createServer((request, answer) => {
    const name = (request.url ?? "").replace(/\?.*/, "").slice(1);
    asked.push(request.url ?? "");
    try {
      answer.end(readFileSync(join(folder, name)));
    } catch {
      answer.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const wanted = (service: string, release: string, file: string): Wanted => ({
    service,
    release,
    digest: `sha256:${createHash("sha256").update(readFileSync(file)).digest("hex")}`,
    from: file,
  });
  return {
    folder,
    asked,
    archive: (service, release, files) => {
      const source = join(folder, `${service}-${release}`);
      writeFiles(source, files);
      const file = `${source}.tar.gz`;
      execFileSync("tar", ["-czf", file, "-C", source, "."]);
      return wanted(service, release, file);
    },
    binary: (service, release, text) => {
      const file = join(folder, `${service}-${release}.bin`);
      writeFileSync(file, text);
      return wanted(service, release, file);
    },
    byUrl: (one) => ({ ...one, from: `${address}/${one.from.slice(folder.length + 1)}` }),
    stop: () => {
      server.closeAllConnections();
      server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A git repository with a commit for each release. */
export function gitReleases(home: string, service: string, releases: readonly string[]): Wanted[] {
  const source = mkdtempSync(join(home, "source-"));
  const git = (...words: string[]) =>
    execFileSync("git", ["-C", source, "-c", "user.name=a", "-c", "user.email=a@b", ...words], {
      encoding: "utf8",
    }).trim();
  git("init", "--quiet");
  return releases.map((release) => {
    writeFiles(source, {
      "index.php": `<?php echo "${release}";\n`,
      "storage/.gitignore": "*\n",
      ".env": "FROM=git\n",
    });
    git("add", "--force", ".");
    git("commit", "--quiet", "--message", release);
    return { service, release, digest: `git:${git("rev-parse", "HEAD")}`, from: source };
  });
}

export function writeFiles(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
    chmodSync(join(folder, name), text.startsWith("#!") ? 0o755 : 0o644);
  }
}

/** What lies below a folder: each path, and where links lead or what files hold. */
export function treeOf(folder: string, prefix = ""): string[] {
  return readdirSync(join(folder, prefix))
    .sort()
    .flatMap((name) => {
      const path = join(prefix, name);
      const entry = lstatSync(join(folder, path));
      if (entry.isSymbolicLink()) return [`${path} -> ${readlinkSync(join(folder, path))}`];
      if (entry.isDirectory()) return [`${path}/`, ...treeOf(folder, path)];
      return [
        `${path} ${createHash("sha256")
          .update(readFileSync(join(folder, path)))
          .digest("hex")
          .slice(0, 12)}`,
      ];
    });
}
