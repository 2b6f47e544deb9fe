import { expect } from "chai";
import { join } from "node:path";
import { readCatalog } from "../../catalog/catalog";
import type { Release } from "../../catalog/release";
import { InvalidInput } from "../../settings/violations";
import { first, type TestFolder } from "./catalogFolder";

/** A release that is right, as text, so that each case shows the one thing that is wrong. */
export const good = `tag: v1
commit: "0123456789"
time: "2026-01-01T00:00:00.000Z"
order: 1
services:
  api:
    repository: localhost:5000/shop/api
    digest: sha256:${"a".repeat(64)}
migrations:
  - version: "20260101000000"
    name: email
    sha256: ${first.migration.sha256}
flags: []
`;

/** What a folder's catalog is refused with. */
export function refusalOf(folder: TestFolder): string {
  let catalog: { releases: readonly Release[] };
  try {
    catalog = readCatalog(join(folder.path, "releases"));
  } catch (error) {
    expect(error).to.be.instanceOf(InvalidInput);
    return (error as InvalidInput).message;
  }
  throw new Error(`accepted: ${JSON.stringify(catalog)}`);
}
