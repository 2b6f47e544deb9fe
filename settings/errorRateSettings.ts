import { z } from "zod";
import { fieldsOf, rule, type Complain } from "./asWritten";
import { choice, mapOf, seconds, secretName, structure, text, wholeNumber } from "./values";

const window = "`$window`, which stands for the seconds looked at,";

function query(what: string) {
  const wrong = {
    error: "write the time that is looked at as $window, such as sum(increase(http_requests_total[$window]))",
  };
  return z
    .string({ error: "write a PromQL query" })
    .regex(/\$window/, wrong)
    .optional()
    .describe(what);
}

function share(most: number) {
  const wrong = { error: `write a share from 0 to ${most}, such as 0.01 for 1 %` };
  return z.number(wrong).min(0, wrong).max(most, wrong);
}

const factorError = { error: "write a factor from 1 to 1000, such as 2" };

export const errorRate = structure(
  {
    url: z
      .url({ protocol: /^https?$/, error: "write Prometheus's URL, such as http://127.0.0.1:9090" })
      .refine((url) => !/^https?:\/\/[^/]*@/.test(url), {
        error: "write the URL without a user: `user` and `password` are settings of their own",
      })
      .describe("URL of Prometheus, or of what answers its API; asked from the machine that runs Pulumi."),
    errors: query(
      `PromQL for the number of failed requests, with ${window} such as \`sum(increase(http_requests_total{code=~"5.."}[$window]))\`; with \`requests\`.`,
    ),
    requests: query(`PromQL for the number of all requests, with ${window} in it.`),
    ratio: query(
      `PromQL for the share of failed requests, from 0 to 1, with ${window} in it; instead of \`errors\` and \`requests\`.`,
    ),
    bearer: secretName
      .optional()
      .describe("Name of the secret setting that holds a bearer token for Prometheus."),
    user: text("write a user's name")
      .optional()
      .describe("User to sign in to Prometheus as, with `password`."),
    password: secretName.optional().describe("Name of the secret setting that holds the password of `user`."),
    headers: mapOf(
      z
        .string()
        .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, { error: "write a header's name, such as X-Scope-OrgID" }),
      z.string({ error: "write a text" }),
      "write a map of header names to texts",
    )
      .default({})
      .describe("Request headers, in clear."),
    timeout: seconds(0.1, 60).default(10).describe("Seconds that Prometheus has for an answer."),
    watch: seconds(1, 86_400).default(600).describe("Seconds that a release is watched on the way forward."),
    watchBack: seconds(1, 86_400).default(300).describe("Seconds that a release is watched on a rollback."),
    every: seconds(0.5, 3_600).default(15).describe("Seconds between looks."),
    factor: z
      .number(factorError)
      .min(1, factorError)
      .max(1_000, factorError)
      .default(2)
      .describe("How many times the baseline's share of errors still passes."),
    floor: share(1).default(0.01).describe("Share of errors that passes whatever the baseline is."),
    limit: share(1)
      .optional()
      .describe(
        "A fixed share of errors that still passes; with it there is no baseline, and no `factor` and `floor`.",
      ),
    baselineWindow: seconds(1, 86_400)
      .default(600)
      .describe(
        "Seconds before the change that the baseline is taken of. It is taken on the way forward, while a known-good release runs, and kept in the state, so that a rollback is held to what was before the bad release.",
      ),
    leastRequests: wholeNumber(1, 1_000_000_000)
      .default(30)
      .describe("Requests from which on a share of errors says something; fewer are inconclusive."),
    inconclusive: choice(["pass", "fail"])
      .default("pass")
      .describe("What too few requests come to: `pass`, with a warning, or `fail`."),
    cleanSamples: wholeNumber(1, 10_000)
      .optional()
      .describe(
        "Looks in a row without too many errors that pass early; by default the whole time is watched.",
      ),
  },
  "write the error rate as a map, such as {url: http://127.0.0.1:9090, errors: …, requests: …}",
).check(rule(checkErrorRate));

export type ErrorRateSettings = z.output<typeof errorRate>;

/** What the settings of the gate mean to each other. */
function checkErrorRate(settings: unknown, complain: Complain): void {
  const { errors, requests, ratio, bearer, user, password, watch, watchBack, every } = fieldsOf(settings);
  const pair = [errors, requests].filter((asked) => asked !== undefined).length;
  if (ratio !== undefined ? pair > 0 : pair !== 2)
    complain([], "write either `errors` and `requests`, or `ratio` alone");
  if ((user === undefined) !== (password === undefined))
    complain([user === undefined ? "user" : "password"], "write both `user` and `password`");
  if (bearer !== undefined && user !== undefined) complain(["bearer"], "write one of `bearer` and `user`");
  for (const [name, time] of Object.entries({ watch, watchBack })) {
    if (typeof time === "number" && typeof every === "number" && every > time)
      complain(
        ["every"],
        `write at most ${time}, the time of \`${name}\`: one look is the least`,
        `${every}`,
      );
  }
}
