import { toldOneByOne, type WrongRow } from "./wrongRows";

const queries = { errors: "e[$window]", requests: "r[$window]" };
const gate = (change: Record<string, unknown>) => {
  const written = Object.entries({ url: "http://127.0.0.1:9090", ...queries, ...change });
  return { gates: { errorRate: Object.fromEntries(written.filter(([, value]) => value !== undefined)) } };
};
const at = (name: string) => `gates.errorRate.${name}`;
const either = "write either `errors` and `requests`, or `ratio` alone";
const aWindow =
  "write the time that is looked at as $window, such as sum(increase(http_requests_total[$window]))";

const rows: WrongRow[] = [
  [
    "no map",
    { gates: { errorRate: true } },
    "gates.errorRate",
    "true",
    "write the error rate as a map, such as {url: http://127.0.0.1:9090, errors: …, requests: …}",
  ],
  [
    "no URL",
    gate({ url: undefined }),
    at("url"),
    "nothing",
    "write Prometheus's URL, such as http://127.0.0.1:9090",
  ],
  [
    "a user in the URL",
    gate({ url: "http://gate:x@127.0.0.1" }),
    at("url"),
    "a text that may be a secret",
    "write the URL without a user: `user` and `password` are settings of their own",
  ],
  ["a query without its window", gate({ errors: "e[5m]" }), at("errors"), '"e[5m]"', aWindow],
  [
    "errors alone",
    gate({ requests: undefined }),
    "gates.errorRate",
    '{"url":"http://127.0.0.1:9090","errors":"e[$window]"}',
    either,
  ],
  [
    "nothing to ask",
    gate({ errors: undefined, requests: undefined }),
    "gates.errorRate",
    '{"url":"http://127.0.0.1:9090"}',
    either,
  ],
  [
    "a user without a password",
    gate({ user: "gate" }),
    at("password"),
    "nothing",
    "write both `user` and `password`",
  ],
  [
    "a password without a user",
    gate({ password: "known" }),
    at("user"),
    "nothing",
    "write both `user` and `password`",
  ],
  [
    "two ways to sign in",
    gate({ user: "gate", password: "known", bearer: "known" }),
    at("bearer"),
    "a text that may be a secret",
    "write one of `bearer` and `user`",
  ],
  [
    "a token in place of its name",
    gate({ bearer: "ey.J0" }),
    at("bearer"),
    "a text that may be a secret",
    "write the name of a secret setting, not the secret itself: set it with pulumi config set --secret NAME, and write NAME here",
  ],
  [
    "a secret that is not set",
    gate({ bearer: "unset" }),
    at("bearer"),
    "the name unset, which is not set",
    "set it as a secret: pulumi config set --secret unset",
  ],
  [
    "a floor in per cent",
    gate({ floor: 1.01 }),
    at("floor"),
    "1.01",
    "write a share from 0 to 1, such as 0.01 for 1 %",
  ],
  [
    "a limit below nothing",
    gate({ limit: -0.1 }),
    at("limit"),
    "-0.1",
    "write a share from 0 to 1, such as 0.01 for 1 %",
  ],
  [
    "a factor that is none",
    gate({ factor: 0.9 }),
    at("factor"),
    "0.9",
    "write a factor from 1 to 1000, such as 2",
  ],
  [
    "looks further apart than the watch is long",
    gate({ watchBack: 10 }),
    at("every"),
    "15",
    "write at most 10, the time of `watchBack`: one look is the least",
  ],
  ["another word", gate({ inconclusive: "warn" }), at("inconclusive"), '"warn"', "write one of pass, fail"],
];

describe("settings: a wrong error-rate gate", () => toldOneByOne(rows));
