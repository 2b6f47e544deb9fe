import { alembic } from "./alembic";
import { dbmate } from "./dbmate";
import { django } from "./django";
import { flyway } from "./flyway";
import { golangMigrate } from "./golangMigrate";
import { goose } from "./goose";
import { laravel } from "./laravel";
import { prisma } from "./prisma";
import type { MigrationTool, ToolName } from "./tool";

/** Every migration tool that can be read. */
export const tools: Readonly<Record<ToolName, MigrationTool>> = {
  dbmate,
  "golang-migrate": golangMigrate,
  goose,
  flyway,
  alembic,
  laravel,
  prisma,
  django,
};
