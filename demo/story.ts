import { isDeepStrictEqual } from "node:util";
import { join } from "node:path";
import { buildShop } from "./images/shopImages";
import type { Narrator } from "./narrator";
import { gateWords } from "./gateWords";
import { runProgram, type ProgramResult } from "./program";
import { pulumiOutput } from "./pulumiOutput";
import { ShopClient, type Order } from "./shopClient";
import { shopReleases, writeMigrations, type ShopRelease, type ShopService } from "./shop/releases";
import type { Stage, StackName } from "./stage";

/** Something happened that the story does not tell. */
export class Unexpected extends Error {
  override readonly name = "Unexpected";

  constructor(expected: string, found: string) {
    super(`Expected: ${expected}\nGot: ${found}`);
  }
}

const releases = ["v1", "v2", "v3", "v4", "v5"] as const;
/** The migration of v5. */
const dropAmount = "20260501090000";
const update = ["pulumi", "up", "--yes", "--skip-preview"] as const;

type KnownOrder = Pick<Order, "customer" | "amount">;

/** The story of a shop that is deployed, upgraded, broken twice and brought back, by plain Pulumi commands. */
export class Story {
  private readonly shops: Partial<Record<StackName, ShopClient>> = {};
  private readonly orders: KnownOrder[] = [];

  constructor(
    private readonly stage: Stage,
    private readonly narrator: Narrator,
    private readonly signal: AbortSignal,
  ) {}

  /** @throws Unexpected at the first step that ends otherwise than told; the signal's reason when interrupted */
  async play(): Promise<void> {
    await this.setUp();
    await this.fillCatalog();
    await this.firstRelease();
    await this.upgrade();
    await this.badRelease();
    await this.rollback();
    await this.releaseThatNeverStarts();
    await this.secondStack();
    await this.wayBackIsClosed();
    await this.refusedRollback();
    await this.stepDown();
  }

  /** Removes both stacks, as a user would. */
  async destroy(): Promise<void> {
    this.narrator.chapter("End", "both stacks are destroyed");
    await this.pulumi(["pulumi", "destroy", "--yes", "--skip-preview", "--stack", "test"]);
    await this.pulumi(["pulumi", "destroy", "--yes", "--skip-preview"]);
  }

  /** The addresses of the shops that run, by stack. */
  addresses(): [string, ShopClient][] {
    return Object.entries(this.shops);
  }

  private async setUp(): Promise<void> {
    this.narrator.chapter("Set-up", "an engine, a registry, a database and the images of five releases");
    const say = (line: string) => this.narrator.lines([line]);
    await this.timed("start the machine", () => this.stage.start(say));
    await this.timed("build and push v1 to v5", () =>
      buildShop({ registry: this.stage.machine.registry.address, releases, say }),
    );
  }

  private async fillCatalog(): Promise<void> {
    this.narrator.chapter("Catalog", "what each tag means: images by digest, and migrations");
    await this.addRelease("v1", ["api", "worker", "web"]);
    await this.addRelease("v2", ["api", "worker"], "v1");
    await this.addRelease("v3", ["api", "worker"], "v2");
    await this.addRelease("v4", ["api"], "v3");
    await this.addRelease("v5", ["api"], "v4");
  }

  private async firstRelease(): Promise<void> {
    this.narrator.chapter("v1", `${shopReleases.v1.story}, on the stack prod`);
    await this.makeStack("prod");
    await this.up();
    await this.healthy("prod", "v1");
    await this.placeOrder({ customer: "Barbara", amount: "7.00", note: "" });
  }

  private async upgrade(): Promise<void> {
    this.narrator.chapter("v2", shopReleases.v2.story);
    await this.target("v2");
    await this.preview(/forward from v1 to v2/);
    await this.up();
    await this.healthy("prod", "v2");
    await this.placeOrder({ customer: "Margaret", amount: "12.50", note: "by Friday" });
  }

  private async badRelease(): Promise<void> {
    this.narrator.chapter("v3", shopReleases.v3.story);
    await this.target("v3");
    await this.failingUp("v3", "currency");
  }

  private async rollback(): Promise<void> {
    this.narrator.chapter("Rollback", "back to v2: one setting and one command");
    await this.target("v2");
    await this.preview(/rollback from v3 to v2[^]*ahead of v2 by 1/);
    await this.up();
    await this.healthy("prod", "v2");
    await this.ordersAreThere();
  }

  private async releaseThatNeverStarts(): Promise<void> {
    this.narrator.chapter("v4", shopReleases.v4.story);
    await this.target("v4");
    await this.failingUp("v4", "PAYMENT_URL is not set");
    this.narrator.chapter("Rollback", "back to v2 once more");
    await this.target("v2");
    await this.up();
    await this.healthy("prod", "v2");
    await this.ordersAreThere();
  }

  private async secondStack(): Promise<void> {
    this.narrator.chapter("test", "a second stack of the same catalog, beside prod");
    await this.makeStack("test");
    await this.target("v2", "test");
    await this.up("test");
    await this.healthy("test", "v2");
    await this.healthy("prod", "v2");
  }

  private async wayBackIsClosed(): Promise<void> {
    this.narrator.chapter("v5", shopReleases.v5.story);
    await this.target("v5");
    await this.preview(/v2 can no longer run/);
    await this.up();
    await this.healthy("prod", "v5");
  }

  private async refusedRollback(): Promise<void> {
    this.narrator.chapter("Rollback", "back to v2, which would meet a database that it can't read: refused");
    await this.target("v2");
    const refused = ["pulumi", "preview"] as const;
    const { output } = await this.command(refused, {
      instead: [...refused, "--non-interactive", "--color", "never"],
      fails: "the preview to refuse the rollback",
      show: (result) => pulumiOutput(result.output).diagnostics,
    });
    if (!output.includes("orders.amount")) throw new Unexpected("a refusal that names orders.amount", output);
    await this.healthy("prod", "v5");
  }

  private async stepDown(): Promise<void> {
    this.narrator.chapter("Step-down", "the newest migration is taken back, then v2 can run again");
    await this.command(["pulumi", "config", "set", "stepDown", dropAmount]);
    await this.preview(/step-down/i);
    await this.up();
    await this.healthy("prod", "v2");
    await this.ordersAreThere();
    // It has done its work, and every later preview would warn of it.
    await this.command(["pulumi", "config", "rm", "stepDown"]);
  }

  private async addRelease(tag: ShopRelease, built: ShopService[], sameAs?: ShopRelease): Promise<void> {
    writeMigrations(tag, join(this.stage.folder, "migrations"));
    const { address } = this.stage.machine.registry;
    const words = [
      ...["release", "add", tag],
      ...(sameAs === undefined ? [] : ["--same-as", sameAs]),
      ...built.flatMap((service) => ["--image", `${address}/shop/${service}:${tag}`]),
      ...["--migrations", "migrations", "--ci-verdict", "passed"],
    ];
    const own = join(this.stage.folder, "node_modules", ".bin", "knowngood");
    await this.command(["npx", "knowngood", ...words], {
      instead: [process.execPath, own, ...words],
      show: ({ output }) => output.split("\n").filter((line) => line.startsWith("  migrations:")),
    });
  }

  /** What differs on this machine is set by plain commands in the demo's own project; passwords by standard input. */
  private async makeStack(stack: StackName): Promise<void> {
    const { machine, prefix } = this.stage;
    const { wanted, given } = await this.stage.ports(stack);
    this.shops[stack] = new ShopClient(given);
    const settings = [
      `docker.prefix=${prefix}-${stack}`,
      `services.api.volumes[0].host=${machine.postgres.socketFolder}`,
      `services.worker.volumes[0].host=${machine.postgres.socketFolder}`,
      // The shop is small, and how full the machine is that shows it is not its matter.
      "guards.disk.limit=99",
    ];
    for (const service of ["api", "web"] as const) {
      if (given[service] === wanted[service]) continue;
      settings.push(`services.${service}.ports[0].host=${given[service]}`);
      this.narrator.lines([`Port ${wanted[service]} is taken, so ${service} gets ${given[service]}.`]);
    }
    const named = stack === "prod" ? [] : ["--stack", stack];
    await this.command(["pulumi", "stack", "init", stack, "--no-select"]);
    await this.command([
      ...(["pulumi", "config", "set-all", "--path"] as const),
      ...settings.flatMap((setting) => ["--plaintext", setting]),
      ...named,
    ]);
    const secrets = {
      databaseUrl: machine.postgres.url(`shop_${stack}`),
      databasePassword: machine.postgres.password,
    };
    for (const [name, value] of Object.entries(secrets))
      await this.command(["pulumi", "config", "set", "--secret", name, ...named], { input: value });
  }

  private target(tag: ShopRelease, stack: StackName = "prod"): Promise<unknown> {
    const named = stack === "prod" ? [] : ["--stack", stack];
    return this.command(["pulumi", "config", "set", "imageTag", tag, ...named]);
  }

  private up(stack: StackName = "prod"): Promise<unknown> {
    return this.pulumi(stack === "prod" ? update : [...update, "--stack", stack]);
  }

  private async preview(announced: RegExp): Promise<void> {
    const { output } = await this.pulumi(["pulumi", "preview"]);
    if (!announced.test(output)) throw new Unexpected(`a preview that says ${announced.source}`, output);
  }

  private pulumi(command: readonly [string, ...string[]]): Promise<ProgramResult> {
    return this.command(command, {
      instead: [...command, "--non-interactive", "--color", "never"],
      show: ({ output }) => pulumiOutput(output).diagnostics,
      remark: ({ output }) => pulumiOutput(output).resources,
    });
  }

  /** An update that its health gate has to end. */
  private async failingUp(tag: ShopRelease, because: string): Promise<void> {
    const { output } = await this.command(update, {
      instead: [...update, "--non-interactive", "--color", "never"],
      fails: `the health gate to end the update to ${tag}`,
      show: ({ output }) => gateWords(pulumiOutput(output).diagnostics, "api"),
      remark: () => `the gate did not let ${tag} pass`,
    });
    if (!output.includes(`Health gate failed: api ${tag}`) || !output.includes(because))
      throw new Unexpected(`a health gate that fails because of "${because}"`, output);
  }

  private healthy(stack: StackName, tag: ShopRelease): Promise<void> {
    const shop = this.shop(stack);
    return this.timed(`GET ${shop.api}/health`, async () => {
      const { status, body } = await shop.health();
      this.narrator.lines([`${status} ${JSON.stringify(body)}`]);
      if (status !== 200 || body.release !== tag)
        throw new Unexpected(`status 200 and release ${tag}`, `${status} ${JSON.stringify(body)}`);
    });
  }

  private async placeOrder(order: { customer: string; amount: string; note: string }): Promise<void> {
    const shop = this.shop("prod");
    await this.timed(`POST ${shop.web}/ (an order by ${order.customer} over ${order.amount})`, () =>
      shop.place(order),
    );
    this.orders.push({ customer: order.customer, amount: Math.round(Number(order.amount) * 100) });
    await this.ordersAreThere();
  }

  /** Every order that was ever placed, read through the api. */
  private ordersAreThere(): Promise<void> {
    const shop = this.shop("prod");
    return this.timed(`GET ${shop.api}/orders`, async () => {
      const found = (await shop.orders()).map(({ customer, amount }) => ({ customer, amount }));
      this.narrator.lines([
        `${found.length} orders: ${found.map(({ customer, amount }) => `${customer} ${(amount / 100).toFixed(2)}`).join(", ")}`,
      ]);
      const lost = this.orders.filter((order) => !found.some((one) => isDeepStrictEqual(one, order)));
      if (lost.length > 0)
        throw new Unexpected(`the orders that were placed`, `without ${JSON.stringify(lost)}`);
    });
  }

  private shop(stack: StackName): ShopClient {
    const shop = this.shops[stack];
    if (shop === undefined) throw new Error(`The stack ${stack} was not made.`);
    return shop;
  }

  private async command(
    command: readonly [string, ...string[]],
    how: {
      /** What is run, where it has words that a reader does not need. @default `command` */
      instead?: readonly [string, ...string[]];
      input?: string;
      /** What of its result is shown. @default nothing */
      show?: (result: ProgramResult) => readonly string[];
      remark?: (result: ProgramResult) => string;
      /** What is expected of a command that has to fail. @default it has to succeed */
      fails?: string;
    } = {},
  ): Promise<ProgramResult> {
    const { instead = command, input, show = () => [], remark, fails } = how;
    const shown = command.map(quoted).join(" ");
    this.narrator.command(input === undefined ? shown : `${shown} < (the value)`);
    const started = performance.now();
    const result = await runProgram(instead, {
      folder: this.stage.folder,
      environment: this.stage.environment(),
      log: this.stage.log,
      signal: this.signal,
      input,
    });
    if ((result.code !== 0) !== (fails !== undefined))
      throw new Unexpected(
        fails ?? `"${shown}" to succeed`,
        `exit code ${result.code}\n${result.output.trimEnd().split("\n").slice(-30).join("\n")}`,
      );
    this.narrator.lines(show(result));
    const seconds = (performance.now() - started) / 1000;
    this.narrator.ended(
      shown,
      seconds,
      fails === undefined ? "ok" : "failed, as it should",
      remark?.(result),
    );
    return result;
  }

  /** A step that is no command: something is asked of the shop, or made ready. */
  private async timed(what: string, work: () => Promise<unknown>): Promise<void> {
    this.signal.throwIfAborted();
    this.narrator.command(what);
    const started = performance.now();
    await work();
    this.signal.throwIfAborted();
    this.narrator.ended(what, (performance.now() - started) / 1000, "ok");
  }
}

function quoted(word: string): string {
  return /[[\]' ]/.test(word) ? `'${word.replaceAll("'", `'\\''`)}'` : word;
}
