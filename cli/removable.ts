import { targetRelease } from "../assessment/targetRelease";
import { sizeText } from "../backups/space";
import { surveyCatalog } from "../catalog/catalog";
import { findRemovable } from "../disk/findRemovable";
import { removeCommand, shortId, type HostImage, type Removable } from "../disk/removable";
import { readStackState } from "../history/stackState";
import { InvalidInput } from "../settings/violations";
import { BrokenEnvironment } from "../stack/endings";
import { print, printJson } from "./output";
import { stackSettings } from "../stack/stackSettings";

export interface RemovableOptions {
  stack?: string;
  json?: true;
}

/** Seconds that other stacks' states may take to read: nothing waits for this command, as an incident does for a preview. */
const readingSeconds = 60;

/**
 * `removable`: which images of the stack nothing needs any more, with the commands that remove them.
 * @throws InvalidInput for services on another target, BrokenEnvironment where the state or the engine can't be asked
 */
export async function removable(options: RemovableOptions): Promise<void> {
  const { stack, label, settings } = await stackSettings(options.stack);
  if (settings.target !== "docker")
    throw new InvalidInput("This is for images of containers that the stack makes", [
      {
        where: "target",
        found: settings.target,
        expected: "what its host can do without is for you to find there",
      },
    ]);
  const survey = surveyCatalog(settings.releases);
  const target = targetRelease(survey, settings.imageTag, `the setting imageTag of ${stack}`);
  let found: Removable;
  try {
    found = await findRemovable(
      {
        stackLabel: label,
        target,
        catalog: survey.catalog,
        wayBack: settings.guards.wayBack,
        engine: settings.docker.host,
      },
      await readStackState(stack),
      readingSeconds,
    );
  } catch (error) {
    throw new BrokenEnvironment(error instanceof Error ? error.message : String(error));
  }
  if (options.json) printJson(asJson(label, found));
  else print(report(label, found));
}

function asJson(stack: string, { images, leftOut }: Removable): unknown {
  return {
    stack,
    images: images.map((image) => ({ ...image, command: removeCommand([image]) })),
    leftOut,
  };
}

function report(stack: string, { images, leftOut }: Removable): string {
  const bytes = images.reduce((sum, image) => sum + image.bytes, 0);
  const commands = images.map((image) => `${removeCommand([image])}  # ${whatItIs(image)}`);
  return [
    images.length === 0
      ? `No image of ${stack} can be removed${leftOut.length === 0 ? "" : " for sure"}.`
      : `Images of ${stack} that nothing needs, ${sizeText(bytes)} at most, since layers can be shared:`,
    ...commands,
    ...(leftOut.length === 0
      ? []
      : ["", "Left out, though it may be of no use:", ...leftOut.map((why) => `  ${why}`)]),
  ].join("\n");
}

function whatItIs(image: HostImage): string {
  return `${image.tags[0] ?? image.digests[0] ?? shortId(image)}, ${sizeText(image.bytes)}`;
}
