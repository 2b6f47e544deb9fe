// @ts-check
// Lets Pulumi load a program in TypeScript quicker than its own loader: in Pulumi.yaml, below runtime.options,
// `typescript: false` and `nodeargs: "--require knowngood/register.cjs"`. Types are checked by tsc, not by each preview.

require("./toolchain/deferModules.cjs");
require("./toolchain/loadTypescript.cjs");
// Begins to read the stack's state while the program loads.
require("./history/readAhead");
