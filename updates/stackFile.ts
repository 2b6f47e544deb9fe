import { extname, join } from "node:path";
import { isAlias, isMap, isScalar, parseDocument, stringify, type Document, type Scalar } from "yaml";
import { InvalidInput } from "../settings/violations";
import { projectFileIn, stackFolder } from "../stack/project";

/**
 * Settings by name without the namespace; undefined takes one away. One part of a setting that is a map is named with a
 * dot, such as `record.reason`.
 */
export type SettingEdits = Readonly<Record<string, unknown>>;

/**
 * What a stack's settings lie in, from the project's folder: beside the project's file, or where that says
 * (`stackConfigDir`), with the same ending.
 * @param stack as `pulumi --stack` takes it
 * @param folder of the project. @default the working one
 */
export function stackFile(stack: string, folder = process.cwd()): string {
  const ending = extname(projectFileIn(folder) ?? "Pulumi.yaml");
  return join(stackFolder(folder), `Pulumi.${stack.split("/").at(-1) ?? stack}${ending}`);
}

/**
 * The text of a stack file with other settings. Every line that is not of these settings stays as it is: comments, order,
 * quotes, secrets. A setting that is new comes after the last one.
 * @param namespace the project's name
 * @param file its name, for errors
 * @throws InvalidInput where the text is no stack file, or says a setting twice or in a way that can't be edited
 */
export function withSettings(text: string, namespace: string, edits: SettingEdits, file: string): string {
  return Object.entries(edits).reduce((before, [name, value]) => {
    const [setting = "", part] = name.split(".");
    const place = { namespace, setting, file };
    return part === undefined ? withSetting(before, place, value) : withPart(before, place, part, value);
  }, text);
}

/** Where something stands in the text: its first character, the one after its last, and the one after its line. */
type Range = readonly [number, number, number];

/** A setting by name, and the file, for errors. */
interface Place {
  namespace: string;
  setting: string;
  file: string;
}

interface Pair {
  key: Scalar;
  value: { range?: Range | null } | null;
}

/** Edits the text and not the document, which would be written anew as a whole: a rollback is to be one line of diff. */
function withSetting(text: string, place: Place, value: unknown): string {
  const document = parse(text, place.file);
  const pairs = settingsIn(document, place.file);
  const pair = pairOf(pairs, place);
  if (pair !== undefined) return value === undefined ? without(text, pair) : changed(text, pair, value);
  if (value === undefined) return text;
  const lines = written({ [`${place.namespace}:${place.setting}`]: value });
  const last = pairs.at(-1);
  return last === undefined ? asFirst(text, document, lines) : after(text, last, lines);
}

/** A name without a namespace is the project's own, as Pulumi takes it; of two of one name it takes either. */
function pairOf(pairs: readonly Pair[], { namespace, setting, file }: Place): Pair | undefined {
  const full = `${namespace}:${setting}`;
  const [pair, second] = pairs.filter(({ key }) => key.value === full || key.value === setting);
  if (second === undefined) return pair;
  throw unusable(`${file}: ${full}`, `it twice, as ${setting} too`, "take one of the two out");
}

/** The other parts of the map keep their lines, where each has its own. */
function withPart(text: string, place: Place, part: string, value: unknown): string {
  const document = parse(text, place.file);
  const map = pairOf(settingsIn(document, place.file), place)?.value;
  const parts = isMap(map) ? (map.items as unknown as readonly Pair[]) : [];
  const others = parts.filter((one) => one.key.value !== part);
  if (!isMap(map) || map.flow === true || others.length === 0) {
    const before = partsOf(map, document, place);
    if (value === undefined && !(part in before)) return text;
    const whole = { ...before, [part]: value };
    if (value === undefined) delete whole[part];
    return withSetting(text, place, Object.keys(whole).length === 0 ? undefined : whole);
  }
  const pair = parts.find((one) => one.key.value === part);
  if (pair !== undefined) return value === undefined ? without(text, pair) : changed(text, pair, value);
  const last = parts.at(-1);
  return value === undefined || last === undefined ? text : after(text, last, written({ [part]: value }));
}

/** What a map says that is written in braces, elsewhere, or as the JSON that `pulumi config set` writes. */
function partsOf(
  value: Pair["value"] | undefined,
  document: Document,
  { namespace, setting, file }: Place,
): Record<string, unknown> {
  const node = isAlias(value) ? value.resolve(document) : value;
  const said: unknown = isMap(node) ? node.toJS(document) : isScalar(node) ? node.value : (node ?? null);
  const parts = typeof said === "string" ? fromJson(said) : said;
  if (parts === null) return {};
  if (typeof parts === "object" && !Array.isArray(parts) && (isMap(node) || isScalar(node)))
    return parts as Record<string, unknown>;
  throw unusable(`${file}: ${namespace}:${setting}`, "no map", "write a map, or take it out");
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function parse(text: string, file: string): Document {
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error === undefined) return document;
  const [what = ""] = error.message.split("\n");
  throw unusable(file, "text that is no YAML", what.replace(/:$/, ""));
}

function settingsIn(document: Document, file: string): readonly Pair[] {
  const config = document.get("config", true);
  if (isMap(config)) {
    if (config.flow === true && config.items.length > 0)
      throw unusable(`${file}: config`, "settings in braces", "write each of them in a line of its own");
    return config.items as unknown as readonly Pair[];
  }
  if (config === undefined || (isScalar(config) && config.value === null)) return [];
  throw unusable(`${file}: config`, "no settings", "write a map of them, such as {knowngood:imageTag: v1}");
}

function unusable(where: string, found: string, expected: string): InvalidInput {
  return new InvalidInput("The stack file can't be edited, so it was left as it is", [
    { where, found, expected },
  ]);
}

function changed(text: string, { key, value: before }: Pair, value: unknown): string {
  const own = before?.range;
  // A short value in its own line: what stands after it, such as a comment, stays.
  if (own && own[1] > own[0] && isScalar(before) && isInline(before) && isShort(value))
    return text.slice(0, own[0]) + written(value) + text.slice(own[1]);
  const start = key.range?.[0] ?? 0;
  const lines = written({ [String(key.value)]: value });
  return text.slice(0, start) + indented(text, lines, key).trimStart() + text.slice(endOf(text, before, key));
}

function without(text: string, { key, value }: Pair): string {
  const lineStart = text.lastIndexOf("\n", (key.range?.[0] ?? 0) - 1) + 1;
  return text.slice(0, lineStart) + text.slice(endOf(text, value, key)).replace(/^\r?\n/, "");
}

function after(text: string, { key, value }: Pair, lines: string): string {
  const at = endOf(text, value, key);
  return text.slice(0, at) + newlineOf(text) + indented(text, lines, key) + text.slice(at);
}

function asFirst(text: string, document: Document, lines: string): string {
  const newline = newlineOf(text);
  const block = indented(text, lines);
  const config = document.get("config", true) as { range?: Range | null } | undefined;
  // `config: {}`, `config: null` and plain `config:` hold nothing.
  if (config?.range)
    return text.slice(0, config.range[0]).trimEnd() + newline + block + text.slice(config.range[1]);
  const before = text === "" || text.endsWith("\n") ? text : text + newline;
  return `${before}config:${newline}${block}${newline}`;
}

/** Pulumi's reader takes 1_000, 0777 and 2026-11-21 for numbers and times, as YAML 1.1 does: such text is put in quotes. */
function written(value: unknown): string {
  return stringify(value, { version: "1.1", lineWidth: 0 }).trimEnd();
}

/** Where a pair's own lines end: comments and empty lines after them may belong to the next one. */
function endOf(text: string, value: Pair["value"], key: Scalar): number {
  const end = value?.range?.[1] ?? key.range?.[1] ?? text.length;
  const own = text.slice(0, end).trimEnd().length;
  const line = text.slice(own).search(/\r?\n/);
  return line < 0 ? text.length : own + line;
}

/** Lines as deep as a setting beside them. @default two spaces */
function indented(text: string, lines: string, beside?: Scalar): string {
  const start = beside?.range?.[0];
  const depth = start === undefined ? 2 : start - (text.lastIndexOf("\n", start - 1) + 1);
  return lines
    .split("\n")
    .map((line) => (line === "" ? line : " ".repeat(depth) + line))
    .join(newlineOf(text));
}

function newlineOf(text: string): string {
  return text.includes("\r\n") ? "\r\n" : "\n";
}

function isInline({ type }: Scalar): boolean {
  return type === "PLAIN" || type === "QUOTE_DOUBLE" || type === "QUOTE_SINGLE";
}

function isShort(value: unknown): boolean {
  return typeof value === "string" ? !/[\r\n]/.test(value) : typeof value !== "object";
}
