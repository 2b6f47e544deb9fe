import { expect } from "chai";
import { z } from "zod";
import { nearestName } from "../../settings/nearestName";
import {
  formatViolations,
  InvalidInput,
  pathText,
  show,
  unknownName,
  valueAt,
  violationsOf,
} from "../../settings/violations";

describe("violations", () => {
  it("write a path as YAML is read", () => {
    expect(pathText([])).to.equal("");
    expect(pathText(["services", "api", "ports", 0, "host"])).to.equal("services.api.ports[0].host");
  });

  it("find the value at a path, and nothing where it leads nowhere", () => {
    const input = { a: [{ b: null }] };
    expect(valueAt(input, ["a", 0, "b"])).to.equal(null);
    expect(valueAt(input, ["a", 0, "b", "c"])).to.equal(undefined);
    expect(valueAt(input, ["a", 1, "b"])).to.equal(undefined);
    expect(valueAt(input, [])).to.equal(input);
  });

  it("show a value of 80 characters whole, and one of 81 cut", () => {
    expect(show("x".repeat(78))).to.equal(`"${"x".repeat(78)}"`);
    expect(show("x".repeat(79)))
      .to.equal(`"${"x".repeat(78)}…`)
      .and.to.have.length(80);
    expect(show(undefined)).to.equal("nothing");
    expect(show(null)).to.equal("null");
  });

  it("are counted, in one problem and in several", () => {
    const one = { where: "a", found: "1", expected: "write 2" };
    expect(formatViolations("Wrong", [one])).to.equal("Wrong (1 problem):\n  a\n    found 1; write 2");
    const error = new InvalidInput("Wrong", [one, { ...one, where: "b" }]);
    expect(error.message).to.equal(
      "Wrong (2 problems):\n  a\n    found 1; write 2\n  b\n    found 1; write 2",
    );
    expect(error.name).to.equal("InvalidInput");
    expect(error).to.be.an.instanceOf(Error);
  });

  it("come one for each unknown name, hidden where they may be secret, in a rule's own words where it has some", () => {
    const schema = z
      .strictObject({ path: z.string({ error: "write a path" }), pin: z.string({ error: "write a pin" }) })
      .superRefine(
        (_value, context) =>
          context.addIssue({
            code: "custom",
            path: ["path"],
            message: "mend it",
            params: { found: "a rule" },
          }),
        { when: () => true },
      );
    const input = { path: 1, pin: 1234, paht: 2, other: 3 };
    const violations = violationsOf(
      schema.safeParse(input).error!,
      input,
      (path) => `file: ${pathText(path)}`,
      {
        hidden: (path) => path[0] === "pin",
        knownNames: () => ["path", "pin"],
      },
    );
    expect(violations).to.deep.equal([
      { where: "file: path", found: "1", expected: "write a path" },
      { where: "file: pin", found: "a text that may be a secret", expected: "write a pin" },
      {
        where: "file: paht",
        found: "2",
        expected: "no such setting: did you mean path? Otherwise remove it",
      },
      {
        where: "file: other",
        found: "3",
        expected: "no such setting: remove it, or write one of path, pin",
      },
      { where: "file: path", found: "a rule", expected: "mend it" },
    ]);
  });

  it("know nothing of a name where nothing is known", () => {
    expect(unknownName("x", [])).to.equal("no such setting: remove it, or correct its name");
  });
});

describe("the name that was meant", () => {
  const names = ["stopSignal", "user", "readOnly"];

  it("is the nearest, whatever its case, dashes and underscores", () => {
    expect(nearestName(names, "READ-ONLY")).to.equal("readOnly");
    expect(nearestName(names, "stop_signl")).to.equal("stopSignal");
  });

  it("differs in a third of its letters at most", () => {
    expect(nearestName(names, "usXX")).to.equal("user");
    expect(nearestName(names, "uXXX")).to.equal(undefined);
    expect(nearestName([], "user")).to.equal(undefined);
  });
});
