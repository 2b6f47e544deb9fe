import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findProgram, runCommand, tryCommand } from "../../toolchain/machine/commands";
import { cachedLayer } from "./cache";
import { layerOf, type Layer } from "./layer";
import type { LayerEntry } from "./tar";

const programs = [
  "sh",
  "cat",
  "echo",
  "env",
  "grep",
  "head",
  "httpd",
  "kill",
  "ls",
  "mkdir",
  "mv",
  "nc",
  "printf",
];
const morePrograms = [
  "ps",
  "rm",
  "sed",
  "sleep",
  "tail",
  "test",
  "touch",
  "true",
  "false",
  "wget",
  "date",
  "expr",
  "id",
];

/**
 * The base of small images: a static busybox with its most used programs, some 1 MB.
 * @throws when the machine has no static busybox and can't fetch Debian's
 */
export function busyboxLayer(): Promise<Layer> {
  return cachedLayer(`busybox-${process.arch}-1`, async () => layerOf(baseEntries(await staticBusybox())));
}

function baseEntries(busybox: Buffer): LayerEntry[] {
  return [
    { path: "bin/busybox", kind: "file", content: busybox },
    ...[...programs, ...morePrograms].map((name): LayerEntry => ({
      path: `bin/${name}`,
      kind: "link",
      target: "busybox",
    })),
    ...accountEntries,
  ];
}

const text = (path: string, content: string): LayerEntry => ({
  path,
  kind: "file",
  content: Buffer.from(content),
  mode: 0o644,
});

const accountEntries: LayerEntry[] = [
  text("etc/passwd", "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n"),
  text("etc/group", "root:x:0:\nnogroup:x:65534:\n"),
  text("etc/nsswitch.conf", "hosts: files dns\n"),
  { path: "tmp", kind: "folder", mode: 0o1777 },
  { path: "root", kind: "folder", mode: 0o700 },
];

/** The machine's own busybox where it is static, else the one of Debian's package, which isn't installed for it. */
async function staticBusybox(): Promise<Buffer> {
  const own = findProgram("busybox");
  if (own !== undefined && !(await needsLibraries(own))) return readFileSync(own);
  const folder = mkdtempSync(join(tmpdir(), "knowngood-busybox-"));
  try {
    const fetch = `cd ${folder} && apt-get download -q busybox-static`;
    if ((await tryCommand(["sh", "-c", fetch])).code !== 0) {
      await tryCommand(["apt-get", "update", "-q"], { timeout: 300 });
      await runCommand(["sh", "-c", fetch], { timeout: 120 });
    }
    const file = readdirSync(folder).find((name) => name.endsWith(".deb")) ?? "";
    await runCommand(["dpkg-deb", "--extract", join(folder, file), folder]);
    const found = ["bin/busybox", "usr/bin/busybox"]
      .map((name) => join(folder, name))
      .find((name) => existsSync(name));
    if (found === undefined) throw new Error(`${file} holds no busybox`);
    return readFileSync(found);
  } catch (error) {
    throw new Error(
      `No static busybox, which the demo's images need: ${(error as Error).message}\nInstall it: \`apt-get install busybox-static\``,
      { cause: error },
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Whether a program is linked against shared libraries. */
async function needsLibraries(file: string): Promise<boolean> {
  return (await tryCommand(["ldd", file])).stdout.includes("=>");
}
