import { createHash } from "node:crypto";
import { toolNames, type ToolName } from "../migrations/tools/tool";

/** Where the SQL of another tool's migration comes from; the first line of what the catalog holds says it. */
export interface SqlOrigin {
  tool: ToolName;
  version: string;
  /** SHA-256 of the tool's own file, 64 hexadecimal digits: where it is the same, the SQL needs no capturing again. */
  source: string;
  /** What the tool itself would compute and keep in its table. */
  checksum?: string;
}

/** One way of a migration, as its tool gives it. */
export interface CapturedWay {
  sql: string;
  /** @default false */
  withoutTransaction?: boolean;
  /** Why it can't be known, or not whole, what this way does. */
  unread?: string;
}

/** Tools whose migrations are code: no line of the SQL is a line of their files. */
const codeTools: readonly ToolName[] = ["alembic", "django", "laravel"];

/**
 * A migration of another tool in dbmate's format, as the catalog keeps it.
 * @param down undefined where the tool has none
 */
export function capturedText(origin: SqlOrigin, up: CapturedWay, down?: CapturedWay): string {
  const { tool, version, source, checksum } = origin;
  const lines = [
    `-- knowngood: from ${tool} ${version}; source ${source}${checksum === undefined ? "" : `; checksum ${checksum}`}`,
  ];
  if (up.unread !== undefined) lines.push(`-- knowngood: not captured: ${oneLine(up.unread)}`);
  if (down?.unread !== undefined) lines.push(`-- knowngood: no way down captured: ${oneLine(down.unread)}`);
  lines.push(...way("up", up));
  if (down !== undefined && down.unread === undefined) lines.push(...way("down", down));
  return `${lines.join("\n")}\n`;
}

function way(direction: "up" | "down", { sql, withoutTransaction }: CapturedWay): string[] {
  // A line of the migration's own that looks like a marker must not be one.
  const body = sql.replace(/^(?=--\s*migrate:(?:up|down))/gm, " ").replace(/\s+$/, "");
  const marker = `-- migrate:${direction}${withoutTransaction ? " transaction:false" : ""}`;
  return body === "" ? [marker] : [marker, body];
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length <= 300 ? line : `${line.slice(0, 299)}…`;
}

/** Where SQL of the catalog comes from; undefined where it is dbmate's own. */
export function originOf(text: string): SqlOrigin | undefined {
  const match = /^-- knowngood: from (\S+) (\S+); source ([0-9a-f]{64})(?:; checksum (\S+))?$/m.exec(text);
  const [, name, version, source, checksum] = match ?? [];
  const tool = toolNames.find((known) => known === name);
  if (match?.index !== 0 || tool === undefined || version === undefined || source === undefined)
    return undefined;
  return { tool, version, source, checksum };
}

/** Whether lines are counted as in the tool's own file, which the way up then holds from its first line on. */
export function keepsLines(text: string): boolean {
  const origin = originOf(text);
  return origin !== undefined && !codeTools.includes(origin.tool);
}

/**
 * Why it can't be known what a migration of the catalog does, such as one in Python; undefined where its SQL tells all.
 * What SQL there is beside the reason was captured too.
 */
export function unreadReason(sql: string): string | undefined {
  return /^-- knowngood: not captured: (.*)$/m.exec(head(sql))?.[1];
}

/** Why a migration has no way down that can be read, though its tool may have one. */
export function unreadDownReason(sql: string): string | undefined {
  return /^-- knowngood: no way down captured: (.*)$/m.exec(head(sql))?.[1];
}

/** The lines above the way up, which hold nothing of the migration's own. */
function head(text: string): string {
  return originOf(text) === undefined ? "" : text.slice(0, text.search(/^-- migrate:up/m));
}

export function sha256Of(content: string | Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}
