import { createHash } from "node:crypto";
import type { Catalog } from "../../snapshot/catalog";
import type { TypeFacts } from "../../snapshot/snapshot";

/** How text is made up: words, or digits that could be cast to numbers. */
export type TextStyle = "words" | "digits";

/** What a value is made for. */
export interface ValueWish {
  /** The type, by oid, and its modifier. */
  type: number;
  typmod: number;
  /** Rows of one column get different ones. */
  row: number;
  /** Columns get different ones: its table's and its own name. */
  salt: string;
  style: TextStyle;
}

const yearZero = Date.UTC(2021, 2, 4, 5, 6, 7, 891);
const day = 86_400_000;

/**
 * A value as SQL's text form, without quotes: different by column and row, and of high entropy where the type has room,
 * so that it is known again wherever a migration moves it.
 * @returns undefined for a type that nothing is known of
 */
export function valueText(wish: ValueWish, catalog: Catalog): string | undefined {
  const type = catalog.type(wish.type);
  if (type === undefined) return undefined;
  switch (type.kind) {
    case "e":
      return type.labels?.[wish.row % Math.max(1, type.labels.length)]?.[1];
    case "d":
      return valueText(
        { ...wish, type: type.base, typmod: type.typmod === -1 ? wish.typmod : type.typmod },
        catalog,
      );
    case "c":
      return compositeText(type, wish, catalog);
    case "r":
      return rangeText(type, wish);
    case "m": {
      const inner = rangeText(type, wish);
      return inner === undefined ? undefined : `{${inner}}`;
    }
    case "p":
      return pseudoText(type.name, wish);
    case "b":
      return type.element === 0 ? baseText(type.name, wish) : arrayText(type, wish, catalog);
  }
}

function compositeText(type: TypeFacts, wish: ValueWish, catalog: Catalog): string {
  const fields = catalog.columnsOf(type.relation).map(({ type: field, typmod, name }) => {
    const value = valueText({ ...wish, type: field, typmod, salt: `${wish.salt}.${name}` }, catalog);
    return value === undefined ? "" : quotedPart(value);
  });
  return `(${fields.join(",")})`;
}

function arrayText(type: TypeFacts, wish: ValueWish, catalog: Catalog): string | undefined {
  const of = (row: number) => valueText({ ...wish, type: type.element, row }, catalog);
  const [one, other] = [of(wish.row), of(wish.row + 1)];
  if (one === undefined || other === undefined) return undefined;
  return `{${quotedPart(one)},${quotedPart(other)}}`;
}

const quotedPart = (value: string) => `"${value.replace(/(["\\])/g, "\\$1")}"`;

/** Ranges of different rows do not overlap. */
function rangeText({ subtype }: TypeFacts, { row, salt }: ValueWish): string | undefined {
  const start = number(salt, 1000) * 1000 + row * 10;
  switch (subtype ?? "") {
    case "integer":
    case "bigint":
    case "numeric":
    case "double precision":
    case "real":
      return `[${start},${start + 5})`;
    case "date":
      return `[${instant(row * 10).slice(0, 10)},${instant(row * 10 + 5).slice(0, 10)})`;
    case "timestamp without time zone":
    case "timestamp with time zone":
      return `["${instant(row * 10)}","${instant(row * 10 + 5)}")`;
    default:
      return "empty";
  }
}

function pseudoText(name: string, wish: ValueWish): string | undefined {
  if (name === "any" || name === "anyelement" || name === "anynonarray") return words(wish, -1);
  if (name === "anyarray") return "{1,2}";
  return undefined;
}

function baseText(name: string, wish: ValueWish): string | undefined {
  const { row, salt, typmod } = wish;
  const own = number(salt, 900);
  switch (name) {
    case "bool":
      return (row + own) % 2 === 0 ? "true" : "false";
    case "int2":
      return String(100 + own * 30 + row);
    case "int4":
      return String(1_000_000 + own * 100_000 + row * 977);
    case "int8":
      return String(5_000_000_000 + own * 10_000_000 + row * 977);
    case "numeric":
      return numericText(wish);
    case "float4":
      return `${own + row}.5`;
    case "float8":
      return `${own * 1000 + row}.0625`;
    case "money":
      return `${own}.${10 + row}`;
    case "text":
    case "citext":
      return words(wish, -1);
    case "varchar":
    case "bpchar":
      return words(wish, typmod === -1 ? (name === "bpchar" ? 1 : -1) : typmod - 4);
    case "name":
      return words(wish, 63);
    case "char":
      return String.fromCharCode(97 + (row % 26));
    case "date":
      return instant(own + row).slice(0, 10);
    case "timestamp":
      return instant(own + row).slice(0, -1);
    case "timestamptz":
      return instant(own + row);
    case "time":
      return `0${row % 10}:${10 + (own % 50)}:07.891234`;
    case "timetz":
      return `0${row % 10}:${10 + (own % 50)}:07.891234+02`;
    case "interval":
      return `${own} days ${row} hours 3 minutes`;
    case "uuid":
      return digest(wish).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, "$1-$2-$3-$4-$5");
    case "json":
    case "jsonb":
      return JSON.stringify({ of: salt, row, note: words(wish, -1), list: [row, row + 1] });
    case "jsonpath":
      return `$."${words(wish, -1)}"`;
    case "xml":
      return `<row of="${own}">${row}</row>`;
    case "bytea":
      return `\\x${digest(wish).slice(0, 24)}`;
    case "inet":
      return `10.${own % 250}.${row % 250}.7`;
    case "cidr":
      return `10.${own % 250}.${row % 250}.0/24`;
    case "macaddr":
      return pairs(digest(wish), 6);
    case "macaddr8":
      return pairs(digest(wish), 8);
    case "bit":
      return bits(wish, typmod === -1 ? 1 : typmod);
    case "varbit":
      return bits(wish, typmod === -1 ? 24 : typmod);
    case "point":
      return `(${own},${row})`;
    case "line":
      return `{1,${row + 1},${own}}`;
    case "lseg":
      return `[(${own},${row}),(0,1)]`;
    case "box":
      return `(${own + 10},${row + 10}),(${own},${row})`;
    case "path":
      return `[(${own},${row}),(1,1)]`;
    case "polygon":
      return `((0,0),(${own},${row}),(5,0))`;
    case "circle":
      return `<(${own},${row}),2>`;
    case "tsvector":
      return `'${words(wish, -1)}':1`;
    case "tsquery":
      return `'${words(wish, -1)}'`;
    case "oid":
    case "xid":
    case "xid8":
    case "cid":
      return String(20_000 + own * 30 + row);
    case "tid":
      return `(0,${row + 1})`;
    case "pg_lsn":
      return `0/${(own * 1000 + row).toString(16).toUpperCase()}`;
    case "regclass":
      return "pg_catalog.pg_class";
    case "regtype":
      return "pg_catalog.int4";
    case "regproc":
      return "pg_catalog.now";
    case "hstore":
      return `"${words(wish, -1)}"=>"${row}"`;
    case "ltree":
      return `top.k${own}.r${row}`;
    case "lquery":
      return `top.*`;
    case "cube":
      return `(${own},${row})`;
    case "isbn":
    case "seg":
      return undefined;
    case "vector":
      return `[${Array.from({ length: typmod === -1 ? 3 : typmod }, (_, place) => own + row + place).join(",")}]`;
    default:
      return undefined;
  }
}

/** All decimals are used, so that rounding shows. */
function numericText({ typmod, row, salt }: ValueWish): string {
  const precision = typmod === -1 ? 12 : ((typmod - 4) >> 16) & 0xffff;
  const scale = typmod === -1 ? 4 : (((typmod - 4) & 0x7ff) ^ 1024) - 1024;
  const whole = Math.max(0, Math.min(6, precision - scale));
  const before = whole === 0 ? "0" : String((number(salt, 900) + 101 + row * 13) % 10 ** whole || 1);
  if (scale <= 0) return `${before}${"0".repeat(Math.min(6, -scale))}`;
  const decimals = `${"7".repeat(Math.max(0, scale - 2))}${(row + 3) % 10}${((row * 3) % 9) + 1}`.slice(
    -scale,
  );
  return `${before}.${decimals}`;
}

/** Close to the limit where there is one, so that a narrower one shows. */
function words({ row, salt, style }: ValueWish, limit: number): string {
  const entropy = createHash("sha256").update(`${salt} ${row}`).digest();
  if (style === "digits") {
    const digits =
      String(1 + (entropy.readUInt16BE(0) % 9)) + String(10_000 + row * 97 + entropy.readUInt8(2));
    return limit < 0 ? digits : digits.slice(-Math.min(limit, 6)).replace(/^0/, "1");
  }
  const column = salt.split(".").at(-1) ?? "";
  const word = /mail/.test(column)
    ? `${entropy.toString("hex", 0, 4)}@mail${row}.example.org`
    : /url|link|href/.test(column)
      ? `https://www.example.org/${entropy.toString("hex", 0, 4)}/${row}`
      : `${String.fromCharCode(97 + (entropy.readUInt8(0) % 26))}${row} ${column} ${entropy.toString("hex", 0, 5)}`;
  if (limit < 0) return word;
  const dense = `${String.fromCharCode(97 + (row % 26))}${entropy.toString("hex")}`;
  return limit <= 24 ? dense.slice(0, limit) : `${word} ${dense.repeat(8)}`.slice(0, Math.min(limit, 200));
}

function bits({ row, salt }: ValueWish, length: number): string {
  const pattern = (number(salt, 255) * 256 + row).toString(2).padStart(16, "1");
  return pattern.repeat(Math.ceil(length / 16)).slice(-length);
}

const pairs = (hex: string, count: number) =>
  Array.from({ length: count }, (_, place) => hex.slice(place * 2, place * 2 + 2)).join(":");

const instant = (days: number) =>
  new Date(yearZero + days * day).toISOString().replace("T", " ").replace(".891Z", ".891234Z");

function digest({ salt, row }: ValueWish): string {
  return createHash("sha256").update(`${salt} ${row}`).digest("hex");
}

/** From 0 to below `below`, always the same for the same text. */
function number(text: string, below: number): number {
  return createHash("sha256").update(text).digest().readUInt32BE(0) % below;
}
