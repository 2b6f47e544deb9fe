// @ts-check
// Lets Node load TypeScript: `node --require toolchain/loadTypescript.cjs FILE.ts`.

require("./translateTypescript.cjs").load();
