import { expect } from "chai";
import { redactDeep, redactor } from "../../gates/redaction";

const secret = 'p@ss "wörd"/+?';
const redact = redactor([secret]);

describe("gates: redaction", () => {
  const forms: [string, string][] = [
    ["as it is", secret],
    ["URL-encoded", encodeURIComponent(secret)],
    ["URL-encoded with + for a space", encodeURIComponent(secret).replaceAll("%20", "+")],
    ["URL-encoded in lower case", encodeURIComponent(secret).replace(/%../g, (code) => code.toLowerCase())],
    ["as a form's value", new URLSearchParams({ a: secret }).toString().slice(2)],
    ["in base64", Buffer.from(secret).toString("base64")],
    ["in base64url without padding", Buffer.from(secret).toString("base64url")],
    ["escaped for JSON", JSON.stringify(secret).slice(1, -1)],
    ["escaped twice", JSON.stringify(JSON.stringify(secret).slice(1, -1)).slice(1, -1)],
    ["escaped for JSON in ASCII", String.raw`p@ss \"w\u00f6rd\"/+?`],
    ["escaped for JSON with slashes", String.raw`p@ss \"wörd\"\/+?`],
  ];
  for (const [how, form] of forms) {
    it(`finds a secret ${how}`, () => {
      expect(redact(`before ${form} after ${form}`)).to.equal("before [secret] after [secret]");
    });
  }

  it("finds a secret within a longer base64 text, wherever it begins", () => {
    for (const user of ["a", "ab", "abc", "abcd"]) {
      const text = redact(`Basic ${Buffer.from(`${user}:${secret}:more`).toString("base64")}`);
      expect(text).to.contain("[secret]");
      expect(Buffer.from(text.slice(6).replace("[secret]", "\n"), "base64").toString()).to.not.contain("ss ");
    }
  });

  it("finds each line of a secret of several lines", () => {
    const lines = redactor(["-----BEGIN-----\nabcdefgh\n}\n"]);
    expect(lines("log: abcdefgh }")).to.equal("log: [secret] }");
  });

  it("replaces the longer of two secrets whole", () => {
    expect(redactor(["pass", "password1"])("password1 pass")).to.equal("[secret] [secret]");
  });

  it("takes characters literally, and empty values not at all", () => {
    expect(redactor(["a.c", ""])("abc a.c")).to.equal("abc [secret]");
    expect(redactor([""])("abc")).to.equal("abc");
  });

  it("bears half of a surrogate pair", () => {
    expect(redactor(["\ud800x"])("abc")).to.equal("abc");
  });

  it("redacts every text of an object but our own words", () => {
    const record = { outcome: "passed", at: 1, list: [{ detail: "x passed y" }], none: null };
    expect(redactDeep(record, redactor(["passed"]), new Set(["outcome"]))).to.deep.equal({
      outcome: "passed",
      at: 1,
      list: [{ detail: "x [secret] y" }],
      none: null,
    });
  });
});
