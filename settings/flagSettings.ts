import type { z } from "zod";
import { fieldsOf, itemsOf, rule, type Complain } from "./asWritten";
import { commandEnvironment, commandWords } from "./commandValues";
import { headers, httpStatuses, secretHeaders } from "./httpValues";
import { checkEnvironment } from "./serviceRules";
import { choice, seconds, structure, text, truthValue } from "./values";

/** What stands for the flag's name in an address, a body or a command. */
export const flagPlace = "{flag}";

const http = structure(
  {
    method: choice(["POST", "PUT", "PATCH", "DELETE"]).default("POST").describe("Method of the request."),
    url: text(
      "write the address that turns a flag off, such as https://flags.example/api/flags/{flag}/off",
    ).describe("Address that is called; `{flag}` stands for the flag's name, URL-encoded."),
    body: text('write the body as a text, such as \'{"flag": "{flag}", "on": false}\'')
      .optional()
      .describe(
        "Body that is sent, as JSON unless a header says otherwise; `{flag}` stands for the flag's name, escaped as in a JSON text. By default none.",
      ),
    headers: headers.describe("Headers of the request, in clear."),
    secretHeaders: secretHeaders.describe("Headers whose value is a secret setting, by its name."),
    expect: httpStatuses
      .optional()
      .describe(
        "HTTP statuses that say that the flag is off; by default 200 to 299. Add 404 where a flag that the service does not know is off.",
      ),
    within: seconds(1, 300)
      .default(10)
      .describe(
        "Seconds for all of it: up to three attempts, each with 3 s to connect. A rollback waits that long for a service that does not answer.",
      ),
  },
  "write the request as a map, such as {url: 'https://flags.example/api/flags/{flag}/off'}",
).check(rule(checkHttp));

const command = structure(
  {
    command: commandWords('write the command as a list, such as [./flag, "off", "{flag}"]').describe(
      "The program and its arguments, run in the project's folder, without a shell; `{flag}` stands for the flag's name. It is told what for as hooks are: KNOWNGOOD_DIRECTION, KNOWNGOOD_STACK, KNOWNGOOD_FROM and KNOWNGOOD_TO.",
    ),
    within: seconds(1, 3600).default(30).describe("Seconds until it is stopped, with all its children."),
    ...commandEnvironment,
  },
  'write the command as a map, such as {command: [./flag, "off", "{flag}"]}',
).check(rule(checkCommand));

/** How feature flags are turned off. */
export const flags = structure(
  {
    off: structure(
      {
        http: http.optional().describe("A request that turns one flag off; or give `command`."),
        command: command.optional().describe("A command that turns one flag off; or give `http`."),
      },
      "write how a flag is turned off as a map, such as {http: {url: 'https://flags.example/api/flags/{flag}/off'}}",
    )
      .check(rule(checkWays))
      .describe("How one flag is turned off."),
    strict: truthValue
      .default(false)
      .describe(
        "Whether an `up` fails, before services change, where a flag can't be turned off. Otherwise it warns and goes on, and the next `up` tries again.",
      ),
  },
  "write how flags are turned off, such as {off: {http: {url: 'https://flags.example/api/flags/{flag}/off'}}}",
);

export type FlagSettings = z.output<typeof flags>;

function checkWays(off: unknown, complain: Complain): void {
  const ways = fieldsOf(off);
  if ((ways.http === undefined) === (ways.command === undefined))
    complain([], "name one of `http` and `command`, not both and not neither");
}

function checkHttp(request: unknown, complain: Complain): void {
  const { url, body, headers, secretHeaders } = fieldsOf(request);
  if (typeof url === "string" && url !== "") checkUrl(url, body, complain);
  const clear = new Set(Object.keys(fieldsOf(headers)).map((name) => name.toLowerCase()));
  for (const name of Object.keys(fieldsOf(secretHeaders))) {
    if (clear.has(name.toLowerCase()))
      complain(["secretHeaders", name], "keep it in one of the two", `${name}, which is in \`headers\` too`);
  }
}

function checkUrl(url: string, body: unknown, complain: Complain): void {
  const [one, other] = ["a", "b"].map((name) => url.replaceAll(flagPlace, name));
  if (!/^https?:\/\//.test(url) || !URL.canParse(one ?? "") || !URL.canParse(other ?? "")) {
    complain(["url"], "write a whole URL, such as https://flags.example/api/flags/{flag}/off");
    return;
  }
  const [first, second] = [new URL(one ?? ""), new URL(other ?? "")];
  if (first.username !== "" || first.password !== "") {
    complain(
      ["url"],
      "sign in by `secretHeaders`, and write no user or password here",
      "a user or a password in a setting in clear",
    );
    return;
  }
  if (first.origin !== second.origin)
    complain(["url"], "write {flag} after the host: secrets are sent there, so no name may change it");
  if (!url.includes(flagPlace) && !(typeof body === "string" && body.includes(flagPlace)))
    complain(["url"], "write {flag} where the flag's name goes, in the address or in `body`");
}

function checkCommand(settings: unknown, complain: Complain): void {
  const words = itemsOf(fieldsOf(settings).command);
  const texts = words.filter((word) => typeof word === "string");
  if (words.length > 0 && texts.length === words.length && !texts.some((word) => word.includes(flagPlace)))
    complain(["command"], 'write {flag} where the flag\'s name goes, such as [./flag, "off", "{flag}"]');
  checkEnvironment(settings, complain);
}
