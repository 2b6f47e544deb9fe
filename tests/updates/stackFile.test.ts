import { expect } from "chai";
import fc from "fast-check";
import { load } from "js-yaml";
import { stackFile, withSettings } from "../../updates/stackFile";

const file = `# The shop's production stack.
encryptionsalt: v1:abc=:v1:def   # do not touch
config:
  # The release that the stack runs.
  knowngood:imageTag: v2 # went out on Monday

  knowngood:protected: true
  knowngood:services:
    # asked on its first port
    api: { ports: [{ container: 8080, host: 8081 }] }
  knowngood:databaseUrl:
    secure: v1:xyz
  # the last comment
`;

describe("settings in a stack file", () => {
  const edited = (edits: Record<string, unknown>, text = file) =>
    withSettings(text, "knowngood", edits, "Pulumi.prod.yaml");

  it("change in their own line, and nothing else changes", () => {
    expect(edited({ imageTag: "v1" })).to.equal(file.replace("imageTag: v2 #", "imageTag: v1 #"));
  });

  it("keep text that looks like a number as text", () => {
    for (const tag of [
      "1.10",
      "20260301",
      "1e3",
      "true",
      "null",
      "0x10",
      "~",
      "a: b",
      "#1",
      "v1 # x",
      "1_000",
      "0777",
      "2026-11-21",
      "on",
      "1:30",
    ]) {
      const config = (load(edited({ imageTag: tag })) as { config: Record<string, unknown> }).config;
      expect(config["knowngood:imageTag"], tag).to.equal(tag);
    }
  });

  it("are added after the last one, before the comments that end the file", () => {
    expect(edited({ stepDown: "20260301090000" })).to.equal(
      file.replace("secure: v1:xyz\n", 'secure: v1:xyz\n  knowngood:stepDown: "20260301090000"\n'),
    );
  });

  it("are added as maps and lists", () => {
    expect(edited({ quarantine: [{ tag: "v2", reason: "it loses orders" }] })).to.equal(
      file.replace(
        "secure: v1:xyz\n",
        "secure: v1:xyz\n  knowngood:quarantine:\n    - tag: v2\n      reason: it loses orders\n",
      ),
    );
  });

  it("are taken away with their lines", () => {
    expect(edited({ protected: undefined })).to.equal(file.replace("  knowngood:protected: true\n", ""));
    expect(edited({ services: undefined })).to.equal(file.replace(/ {2}knowngood:services:\n.*\n.*\n/, ""));
    expect(edited({ databaseUrl: undefined })).to.equal(
      file.replace("  knowngood:databaseUrl:\n    secure: v1:xyz\n", ""),
    );
    expect(edited({ hold: undefined })).to.equal(file);
  });

  it("replace a whole map", () => {
    expect(edited({ databaseUrl: "in clear" })).to.equal(
      file.replace("knowngood:databaseUrl:\n    secure: v1:xyz\n", "knowngood:databaseUrl: in clear\n"),
    );
    expect(edited({ protected: { so: 1 } })).to.equal(
      file.replace("knowngood:protected: true\n", "knowngood:protected:\n    so: 1\n"),
    );
  });

  it("change several at once, and twice the same is once", () => {
    const edits = { imageTag: "v1", protected: undefined, retry: { tag: "v3", reason: "mended" } };
    const once = edited(edits);
    expect(edited(edits, once)).to.equal(once);
    expect(Object.keys((load(once) as { config: object }).config)).to.deep.equal([
      "knowngood:imageTag",
      "knowngood:services",
      "knowngood:databaseUrl",
      "knowngood:retry",
    ]);
  });

  for (const [what, text, expected] of [
    ["an empty file", "", "config:\n  knowngood:imageTag: v1\n"],
    ["a salt alone", "encryptionsalt: v1\n", "encryptionsalt: v1\nconfig:\n  knowngood:imageTag: v1\n"],
    [
      "no newline at the end",
      "encryptionsalt: v1",
      "encryptionsalt: v1\nconfig:\n  knowngood:imageTag: v1\n",
    ],
    ["an empty config", "config: {}\n", "config:\n  knowngood:imageTag: v1\n"],
    [
      "a config of nothing",
      "config:\nencryptionsalt: v1\n",
      "config:\n  knowngood:imageTag: v1\nencryptionsalt: v1\n",
    ],
    ["a last line without its end", "config:\n  a:b: c", "config:\n  a:b: c\n  knowngood:imageTag: v1"],
    [
      "a value of nothing",
      "config:\n  knowngood:imageTag:\n  a:b: c\n",
      "config:\n  knowngood:imageTag: v1\n  a:b: c\n",
    ],
    [
      "block text",
      "config:\n  knowngood:imageTag: |-\n    v2\n  a:b: c\n",
      "config:\n  knowngood:imageTag: v1\n  a:b: c\n",
    ],
    ["quotes", "config:\n  knowngood:imageTag: 'v2' # c\n", "config:\n  knowngood:imageTag: v1 # c\n"],
    [
      "ends of line of Windows",
      "config:\r\n  knowngood:imageTag: v2\r\n",
      "config:\r\n  knowngood:imageTag: v1\r\n",
    ],
    ["an indent of four", "config:\n    a:b: c\n", "config:\n    a:b: c\n    knowngood:imageTag: v1\n"],
  ] as const)
    it(`are written into ${what}`, () => {
      expect(edited({ imageTag: "v1" }, text)).to.equal(expected);
    });

  for (const [what, text, told] of [
    ["is no YAML", "config: [", "Pulumi.prod.yaml\n    found text that is no YAML; "],
    ["has text for a config", "config: yes please\n", "Pulumi.prod.yaml: config\n    found no settings; "],
    [
      "has its config in braces",
      "config: {a:b: c}\n",
      "Pulumi.prod.yaml: config\n    found settings in braces; ",
    ],
  ] as const)
    it(`refuse a file that ${what}`, () => {
      expect(() => edited({ imageTag: "v1" }, text)).to.throw(told);
    });

  it("are found without their namespace, as Pulumi finds them, and refused where they stand twice", () => {
    const bare = "config:\n  imageTag: v2 # bare\n  aws:imageTag: x\n";
    expect(edited({ imageTag: "v1" }, bare)).to.equal(bare.replace("v2", "v1"));
    expect(edited({ imageTag: undefined }, bare)).to.equal("config:\n  aws:imageTag: x\n");
    expect(() => edited({ imageTag: "v1" }, `${bare}  knowngood:imageTag: v2\n`)).to.throw(
      "Pulumi.prod.yaml: knowngood:imageTag\n    found it twice, as imageTag too; take one of the two out",
    );
  });

  it("lie in the file of the stack, whatever organisation it is of", () => {
    expect(stackFile("acme/shop/prod")).to.equal("Pulumi.prod.yaml");
    expect(stackFile("prod")).to.equal("Pulumi.prod.yaml");
  });
});

describe("one part of a setting in a stack file", () => {
  const record = `config:
  knowngood:imageTag: v2
  knowngood:record:
    # a folder of all stacks
    folder: kept
    reason: the last one # of Monday
  knowngood:protected: true
`;
  const edited = (text: string, reason: string | undefined) =>
    withSettings(text, "knowngood", { "record.reason": reason }, "Pulumi.prod.yaml");

  it("is changed, added and taken out, and the other parts keep their lines", () => {
    const other = record.replace("the last one #", "payments fail #");
    expect(edited(record, "payments fail")).to.equal(other);
    const without = record.replace("    reason: the last one # of Monday\n", "");
    expect(edited(record, undefined)).to.equal(without);
    expect(edited(without, "payments fail")).to.equal(
      without.replace("folder: kept\n", "folder: kept\n    reason: payments fail\n"),
    );
    expect(edited(without, undefined)).to.equal(without);
  });

  it("makes the setting where there is none, and takes it out with its last part", () => {
    const plain = "config:\n  knowngood:imageTag: v2\n";
    const made = `${plain}  knowngood:record:\n    reason: why\n`;
    expect(edited(plain, "why")).to.equal(made.trimEnd() + "\n");
    expect(edited(made, undefined)).to.equal(plain);
    expect(edited(made, "because")).to.equal(made.replace("why", "because"));
    expect(edited("config:\n  knowngood:record: { folder: kept, reason: old }\n", "why")).to.equal(
      "config:\n  knowngood:record:\n    folder: kept\n    reason: why\n",
    );
  });
});

describe("one part of a setting that is no map in lines", () => {
  const edited = (record: string, reason: string | undefined) =>
    withSettings(
      `config:\n${record}  a:b: c\n`,
      "knowngood",
      { "record.reason": reason },
      "Pulumi.prod.yaml",
    );
  const made = (reason: string) => `    folder: kept\n    file: r.jsonl\n    reason: ${reason}\n`;

  for (const [what, before] of [
    ["JSON, as `pulumi config set` writes it", `  knowngood:record: '{"folder":"kept","file":"r.jsonl"}'\n`],
    ["block text of JSON", `  knowngood:record: |\n    {"folder":"kept",\n    "file":"r.jsonl"}\n`],
    ["braces", "  record: { folder: kept, file: r.jsonl }\n"],
  ] as const)
    it(`keeps the other parts of ${what}`, () => {
      const key = before.trimStart().startsWith("record") ? "record" : "knowngood:record";
      const after = `config:\n  ${key}:\n${made("why")}  a:b: c\n`;
      expect(edited(before, "why")).to.equal(after);
      expect(edited(before, undefined)).to.equal(`config:\n${before}  a:b: c\n`);
    });

  it("keeps the other parts of an alias, and what it stands for", () => {
    const base = "  knowngood:other: &base\n    folder: kept\n    file: r.jsonl\n";
    expect(edited(`${base}  knowngood:record: *base\n`, "why")).to.equal(
      `config:\n${base}  knowngood:record:\n${made("why")}  a:b: c\n`,
    );
  });

  for (const value of ["some text", "[a]", '"[1]"', "7", "true"])
    it(`is refused where it is ${value}`, () => {
      expect(() => edited(`  knowngood:record: ${value}\n`, "why")).to.throw(
        "Pulumi.prod.yaml: knowngood:record\n    found no map; write a map, or take it out",
      );
    });
});

describe("settings of any kind in a stack file", function () {
  this.timeout(60_000);
  const texts = fc
    .string({ unit: "binary", maxLength: 12 })
    .filter((text) => !/[\u0000-\u001f\u007f-\u009f\ud800-\udfff\ufeff\ufffe\uffff]/u.test(text));
  const values = fc.oneof(
    texts,
    fc.integer(),
    fc.boolean(),
    fc.array(texts, { maxLength: 3 }),
    fc.dictionary(fc.constantFrom("tag", "reason", "until"), texts, { minKeys: 1 }),
  );

  it("are read by another reader as they were meant, beside everything that was there", () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.constantFrom("imageTag", "protected", "services", "hold", "retry"),
          fc.option(values, { nil: undefined }),
        ),
        (edits) => {
          const { config, ...rest } = load(withSettings(file, "knowngood", edits, "Pulumi.prod.yaml")) as {
            config: Record<string, unknown>;
          };
          const before = load(file) as { config: Record<string, unknown> };
          const named = Object.fromEntries(
            Object.entries(edits).map(([name, value]) => [`knowngood:${name}`, value]),
          );
          const wanted = { ...before.config, ...named };
          for (const [key, value] of Object.entries(named)) if (value === undefined) delete wanted[key];
          expect(config).to.deep.equal(wanted);
          expect(rest).to.deep.equal({ encryptionsalt: "v1:abc=:v1:def" });
        },
      ),
      { numRuns: 150 },
    );
  });
});
