import { expect } from "chai";
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { Client } from "pg";
import { makeBackup } from "../../backups/makeBackup";
import { connect } from "../../migrations/connection";
import { dbmate } from "../../migrations/dbmate";
import {
  holdsPassword,
  maskPasswords,
  passwordsIn,
  splitPassword,
  withoutPassword,
} from "../../migrations/password";
import { openThrowaway } from "../../schema/scratch/throwaway";
import { Server } from "./server";

const server = new Server();

describe("a password in what a database is connected to by", () => {
  it("is taken out, wherever it stands", () => {
    for (const [connection, address, password] of [
      [
        "postgres://shop:p%40ss@db:5432/shop?sslmode=require",
        "postgres://shop@db:5432/shop?sslmode=require",
        "p@ss",
      ],
      ["postgres://shop:hunter2@/shop?host=%2Frun", "postgres://shop@/shop?host=%2Frun", "hunter2"],
      ["postgres://shop:p@ss@db/shop", "postgres://shop@db/shop", "p@ss"],
      ["postgres://db/shop?user=shop&password=hunter2", "postgres://db/shop?user=shop", "hunter2"],
      ["postgres://db/shop?password=a%2Bb+c&user=shop", "postgres://db/shop?user=shop", "a+b c"],
      ["postgres://shop:old@db/shop?password=one&password=two", "postgres://shop@db/shop", "two"],
      ["postgres://shop@db/shop?sslpassword=key", "postgres://shop@db/shop", undefined],
      ["postgres://shop@db/shop?uselibpqcompat=true", "postgres://shop@db/shop", undefined],
      ["postgres://shop:50%off@db/shop", "postgres://shop@db/shop", "50%off"],
      ["host=db password=hunter2 user=shop", "host=db  user=shop", "hunter2"],
      ["password = 'a \\'b' host=db", "host=db", "a 'b"],
      ["host=db user=shop", "host=db user=shop", undefined],
    ] as const) {
      expect(splitPassword(connection), connection).to.deep.equal({ address, password });
      expect(holdsPassword(connection), connection).to.equal(password !== undefined);
    }
    expect(holdsPassword("postgres://shop:@db/shop")).to.equal(false);
  });

  it("is hidden in every way in which a text can show it", () => {
    const rows: [connection: string, text: string, shown: string][] = [
      ["postgres://shop:hunter2@db/shop", "at postgres://shop:hunter2@db/shop", "at [secret]"],
      ["postgres://db/shop?password=hunter2", "no hunter2", "no [secret]"],
      ["postgres://db/shop?password=a%2Fb", "no a/b, a%2Fb, a%2fb", "no [secret], [secret], [secret]"],
      ["postgres://db/shop?x=1&sslpassword=a+b", "no a b, a+b", "no [secret], [secret]"],
      ["postgres://shop:a%40%zz@db/shop", "no a@%zz, a%40%zz", "no [secret], [secret]"],
      ["postgres://shop:p@ss@db/shop", "no p@ss", "no [secret]"],
      // What is not encoded is cut by a driver where it takes the host or the port to end.
      ["postgres://shop:12/34@db/shop", "can't be reached at shop:12", "can't be reached at shop:[secret]"],
      ["host=db password='a b'", "no a b, password='a b'", "no [secret], password=[secret]"],
      ["postgres://shop@db:5432/a", "db:5432/a is away", "db:5432/a is away"],
      ["postgres://db:5432/a?application_name=x@y", "db:5432/a, x@y", "db:5432/a, x@y"],
    ];
    for (const [connection, text, shown] of rows)
      expect(withoutPassword(text, connection), connection).to.equal(shown);
  });

  it("is hidden in a text, whosever it is", () => {
    expect(
      maskPasswords(
        "redis://:one@cache:1/0 'postgres://a:two/3@h/d?password=four&x=1' host=h password=five, password = $1",
      ),
    ).to.equal(
      "redis://:[secret]@cache:1/0 'postgres://a:[secret]@h/d?password=[secret]&x=1' host=h password=[secret], password = $1",
    );
    const harmless = "http://h:80/a/@b/c, https://h/?a=b@c, postgres://u@h:1/d, mail a@b";
    expect(maskPasswords(harmless)).to.equal(harmless);
    expect(passwordsIn("DSN='host=h password=one' URL=postgres://u:two%21@h/d?password=three")).to.deep.equal(
      ["three", "two%21", "two!", "one"],
    );
  });

  describe("of a server that refuses, or is not there", function () {
    this.timeout(60_000);
    before(() => server.start());

    const secret = "hu/nt@er:2 %é";
    const malformed = "hu%zznter2";
    const forms = [
      secret,
      encodeURIComponent(secret),
      encodeURIComponent(secret).toLowerCase(),
      "hu/nt",
      "hu%2Fnt",
      malformed,
    ];

    /** The same database by the wrong password: beside the user, and among the parameters; and no server at all. */
    async function refused(): Promise<string[]> {
      const url = await server.newDatabase();
      const { address } = splitPassword(url);
      return [encodeURIComponent(secret), malformed]
        .flatMap((written) => [
          address.replace(/^(\w+:\/\/[^@/]*)@/, `$1:${written}@`),
          `${address}${address.includes("?") ? "&" : "?"}password=${written}`,
        ])
        .flatMap((wrong) => [wrong, elsewhere(wrong)]);
    }

    const elsewhere = (url: string) =>
      url.replace(/host=[^&]*/, "host=127.0.0.1&port=1").replace(/@[^/?]+\//, "@127.0.0.1:1/");

    async function expectSilent(what: (url: string) => Promise<unknown>, tells: RegExp): Promise<void> {
      for (const url of await refused()) {
        const raw = await what(url).then(
          () => "no error",
          (error: unknown) => (error as Error).message,
        );
        const message = withoutPassword(raw, url);

        expect(message, url).to.match(tells);
        expect(
          forms.filter((form) => message.includes(form)),
          message,
        ).to.deep.equal([]);
      }
    }

    it("is not in the driver's errors", () =>
      expectSilent(connect, /^password authentication failed|^The database can't be reached at /));

    it("is not in dbmate's", async () => {
      const request = (url: string) => server.request(url, []);
      await expectSilent(async (url) => {
        const { exitCode, output } = await dbmate("migrate", request(url));
        expect(exitCode).not.to.equal(0);
        throw new Error(output);
      }, /password authentication failed|connection refused|invalid URL escape/);
    });

    it("is not in pg_dump's", async () => {
      const client = new Client(await server.newDatabase());
      await client.connect();
      try {
        await expectSilent(
          (url) =>
            makeBackup(
              { client, url, table: "schema_migrations", applied: [] },
              { stack: "shop/prod", folder: mkdtempSync(join(server.folder, "backups-")), keep: 1 },
              new Date(),
            ),
          /^The backup failed: pg_dump: error: .*(password authentication failed|Connection refused)/s,
        );
      } finally {
        await client.end();
      }
    });

    it("is not in those of a scratch database", () =>
      expectSilent(openThrowaway, /^the scratch server .* can't be used: ./));
  });
});
