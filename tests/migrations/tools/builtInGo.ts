import { join } from "node:path";
import { testFolder, type TestFolder } from "../../catalog/catalogFolder";
import type { Server } from "../server";
import { provide } from "./programs/provide";
import { write } from "./toolShop";

/** Tools that are built from Go modules, and folders of migrations for them. */
export interface BuiltInGo {
  /** The file of a program, such as `goose`. */
  program(name: string): string;
  /** A path in the folder of the suite: of a release's migrations by its name. */
  folder(...path: string[]): string;
}

/**
 * Makes a suite ready: builds the tools, starts PostgreSQL, and writes the migrations of each release. To be called within
 * the suite.
 * @param releases the files of each, by name
 */
export function builtInGo(
  server: Pick<Server, "start">,
  releases: Readonly<Record<string, Readonly<Record<string, string>>>>,
): BuiltInGo {
  let bin = "";
  let made: TestFolder | undefined;
  const folder = (...path: string[]) => join(made?.path ?? "", ...path);
  before("build it and start PostgreSQL", async () => {
    [bin] = await Promise.all([provide("go"), server.start()]);
    made = testFolder();
    for (const [name, files] of Object.entries(releases)) write(folder(name), files);
  });
  after(() => made?.remove());
  return { program: (name) => join(bin, name), folder };
}
