/** A file, folder or symbolic link of an image layer. */
export interface LayerEntry {
  /** Without a leading slash. */
  path: string;
  kind: "file" | "folder" | "link";
  content?: Buffer;
  /** Where a symbolic link leads. */
  target?: string;
  /** Permission bits; default 0755 for folders and programs' sake also for files. */
  mode?: number;
}

const block = 512;

/**
 * A tar archive that depends on its entries alone: owner root, times at the epoch, entries in the order of their
 * paths. The folders above each entry are added where they are missing.
 * @throws when a path or a link's target has more than 100 bytes
 */
export function tarOf(entries: readonly LayerEntry[]): Buffer {
  const named = new Map(entries.map((entry) => [entry.path, entry]));
  for (const { path } of entries) {
    const parts = path.split("/").slice(0, -1);
    for (let depth = 1; depth <= parts.length; depth += 1) {
      const folder = parts.slice(0, depth).join("/");
      if (!named.has(folder)) named.set(folder, { path: folder, kind: "folder" });
    }
  }
  const sorted = [...named.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  return Buffer.concat([...sorted.flatMap(blocksOf), Buffer.alloc(2 * block)]);
}

const typeOf = { file: "0", link: "2", folder: "5" } as const;

function blocksOf(entry: LayerEntry): Buffer[] {
  const content = entry.content ?? Buffer.alloc(0);
  const header = Buffer.alloc(block);
  const octal = (value: number, at: number, length: number) =>
    header.write(`${value.toString(8).padStart(length - 1, "0")}\0`, at, "latin1");
  const path = entry.kind === "folder" ? `${entry.path}/` : entry.path;
  for (const text of [path, entry.target ?? ""]) {
    if (Buffer.byteLength(text) > 100) throw new Error(`${text} is too long for a layer: 100 bytes at most`);
  }
  header.write(path, 0);
  octal(entry.mode ?? 0o755, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(content.length, 124, 12);
  octal(0, 136, 12);
  header.write("        ", 148);
  header.write(typeOf[entry.kind], 156);
  header.write(entry.target ?? "", 157);
  header.write("ustar\u000000", 257, "latin1");
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  const padding = Buffer.alloc((block - (content.length % block)) % block);
  return [header, content, padding];
}
