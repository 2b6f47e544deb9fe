// @ts-check
const { longestFirst } = require("./longestFirst.cjs");

module.exports = {
  require: ["./toolchain/loadTypescript.cjs"],
  spec: longestFirst(__dirname, {
    without: "engine",
    longest: ["schema/corpus/corpus.test.ts", "schema/fuzz/fuzz.test.ts"],
  }),
  parallel: true,
  jobs: 2,
  timeout: 120000,
  slow: 10000,
};
