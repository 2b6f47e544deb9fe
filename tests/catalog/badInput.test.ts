import { expect } from "chai";
import { join } from "node:path";
import { readCatalog } from "../../catalog/catalog";
import { first, testFolder, writeCatalog, type TestFolder } from "./catalogFolder";
import { good, refusalOf } from "./wrongCatalog";

function withChange(from: string, to: string): string {
  if (!good.includes(from)) throw new Error(`the sample has no ${from}`);
  return good.replace(from, to);
}

/** Wrong text in `v1.yaml`: the line of the change, and the exact words it must give. */
const wrongFiles: [title: string, text: string, fragment: string][] = [
  ["an empty file", "", "v1.yaml\n    found no YAML that can be read; correct it: expected a document"],
  [
    "YAML that breaks off",
    "tag: v1\nservices: {api: [\n",
    "v1.yaml:3:1\n    found no YAML that can be read; correct it:",
  ],
  [
    "wrong indentation",
    "tag: v1\n  commit: x\n",
    'v1.yaml:2:9\n    found no YAML that can be read: "commit: x"; correct it: bad indentation',
  ],
  [
    "a key twice",
    `${good}flags: []\n`,
    'v1.yaml:14:1\n    found no YAML that can be read: "flags: []"; correct it: duplicated mapping key',
  ],
  [
    "two documents",
    `${good}---\n${good}`,
    "v1.yaml\n    found no YAML that can be read; correct it: expected a single document",
  ],
  [
    "a tag that would run code",
    withChange("flags: []", 'flags: !!js/function "x"'),
    "v1.yaml:13:8\n    found no YAML that can be read",
  ],
  [
    "a list",
    "- v1\n",
    'v1.yaml\n    found ["v1"]; write a map with tag, time, order, services, migrations and flags',
  ],
  [
    "an unknown key",
    `${good}owner: me\n`,
    'v1.yaml: owner\n    found "me"; no such setting: remove it, or correct its name',
  ],
  [
    "an unknown key of a service",
    withChange("    digest:", "    tag: v1\n    digest:"),
    'v1.yaml: services.api.tag\n    found "v1"; no such setting',
  ],
  ["no tag", withChange("tag: v1\n", ""), "v1.yaml: tag\n    found nothing; write a tag in quotes"],
  [
    "a tag that YAML reads as a number",
    withChange("tag: v1", "tag: 1.10"),
    "v1.yaml: tag\n    found 1.1; write a tag in quotes",
  ],
  [
    "a tag that Docker refuses",
    withChange("tag: v1", 'tag: "v1/api"'),
    'v1.yaml: tag\n    found "v1/api"; write a tag in quotes',
  ],
  [
    "a tag that leads out of the folder",
    withChange("tag: v1", 'tag: "../v1"'),
    'v1.yaml: tag\n    found "../v1"; write a tag in quotes',
  ],
  [
    "another tag than the file's name",
    withChange("tag: v1", "tag: v2"),
    'v1.yaml: tag\n    found "v2"; write tag: "v1", or name the file v2.yaml',
  ],
  [
    "a commit that YAML reads as a number",
    withChange('"0123456789"', "1234567890"),
    "v1.yaml: commit\n    found 1234567890; write the commit's SHA in quotes",
  ],
  [
    "a short commit",
    withChange('"0123456789"', '"012345"'),
    'v1.yaml: commit\n    found "012345"; write the commit\'s SHA in quotes, 7 to 64',
  ],
  [
    "a branch for a commit",
    withChange('"0123456789"', "main"),
    'v1.yaml: commit\n    found "main"; write the commit\'s SHA',
  ],
  [
    "a local time",
    withChange("00.000Z", "00+02:00"),
    'v1.yaml: time\n    found "2026-01-01T00:00:00+02:00"; write a time in UTC as in "2026-03-01T09:00:00.000Z"',
  ],
  [
    "a time without date",
    withChange("2026-01-01T00", "00"),
    'v1.yaml: time\n    found "00:00:00.000Z"; write a time in UTC',
  ],
  ["order 0", withChange("order: 1", "order: 0"), "v1.yaml: order\n    found 0; write a whole number from 1"],
  [
    "an order that is no whole number",
    withChange("order: 1", "order: 1.5"),
    "v1.yaml: order\n    found 1.5; write a whole number from 1",
  ],
  [
    "an order in words",
    withChange("order: 1", "order: first"),
    'v1.yaml: order\n    found "first"; write a whole number from 1',
  ],
  [
    "no service",
    good.replace(/services:[^]*?migrations:/, "services: {}\nmigrations:"),
    "v1.yaml: services\n    found {}; name at least one service",
  ],
  [
    "services as a list",
    good.replace(/services:[^]*?migrations:/, "services: [api]\nmigrations:"),
    'v1.yaml: services\n    found ["api"]; write a map from each service\'s name',
  ],
  ["a service's name with a space", withChange("  api:", '  "my api":'), "v1.yaml: services.my api\n"],
  [
    "a service that is a text",
    good.replace(/ {2}api:[^]*?migrations:/, "  api: nginx\nmigrations:"),
    'v1.yaml: services.api\n    found "nginx"; write a map with repository (or artifact, or source) and digest',
  ],
  [
    "a repository with a tag",
    withChange("shop/api", "shop/api:v1"),
    'v1.yaml: services.api.repository\n    found "localhost:5000/shop/api:v1"; write a repository without tag or digest',
  ],
  [
    "a repository with a scheme",
    withChange("localhost:5000/shop", "https://ghcr.io/shop"),
    'v1.yaml: services.api.repository\n    found "https://ghcr.io/shop/api"; write a repository',
  ],
  [
    "a repository in capitals",
    withChange("shop/api", "Shop/Api"),
    'v1.yaml: services.api.repository\n    found "localhost:5000/Shop/Api"; write a repository',
  ],
  [
    "no digest",
    good.replace(/ {4}digest: .*\n/, ""),
    'v1.yaml: services.api.digest\n    found nothing; write "sha256:" and 64 hexadecimal digits',
  ],
  [
    "no repository",
    good.replace(/ {4}repository: .*\n/, ""),
    "v1.yaml: services.api.repository\n    found nothing; write a repository without tag or digest",
  ],
  [
    "a digest too short",
    withChange("a".repeat(64), "a".repeat(63)),
    'v1.yaml: services.api.digest\n    found "sha256:aaa',
  ],
  [
    "a digest too long",
    withChange("a".repeat(64), "a".repeat(65)),
    '; write "sha256:" and 64 hexadecimal digits in lower case',
  ],
  [
    "a digest in capitals",
    withChange("a".repeat(64), "A".repeat(64)),
    'v1.yaml: services.api.digest\n    found "sha256:AAA',
  ],
  [
    "another digest algorithm",
    withChange("sha256:aaa", "sha512:aaa"),
    'v1.yaml: services.api.digest\n    found "sha512:aaa',
  ],
  [
    "migrations left out",
    good.replace(/migrations:[^]*?flags:/, "flags:"),
    "v1.yaml: migrations\n    found nothing; write a list of version, name and sha256; [] for a release without",
  ],
  [
    "a version that YAML reads as a number",
    withChange('"20260101000000"', "20260101000000"),
    "v1.yaml: migrations[0].version\n    found 20260101000000; write the version in quotes, digits only",
  ],
  [
    "a version with letters",
    withChange('"20260101000000"', '"V1"'),
    'v1.yaml: migrations[0].version\n    found "V1"; write the version in quotes, digits only',
  ],
  [
    "a migration's name that leads elsewhere",
    withChange("name: email", "name: ../email"),
    'v1.yaml: migrations[0].name\n    found "../email"; write a name of letters',
  ],
  [
    "a migration without hash",
    good.replace(/ {4}sha256: .*\n/, ""),
    "v1.yaml: migrations[0].sha256\n    found nothing; write the SHA-256 of the SQL file",
  ],
  [
    "a migration's hash with a prefix",
    withChange(`sha256: ${first.migration.sha256}`, `sha256: "sha256:${first.migration.sha256}"`),
    'v1.yaml: migrations[0].sha256\n    found "sha256:',
  ],
  [
    "flags left out",
    withChange("flags: []\n", ""),
    "v1.yaml: flags\n    found nothing; write a list of flag names",
  ],
  [
    "a flag with a space",
    withChange("flags: []", 'flags: ["new cart"]'),
    'v1.yaml: flags[0]\n    found "new cart"; write a list of flag names without spaces',
  ],
  [
    "flags as a text",
    withChange("flags: []", "flags: new-cart"),
    'v1.yaml: flags\n    found "new-cart"; write a list of flag names',
  ],
  [
    "a CI verdict that is none",
    `${good}ci: {verdict: green}\n`,
    'v1.yaml: ci.verdict\n    found "green"; write one of passed, failed, unknown',
  ],
  [
    "CI as a text",
    `${good}ci: passed\n`,
    'v1.yaml: ci\n    found "passed"; write a map with verdict and, if there is one, url',
  ],
  [
    "a CI link that is none",
    `${good}ci: {verdict: passed, url: run 17}\n`,
    'v1.yaml: ci.url\n    found "run 17"; write a link that begins with "https://"',
  ],
  [
    "a CI link that runs code",
    `${good}ci: {verdict: passed, url: "javascript:alert(1)"}\n`,
    'v1.yaml: ci.url\n    found "javascript:alert(1)"; write a link',
  ],
  [
    "data of an unknown release",
    `${good}dataReadableFrom: v0\n`,
    'v1.yaml: dataReadableFrom\n    found "v0"; name a release of this catalog: npx knowngood release list',
  ],
];

describe("wrong files of releases", () => {
  let folder: TestFolder;
  beforeEach(() => (folder = testFolder()));
  afterEach(() => folder.remove());

  it("are tested against a file that is right", () => {
    writeCatalog(folder, []);
    folder.write("releases/v1.yaml", good);
    expect(readCatalog(join(folder.path, "releases")).releases).to.have.length(1);
  });

  for (const [title, text, fragment] of wrongFiles) {
    it(title, () => {
      writeCatalog(folder, []);
      folder.write("releases/v1.yaml", text);
      const message = refusalOf(folder);
      expect(message).to.contain(fragment);
      expect(message).to.contain("(1 problem)");
    });
  }
});
