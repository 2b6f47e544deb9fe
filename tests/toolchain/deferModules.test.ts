import { execFileSync } from "node:child_process";
import { expect } from "chai";

/** Loads Pulumi's SDK in a process of its own and answers what the script prints. */
function withSdk(script: string): string {
  const program = `require("@pulumi/pulumi");
    const loaded = (part) => Object.keys(require.cache).some((file) => file.includes(part));
    ${script}`;
  return execFileSync(process.execPath, ["--require", "./toolchain/deferModules.cjs", "-e", program], {
    encoding: "utf8",
  }).trim();
}

describe("modules that only functions as resources need", () => {
  it("are not loaded with Pulumi's SDK", () => {
    const seen = withSdk(`console.log(loaded("/node_modules/typescript/"), loaded("/@npmcli/arborist/"))`);
    expect(seen).to.equal("false false");
  });

  it("are there once something is asked of them", () => {
    const seen = withSdk(
      `require("@pulumi/pulumi").runtime.serializeFunction((one) => one + 1)
         .then(({ text }) => console.log(text.includes("one + 1"), loaded("/node_modules/typescript/")))`,
    );
    expect(seen).to.equal("true true");
  });

  it("are not kept from anybody else", () => {
    expect(withSdk(`console.log(typeof require("typescript").version)`)).to.equal("string");
  });
});
