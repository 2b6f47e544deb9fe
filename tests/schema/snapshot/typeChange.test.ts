import { expect } from "chai";
import { typeChange, type ComparedType, type TypeChange } from "../../../schema/snapshot/typeChange";

/** `numeric(10,2)[]` as the catalogs hold it. */
function type(text: string): ComparedType {
  const [, name = "", modifiers, brackets] = /^([\w.]+)(?:\(([\d,]+)\))?(\[\])?$/.exec(text) ?? [];
  const [first = 0, second = 0] = (modifiers ?? "").split(",").map(Number);
  const typmod =
    modifiers === undefined
      ? -1
      : name === "numeric"
        ? ((first << 16) | second) + 4
        : ["varchar", "bpchar"].includes(name)
          ? first + 4
          : first;
  return { name, typmod, array: brackets !== undefined };
}

const cases: Record<TypeChange, string[]> = {
  same: [
    "int4 > int4",
    "varchar(10) > varchar(11)",
    "varchar(10) > varchar",
    "varchar(10) > text",
    "text > varchar",
    "numeric(8,2) > numeric(9,2)",
    "varbit(4) > varbit(8)",
    "varchar(10)[] > text[]",
    "public.mood > public.mood",
  ],
  widened: [
    "int2 > int4",
    "int4 > int8",
    "int4 > numeric",
    "int4 > numeric(10,0)",
    "int4 > float8",
    "float4 > float8",
    "numeric(8,2) > numeric(10,4)",
    "numeric(8,2) > numeric",
    "cidr > inet",
    "time(3) > time",
    "int4[] > int8[]",
  ],
  narrowed: [
    "int8 > int4",
    "int4 > int2",
    "int4 > numeric(9,0)",
    "int8 > float8",
    "int4 > float4",
    "float8 > float4",
    "numeric(8,2) > numeric(7,2)",
    "numeric(8,2) > numeric(8,1)",
    "numeric(8,2) > numeric(9,4)",
    "numeric > numeric(20,2)",
    "numeric(8,0) > int4",
    "numeric(8,2) > float8",
    "varchar(10) > varchar(9)",
    "text > varchar(10)",
    "text > name",
    "timestamp > timestamp(0)",
    "varbit > varbit(8)",
    "inet > cidr",
  ],
  converted: [
    "timestamp > timestamptz",
    "timestamptz > timestamp",
    "json > jsonb",
    "float8 > numeric",
    "text > citext",
    "citext > text",
    "bpchar(4) > text",
    "bit(4) > varbit",
  ],
  incompatible: [
    "int4 > text",
    "text > int4",
    "numeric(8,2) > int4",
    "numeric > money",
    "float8 > int4",
    "text > public.mood",
    "public.mood > text",
    "public.mood > public.feeling",
    "jsonb > json",
    "date > timestamp",
    "timestamp > date",
    "varchar(10) > bpchar(10)",
    "bpchar(4) > bpchar(5)",
    "bit(4) > bit(5)",
    "text > uuid",
    "uuid > text",
    "text > bytea",
    "bool > int4",
    "int4 > int4[]",
    "int4[] > int4",
  ],
};

describe("the change of a type", () => {
  for (const [change, pairs] of Object.entries(cases))
    for (const pair of pairs)
      it(`${pair} is ${change}`, () => {
        const [before = "", after = ""] = pair.split(" > ");
        expect(typeChange(type(before), type(after))).to.equal(change);
      });
});
