#!/usr/bin/env node
// @ts-check
require("../toolchain/loadTypescript.cjs");

const { main } = require("./main");
void main(process.argv);
