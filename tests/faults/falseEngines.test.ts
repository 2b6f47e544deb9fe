import { expect } from "chai";
import { imagesOnHost, objectsNamed } from "../../assessment/engineQueries";
import { FalseServer, noEngine } from "./falseServer";

const image = `localhost:5000/shop/api@sha256:${"0".repeat(64)}`;

/** Nothing found is a fact on which things are made anew; that nobody could say must never pass for it. */
describe("what is no Docker engine at its address", function () {
  this.timeout(60_000);
  let server: FalseServer;
  afterEach(() => server.stop());

  const answers = () => {
    const engine = `tcp://127.0.0.1:${server.port}`;
    const asked: Promise<unknown>[] = [
      imagesOnHost([image], engine),
      objectsNamed("container", ["shop-prod-api"], engine),
      objectsNamed("network", ["shop-prod"], engine),
    ];
    return Promise.all(
      asked.map((answer) =>
        answer.then(
          (found) => `found ${JSON.stringify(found)}`,
          (error: Error) => error.message,
        ),
      ),
    );
  };

  for (const [what, answer] of Object.entries(noEngine))
    it(`did not answer: ${what}`, async () => {
      server = await FalseServer.start(answer);
      for (const message of await answers())
        expect(message)
          .to.match(/./)
          .and.not.to.match(/^found /);
    });

  it("did not answer where it takes connections and stays silent", async () => {
    server = await FalseServer.start();
    expect(await answers()).to.deep.equal(Array(3).fill("no answer in 10 s"));
  });
});
