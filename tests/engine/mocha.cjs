// @ts-check
const { longestFirst } = require("../longestFirst.cjs");

module.exports = {
  require: ["./toolchain/loadTypescript.cjs", "./tests/engine/sharedMachine.ts"],
  spec: longestFirst(__dirname, {
    longest: [
      "killed.test.ts",
      "outages.test.ts",
      "migrationTools.test.ts",
      "stepDown.test.ts",
      "commands.test.ts",
      "shopIncident.test.ts",
      "history.test.ts",
      "migrations.test.ts",
    ],
  }),
  parallel: true,
  jobs: 3,
  reporter: "spec",
  timeout: 180000,
  slow: 60000,
};
