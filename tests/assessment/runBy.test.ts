import { expect } from "chai";
import { announcement } from "../../assessment/announcement";
import { noImageToRunIn } from "../../assessment/runBy";
import type { SchemaEvidence } from "../../assessment/schemaEvidence";
import { forward, v3 } from "./judgedStack";

const pending = v3.migrations.slice(2);
const runBy = { words: ["alembic", "upgrade", "head"], within: 600 };
const alembic = { ...v3, tool: "alembic" as const };
const of = (parts: Partial<SchemaEvidence>) => forward({ pending, ...parts }, { target: alembic });
const guards = (parts: Partial<SchemaEvidence>) => of(parts).refusals.map(({ guard }) => guard);

describe("a command of the user's own that applies migrations", () => {
  it("lets pending migrations of another tool pass, which stand in the way without it", () => {
    expect(guards({})).to.include("migrationTool");
    expect(guards({ runBy })).not.to.include("migrationTool");
  });

  it("is told in the preview, with where it is run", () => {
    expect(announcement("shop/prod", of({ runBy }))).to.contain(
      "schema: 1 to be applied (3_m3), by `alembic upgrade head` in the project's folder, within 600 s\n",
    );
    const service = Object.keys(v3.services)[0] ?? "";
    expect(announcement("shop/prod", of({ runBy: { ...runBy, service } }))).to.contain(
      `by \`alembic upgrade head\` in a container of ${service}'s image, within 600 s\n`,
    );
  });

  it("needs an image of the target where it is run in one, and something is pending", () => {
    const missing = { ...runBy, service: "migrator" };
    expect(guards({ runBy: missing })).to.include("migrationTool");
    expect(noImageToRunIn(v3, pending, missing)).to.deep.equal([
      "Release v3 has no image of migrator, in which database.runner would apply 3_m3. " +
        "Name another service: pulumi config set --path database.runner.service SERVICE",
    ]);
    expect(noImageToRunIn(v3, [], missing)).to.deep.equal([]);
    expect(noImageToRunIn(v3, pending, runBy)).to.deep.equal([]);
  });
});
