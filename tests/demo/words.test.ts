import { expect } from "chai";
import { gateWords } from "../../demo/gateWords";
import { pulumiOutput } from "../../demo/pulumiOutput";

const failedUpdate = `Updating (prod):

 ++ command:local:Command release-api-health-check **creating failed**; error: exit status 1
Diagnostics:
  pulumi:pulumi:Stack (knowngood-prod):
    shop/prod: forward from v2 to v3
    error: update failed

  command:local:Command (release-api-health-check):
    error: exit status 1: running "exec node gates/run.ts health":
    Health gate failed: api v3 on shop/prod is not healthy.
    Outputs: are a word like any other in here

      at      outcome
      0.1 s   failed
      0.2 s   failed
      0.3 s   failed
      0.4 s   failed
      0.5 s   failed

    Last known-good: v2. To go back:
    pulumi up

  command:local:Command (release-web-health-check):
    error: exit status 1: running "exec node gates/run.ts health":
    Health gate failed: web v3 on shop/prod is not healthy.
    Asked: GET /

Outputs:
  - release: "v2"

Resources:
    ~ 2 updated
    +-7 replaced
    9 changes. 14 unchanged
    3 errored

Duration: 16s
`;

describe("what the demo shows of Pulumi's output", () => {
  it("is the diagnostics and the counts of resources", () => {
    const { diagnostics, resources } = pulumiOutput(failedUpdate);
    expect(diagnostics[0]).to.equal("shop/prod: forward from v2 to v3");
    expect(diagnostics.at(-1)).to.equal("Asked: GET /");
    expect(diagnostics).to.include("Outputs: are a word like any other in here");
    expect(resources).to.equal("2 updated, 7 replaced, 14 unchanged, 3 errored");
  });

  it("is nothing where nothing was said", () => {
    expect(pulumiOutput("Previewing update (prod):\n\nResources:\n    23 unchanged\n")).to.deep.equal({
      diagnostics: [],
      resources: "23 unchanged",
    });
    expect(pulumiOutput("")).to.deep.equal({ diagnostics: [], resources: "" });
  });

  it("is, of a failed gate, its own words without the middle, and the headlines of the others", () => {
    expect(gateWords(pulumiOutput(failedUpdate).diagnostics, "api")).to.deep.equal([
      "Health gate failed: api v3 on shop/prod is not healthy.",
      "Outputs: are a word like any other in here",
      "",
      "  at      outcome",
      "  0.1 s   failed",
      "  … 2 more …",
      "  0.4 s   failed",
      "  0.5 s   failed",
      "",
      "Last known-good: v2. To go back:",
      "pulumi up",
      "",
      "Health gate failed: web v3 on shop/prod is not healthy.",
    ]);
  });
});
