import { expect } from "chai";
import { groupsBy } from "../../../schema/snapshot/grouped";
import { isImplied, valuesAllowed } from "../../../schema/snapshot/implied";
import { isSilent } from "../../../schema/snapshot/silentEventTrigger";
import { openParser, type Parser } from "../../../schema/static/parser";

describe("what old conditions already say", () => {
  let parser: Parser;
  before(async () => {
    parser = await openParser();
  });

  const between = "CHECK (((priority >= 1) AND (priority <= 5)))";
  const words = "CHECK ((state = ANY (ARRAY['new'::text, 'gone'::text])))";
  const short =
    "CHECK (((state)::text = ANY ((ARRAY['new'::character varying, 'gone'::character varying])::text[])))";

  const implied: [old: string, wanted: string][] = [
    [between, "CHECK ((priority > 0))"],
    [between, "CHECK ((priority >= 1))"],
    [between, "CHECK ((priority <= 5)) NOT VALID"],
    ["CHECK ((price > (0)::numeric))", "CHECK ((price > ('-1'::integer)::numeric))"],
    ["CHECK ((price > 0))", "CHECK ((price >= 0))"],
    [words, "CHECK ((state = ANY (ARRAY['gone'::text, 'new'::text, 'sent'::text])))"],
    ["CHECK ((state = 'new'::text))", words],
    [between, "CHECK (((priority > 0) AND (id IS NOT NULL)))"],
    ["CHECK (((priority > 2) AND (length(state) > 3)))", "CHECK ((priority > 1))"],
  ];

  for (const [old, wanted] of implied)
    it(`${old} implies ${wanted}`, () => {
      expect(isImplied(wanted, [old], new Set(["id"]), parser)).to.equal(true);
    });

  const open: [old: string, wanted: string][] = [
    [between, "CHECK ((priority > 1))"],
    [between, "CHECK ((priority < 5))"],
    ["CHECK ((price >= 0))", "CHECK ((price > 0))"],
    ["CHECK (((priority > 2) OR (state = 'x'::text)))", "CHECK ((priority > 1))"],
    [between, "CHECK ((other > 0))"],
    [between, "CHECK (((priority > 0) AND (length(state) > 3)))"],
    [between, "CHECK (((priority > 0) AND (state IS NOT NULL)))"],
    [words, "CHECK ((state = 'new'::text))"],
    ["CHECK ((state > 'b'::text))", "CHECK ((state > 'a'::text))"],
    ["CHECK ((NOT (priority > 5)))", "CHECK ((priority > 5))"],
  ];

  for (const [old, wanted] of open)
    it(`${old} does not imply ${wanted}`, () => {
      expect(isImplied(wanted, [old], new Set(["id"]), parser)).to.equal(false);
    });

  it("counts up what a column may hold", () => {
    expect([...(valuesAllowed("state", [between, words], parser) ?? [])]).to.deep.equal(["new", "gone"]);
    expect([...(valuesAllowed("state", [short], parser) ?? [])]).to.deep.equal(["new", "gone"]);
    expect(valuesAllowed("state", [between], parser)).to.equal(undefined);
  });

  it("knows by which columns a query's rows differ", () => {
    const query = " SELECT line,\n    sum(cents) AS cents\n   FROM fares\n  GROUP BY line;";
    expect(groupsBy(query, [0], parser)).to.equal(true);
    expect(groupsBy(query, [0, 1], parser)).to.equal(true);
    expect(groupsBy(query, [1], parser)).to.equal(false);
    expect(groupsBy(query, [-1], parser)).to.equal(false);
    expect(groupsBy(query.replace("GROUP BY line", "GROUP BY line, city"), [0], parser)).to.equal(false);
    expect(groupsBy(" SELECT line\n   FROM fares;", [0], parser)).to.equal(false);
  });

  it("knows event triggers that only tell", () => {
    expect(isSilent("BEGIN RAISE NOTICE '%', tg_tag; END", parser)).to.equal(true);
    expect(isSilent("BEGIN RAISE NOTICE '%', tg_tag; RAISE 'closed'; END", parser)).to.equal(false);
    expect(isSilent("BEGIN RAISE NOTICE '%', 1 / 0; END", parser)).to.equal(false);
    expect(isSilent("BEGIN CREATE TABLE seen (tag text); END", parser)).to.equal(false);
    expect(isSilent("BEGIN IF tg_tag = 'DROP TABLE' THEN RAISE 'no'; END IF; END", parser)).to.equal(false);
  });
});
