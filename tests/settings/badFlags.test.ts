import { expect } from "chai";
import { readSettings } from "../../settings/readSettings";
import { configuration, settingsOf } from "./stack";
import { aSecretName, good, maybeSecret, toldOneByOne, type WrongRow } from "./wrongRows";

const url = "https://flags.example/api/flags/{flag}/off";
const http = (request: unknown) => ({ flags: { off: { http: request } } });
const command = (request: unknown) => ({ flags: { off: { command: request } } });
const whole = "write a whole URL, such as https://flags.example/api/flags/{flag}/off";
const words = 'write the command as a list, such as [./flag, "off", "{flag}"]';

const rows: WrongRow[] = [
  [
    "no way to turn a flag off",
    { flags: { off: {} } },
    "flags.off",
    "{}",
    "name one of `http` and `command`, not both and not neither",
  ],
  [
    "both ways",
    { flags: { off: { http: { url }, command: { command: ["{flag}"] } } } },
    "flags.off",
    '{"http":{"url":"https://flags.example/api/flags/{flag}/off"},"command":{"comman…',
    "name one of `http` and `command`, not both and not neither",
  ],
  [
    "an address that is none",
    http({ url: "flags.example/{flag}" }),
    "flags.off.http.url",
    '"flags.example/{flag}"',
    whole,
  ],
  [
    "an address of another protocol",
    http({ url: "ftp://flags.example/{flag}" }),
    "flags.off.http.url",
    '"ftp://flags.example/{flag}"',
    whole,
  ],
  [
    "an address and a body without the flag's name",
    http({ url: "https://flags.example/off", body: '{"on": false}' }),
    "flags.off.http.url",
    '"https://flags.example/off"',
    "write {flag} where the flag's name goes, in the address or in `body`",
  ],
  [
    "a host that the flag's name changes",
    http({ url: "https://{flag}.example/off" }),
    "flags.off.http.url",
    '"https://{flag}.example/off"',
    "write {flag} after the host: secrets are sent there, so no name may change it",
  ],
  [
    "a password in the address",
    http({ url: "https://me:hunter2@flags.example/{flag}" }),
    "flags.off.http.url",
    "a user or a password in a setting in clear",
    "sign in by `secretHeaders`, and write no user or password here",
  ],
  [
    "a method that asks",
    http({ url, method: "GET" }),
    "flags.off.http.method",
    '"GET"',
    "write one of POST, PUT, PATCH, DELETE",
  ],
  [
    "a header both in clear and secret",
    http({ url, headers: { authorization: "x" }, secretHeaders: { Authorization: "known" } }),
    "flags.off.http.secretHeaders.Authorization",
    "Authorization, which is in `headers` too",
    "keep it in one of the two",
  ],
  [
    "a secret in place of its name",
    http({ url, secretHeaders: { Authorization: "Bearer hunter2" } }),
    "flags.off.http.secretHeaders.Authorization",
    maybeSecret,
    aSecretName,
  ],
  [
    "a header's secret that is not set",
    http({ url, secretHeaders: { Authorization: "other" } }),
    "flags.off.http.secretHeaders.Authorization",
    "the name other, which is not set",
    "set it as a secret: pulumi config set --secret other",
  ],
  ["no status", http({ url, expect: [] }), "flags.off.http.expect", "[]", "name at least one HTTP status"],
  [
    "more time than five minutes",
    http({ url, within: 301 }),
    "flags.off.http.within",
    "301",
    "write a number of seconds from 1 to 300",
  ],
  [
    "a command in one text",
    command({ command: "./flag off {flag}" }),
    "flags.off.command.command",
    '"./flag off {flag}"',
    words,
  ],
  [
    "a command without the flag's name",
    command({ command: ["./flag", "off"] }),
    "flags.off.command.command",
    '["./flag","off"]',
    'write {flag} where the flag\'s name goes, such as [./flag, "off", "{flag}"]',
  ],
  [
    "a variable both in clear and secret",
    command({ command: ["{flag}"], env: { KEY: "1" }, secrets: { KEY: "known" } }),
    "flags.off.command.secrets.KEY",
    "KEY, which is in `env` too",
    "keep it in one of the two",
  ],
  [
    "a command's secret in place of its name",
    command({ command: ["{flag}"], secrets: { KEY: "hunter2!" } }),
    "flags.off.command.secrets.KEY",
    maybeSecret,
    aSecretName,
  ],
  [
    "a word where strict is true or false",
    { flags: { off: { http: { url } }, strict: "yes" } },
    "flags.strict",
    '"yes"',
    "write true or false",
  ],
];

describe("settings: wrong ways to turn flags off", () => toldOneByOne(rows));

describe("settings: ways to turn flags off", () => {
  it("have these defaults, and are none where nothing is set", () => {
    expect(settingsOf({ ...good, ...http({ url }) }).flags).to.deep.equal({
      off: { http: { url, method: "POST", headers: {}, secretHeaders: {}, within: 10 } },
      strict: false,
    });
    expect(settingsOf({ ...good, ...command({ command: ["./flag", "{flag}"] }) }).flags).to.deep.equal({
      off: { command: { command: ["./flag", "{flag}"], within: 30, env: {}, secrets: {} } },
      strict: false,
    });
    expect(settingsOf(good).flags).to.equal(undefined);
  });

  it("are taken as they are written, with everything set", () => {
    const everything = {
      off: {
        http: {
          method: "PATCH",
          url: "http://127.0.0.1:8080/api",
          body: '{"name": "{flag}", "on": false}',
          headers: { Accept: "application/json" },
          secretHeaders: { Authorization: "flagToken" },
          expect: [200, 404],
          within: 300,
        },
      },
      strict: true,
    };
    expect(
      readSettings(configuration({ ...good, flags: everything }, { flagToken: "x" })).flags,
    ).to.deep.equal(everything);
  });
});
