import { expect } from "chai";
import type * as published from "knowngood";
import * as components from "../../components";

// Types alone: what is published for programs of the user's own is what the components are.
type Arguments<Component extends abstract new (...args: never[]) => unknown> =
  ConstructorParameters<Component>[1];
const gates: {
  HealthGate: new (name: string, args: Arguments<typeof published.HealthGate>) => published.HealthGate;
  CommandGate: new (name: string, args: Arguments<typeof published.CommandGate>) => published.CommandGate;
  ErrorRateGate: new (
    name: string,
    args: Arguments<typeof published.ErrorRateGate>,
  ) => published.ErrorRateGate;
} = components;
const assess: (args: published.AssessReleaseArgs) => Promise<published.AssessedRelease> =
  components.assessRelease;
type Remembered = Omit<published.DeployedReleaseArgs, "release"> & { release: components.AssessedRelease };
const remember: new (name: string, args: Remembered) => published.DeployedRelease =
  components.DeployedRelease;

describe("what the package gives to a program of the user's own", () => {
  it("is by name what the components are", async () => {
    const main = (await import("../../main.cjs")) as Record<string, unknown>;
    expect(main).to.include({ ...gates, assessRelease: assess, DeployedRelease: remember });
    expect(
      Object.keys(main)
        .filter((name) => name !== "default" && name !== "module.exports")
        .sort(),
    ).to.deep.equal(Object.keys(components).sort());
  });
});
