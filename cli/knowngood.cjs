#!/usr/bin/env node
// @ts-check
const path = require("node:path");

// tsx looks through every file that is loaded after it: what needs no translation is loaded before, in half the time.
require("commander");
require("js-yaml");
require("zod");

// The folder that the command is run in may have a tsconfig.json of its own, which must not decide how this is read.
const own = process.env.TSX_TSCONFIG_PATH;
process.env.TSX_TSCONFIG_PATH = path.join(__dirname, "..", "tsconfig.json");
/** @type {NodeJS.Require} */
const load = require("node:module").createRequire(__filename);
load("tsx/cjs");
if (own === undefined) delete process.env.TSX_TSCONFIG_PATH;
else process.env.TSX_TSCONFIG_PATH = own;

const { main } = require("./main");
void main(process.argv);
