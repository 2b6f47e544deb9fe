import { createHash } from "node:crypto";
import { existsSync, readFileSync, realpathSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { runCommand } from "../../toolchain/machine/commands";
import { cachedLayer } from "./cache";
import { layerOf, type Layer } from "./layer";

/**
 * A layer with the Node that runs this program and the libraries it needs, some 40 MB compressed. No image hub is
 * asked: what the machine has is enough, and the same on every run.
 * @throws where this machine's Node can't run in a Linux container
 */
export async function nodeLayer(): Promise<Layer> {
  if (process.platform !== "linux") {
    throw new Error(
      "The demo's images are assembled from this machine's own Node, so it has to run on Linux.",
    );
  }
  const files = [
    { path: "usr/local/bin/node", source: process.execPath },
    ...(await librariesOf(process.execPath)),
  ];
  const identity = files.map(({ path, source }) => {
    const { size, mtimeMs } = statSync(source);
    return `${path} ${size} ${mtimeMs}`;
  });
  const key = createHash("sha256").update(identity.join("\n")).digest("hex").slice(0, 12);
  return cachedLayer(`node-${process.version}-${process.arch}-${key}`, () =>
    layerOf(files.map(({ path, source }) => ({ path, kind: "file", content: readFileSync(source) }))),
  );
}

interface CopiedFile {
  path: string;
  source: string;
}

/** Loaded by name at run time where the C library still keeps look-ups of hosts apart. */
const loadedLater = ["libnss_dns.so.2", "libnss_files.so.2", "libresolv.so.2"];

async function librariesOf(program: string): Promise<CopiedFile[]> {
  const linked = librariesIn(await runCommand(["ldd", program]));
  const folder = dirname(linked.find((file) => file.includes("libc.so")) ?? "/lib/none");
  const later = loadedLater.map((name) => join(folder, name)).filter((file) => existsSync(file));
  return [...new Set([...linked, ...later])].map((file) => ({
    path: file.slice(1),
    source: realpathSync(file),
  }));
}

/** The library files that `ldd` names. */
export function librariesIn(output: string): string[] {
  return output.split("\n").flatMap((line) => /(?:=> |^\s*)(\/\S+) \(0x/.exec(line)?.[1] ?? []);
}
