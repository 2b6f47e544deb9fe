import { spawn, type ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const program = "/usr/bin/docker-registry";

/** A registry of one test: Debian's docker-registry on a free loopback port, with a folder of its own. */
export interface LocalRegistry {
  /** `localhost:PORT` */
  address: string;
  /** Pushes a small image under a tag and gives its digest; another content is another image. */
  push(repository: string, tag: string, content: string): Promise<string>;
  stop(): Promise<void>;
}

/** @param htpasswd lines of an htpasswd file; with them the registry wants a user and a password */
export async function startLocalRegistry(htpasswd?: string): Promise<LocalRegistry> {
  if (!existsSync(program)) {
    throw new Error(
      `${program} is missing: apt-get install docker-registry, or run the set-up of this repository`,
    );
  }
  const folder = mkdtempSync(join(tmpdir(), "knowngood-registry-"));
  const config = {
    version: "0.1",
    storage: { filesystem: { rootdirectory: join(folder, "data") } },
    http: { addr: "127.0.0.1:0" },
    ...(htpasswd && { auth: { htpasswd: { realm: "test", path: join(folder, "htpasswd") } } }),
  };
  // YAML takes JSON.
  writeFileSync(join(folder, "config.yml"), JSON.stringify(config));
  if (htpasswd) writeFileSync(join(folder, "htpasswd"), htpasswd);
  const child = spawn(program, ["serve", join(folder, "config.yml")], { stdio: ["ignore", "pipe", "pipe"] });
  const stop = async () => {
    await ended(child);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const address = `localhost:${await portOf(child)}`;
    return { address, push: (repository, tag, content) => push(address, repository, tag, content), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function portOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let log = "";
    const read = (text: string) => {
      log += text;
      const port = /listening on [^ "]*:(\d+)/.exec(log)?.[1];
      if (port) resolve(port);
    };
    child.stdout?.setEncoding("utf8").on("data", read);
    child.stderr?.setEncoding("utf8").on("data", read);
    child.on("exit", () => reject(new Error(`the registry ended: ${log}`)));
    child.on("error", reject);
  });
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const end = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await end;
}

async function push(address: string, repository: string, tag: string, content: string): Promise<string> {
  const base = `http://${address}/v2/${repository}`;
  const config = await pushBlob(base, JSON.stringify({ architecture: "amd64", os: "linux", content }));
  const layer = await pushBlob(base, content);
  const type = "application/vnd.docker.distribution.manifest.v2+json";
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: type,
    config: { mediaType: "application/vnd.docker.container.image.v1+json", ...config },
    layers: [{ mediaType: "application/vnd.docker.image.rootfs.diff.tar.gzip", ...layer }],
  });
  const headers = { "Content-Type": type };
  expectStatus(await fetch(`${base}/manifests/${tag}`, { method: "PUT", headers, body: manifest }), 201);
  return digestOf(manifest);
}

async function pushBlob(base: string, content: string): Promise<{ digest: string; size: number }> {
  const digest = digestOf(content);
  const started = expectStatus(await fetch(`${base}/blobs/uploads/`, { method: "POST" }), 202);
  const upload = new URL(started.headers.get("location") ?? "", base);
  upload.searchParams.set("digest", digest);
  const headers = { "Content-Type": "application/octet-stream" };
  expectStatus(await fetch(upload, { method: "PUT", headers, body: content }), 201);
  return { digest, size: Buffer.byteLength(content) };
}

function expectStatus(answer: Response, status: number): Response {
  if (answer.status !== status) throw new Error(`${answer.url}: HTTP ${answer.status} instead of ${status}`);
  return answer;
}

export function digestOf(content: string): string {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}
