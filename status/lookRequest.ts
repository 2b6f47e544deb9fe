import type { Catalog } from "../catalog/catalog";
import type { Settings } from "../settings/settings";
import type { StackSecrets } from "../stack/stackSecrets";
import type { Known } from "./status";

export interface LookRequest {
  /** As `pulumi --stack` takes it. */
  stack: string;
  /** Project and stack, such as `shop/prod`. */
  label: string;
  settings: Settings;
  /** Why the settings come from the stack file itself and not from Pulumi; undefined where they do not. */
  fromFile?: string;
  /** The stack's file, from the project's folder. */
  file: string;
  /** Empty where it can't be read. */
  catalog: Catalog;
  /** Why the catalog can't be read; undefined where it can. */
  noCatalog?: string;
  secrets: Promise<Known<StackSecrets>>;
  /** URL of Pulumi's backend, as far as it is known. */
  backend: string | undefined;
  now: Date;
}
