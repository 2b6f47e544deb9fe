import { statSync } from "node:fs";
import { resolve } from "node:path";
import { isWebAddress } from "../../catalog/build";
import type { HostAnswer } from "../../hosts/runOn";
import { bringArtifact, bringTime, incoming } from "../releaseFolders/bringArtifact";
import { digestOfCurrent } from "../releaseFolders/answers";
import { readListing } from "../releaseFolders/onDisk";
import {
  answerOf,
  execInCurrent,
  findIfReadable,
  findRelease,
  lastWords,
  lookTime,
  neededRelease,
  obstacleLines,
  outputOf,
  timely,
  whereOf,
  type Place,
} from "../releaseFolders/place";
import { ReleaseFailed, TargetError, type Found, type Target, type Tell, type Wanted } from "../target";
import { byHandLines } from "./byHand";
import { logLine } from "./deployer";
import type { SymlinkPlace, SymlinkService } from "./place";
import { commandExit, commandLine, lookScript, obstacleScript, prepareScript, switchScript } from "./scripts";

/** Releases in folders, as Deployer lays them out, and a link to the one that is served. */
export function open(place: SymlinkPlace, signal: AbortSignal): Target {
  return new SymlinkTarget(place, signal);
}

class SymlinkTarget implements Target {
  constructor(
    private readonly symlink: SymlinkPlace,
    private readonly signal: AbortSignal,
  ) {}

  async obstacles(wanted: readonly Wanted[]): Promise<string[]> {
    const found = await Promise.all(wanted.map((one) => this.obstaclesOf(one)));
    return found.flat();
  }

  async present(wanted: readonly Wanted[]): Promise<string[]> {
    const there = await Promise.all(wanted.map((one) => findRelease(this.place(one.service), one)));
    return wanted.flatMap(({ service }, index) => (there[index] === undefined ? [] : [service]));
  }

  async fetch(wanted: readonly Wanted[], tell: Tell): Promise<void> {
    for (const one of wanted) {
      if ((await findRelease(this.place(one.service), one)) !== undefined) {
        tell(`${one.service}: ${one.release} is on the host already`);
        continue;
      }
      await this.prepare(one, tell);
    }
  }

  async switchTo(wanted: readonly Wanted[], tell: Tell): Promise<Found[]> {
    for (const one of wanted) await this.switchOne(one, tell);
    return this.look(wanted);
  }

  /** There is nothing that could be stopped: what serves the files is not this target's. */
  stop(services: readonly string[]): Promise<void> {
    const text = `${services.join(", ")} can't be stopped: a link serves files, and what reads them is not knowngood's`;
    return Promise.reject(new TargetError(text));
  }

  look(known: readonly Wanted[]): Promise<Found[]> {
    const services = [...new Set(known.map(({ service }) => service))];
    return Promise.all(services.map((service) => this.lookAtService(service)));
  }

  async logs(service: string, lines: number): Promise<string> {
    const { logFiles } = this.service(service);
    if (logFiles.length === 0) return "";
    const script = `cd current 2>/dev/null || exit 0\nlines=$1; shift\nfor one in "$@"; do [ -f "$one" ] && tail -n "$lines" -- "$one"; done\ntrue`;
    return outputOf(this.place(service), "read the logs", script, {
      words: [String(lines), ...logFiles],
      timeoutMs: lookTime,
    });
  }

  exec(service: string, command: readonly string[], timeoutMs: number) {
    return execInCurrent(this.place(service), command, timeoutMs);
  }

  byHand(wanted: readonly Wanted[]): string[] {
    return wanted.flatMap((one) => byHandLines(this.service(one.service), one));
  }

  private async prepare(one: Wanted, tell: Tell): Promise<void> {
    const place = this.place(one.service);
    const service = this.service(one.service);
    const revision = one.digest.startsWith("git:");
    if (!revision) await bringArtifact(place, one, tell);
    tell(`${one.service}: prepares ${one.release}${revision ? ` from ${one.from}` : ""}`);
    const timeoutMs = bringTime + service.build.length * service.commandWithin * 1000;
    const answer = await timely(
      place,
      `prepare ${one.release}`,
      answerOf(place, prepareScript(service, revision ? "revision" : "artifact"), {
        words: [one.digest, one.release, revision ? "" : incoming(one.digest)],
        stdin: `${logLine(one, new Date())}\n${one.from}\n`,
        timeoutMs,
      }),
    );
    if (answer.exitCode === 0) return;
    if (answer.exitCode === commandExit) throw commandFailed(one, "build", answer, "Nothing was switched.");
    throw new TargetError(
      `${one.service}: can't prepare ${one.release} in ${whereOf(place)}: ${lastWords(answer)}`,
    );
  }

  private async switchOne(one: Wanted, tell: Tell): Promise<void> {
    const { keep } = this.symlink;
    const place = this.place(one.service);
    const service = this.service(one.service);
    const release = await neededRelease(place, one);
    const answer = await timely(
      place,
      `switch to ${one.release}`,
      answerOf(place, switchScript(service), {
        words: [release.name, one.digest, one.release, String(keep)],
        timeoutMs: lookTime + service.afterSwitch.length * (service.commandWithin + 5) * 1000,
      }),
    );
    if (answer.exitCode === 0) {
      for (const line of answer.output.trim().split("\n")) if (line !== "") tell(`${one.service}: ${line}`);
      return;
    }
    if (answer.exitCode === commandExit)
      throw commandFailed(
        one,
        "afterSwitch",
        answer,
        "`current` leads to the release, and nothing was taken back.",
      );
    throw new TargetError(
      `${one.service}: can't switch ${whereOf(place)} to ${one.release}: ${lastWords({ ...answer, output: "" })}`,
    );
  }

  private async lookAtService(service: string): Promise<Found> {
    const place = this.place(service);
    const output = await outputOf(place, "look at what is current", lookScript, { timeoutMs: lookTime });
    const onDisk = readListing(output);
    const link = /^link\t(.*)$/m.exec(output)?.[1] ?? "";
    const there = onDisk.releases.some(({ name }) => name === onDisk.current);
    const instance = there ? `${onDisk.current} ${link}` : "none";
    return {
      service,
      digest: digestOfCurrent(onDisk),
      instance,
      state: { status: there ? "running" : "missing", instance, restarts: 0 },
    };
  }

  private async obstaclesOf(one: Wanted): Promise<string[]> {
    if (one.kind === "image")
      return [
        `${one.service}: ${one.release} has an image for it (${one.from}), and a link leads to files: npx knowngood release add ` +
          `TAG --revision ${one.service}=REPOSITORY@COMMIT, or --artifact ${one.service}=FILE_OR_URL`,
      ];
    const place = this.place(one.service);
    const there = await findIfReadable(place, one);
    const revision = one.digest.startsWith("git:");
    const lacking = there === undefined && !revision && !isWebAddress(one.from);
    if (lacking && statSync(resolve(one.from), { throwIfNoEntry: false }) === undefined)
      return [`${one.service}: the file ${one.from} is not there: bring it back`];
    const words = [there === undefined ? "0" : "1", revision ? "1" : "0"];
    return obstacleLines(place, obstacleScript, { words, timeoutMs: lookTime });
  }

  private service(name: string): SymlinkService {
    const service = this.symlink.services[name];
    if (service === undefined)
      throw new TargetError(`${name} is not in the settings: say where it lies in symlink.services.${name}`);
    return service;
  }

  private place(service: string): Place {
    const folder = this.service(service).folder.replace(/\/+$/, "");
    return { host: this.symlink.host, folder, service, signal: this.signal };
  }
}

/** A command of the user's said no: of the release, as far as can be told. */
function commandFailed(
  { service, release }: Wanted,
  what: "build" | "afterSwitch",
  { output }: HostAnswer,
  after: string,
): ReleaseFailed {
  const [, said = ""] = output.split(`${commandLine} `);
  const [first = "", ...printed] = said.split("\n");
  const [code = "", ...command] = first.split(" ");
  const how =
    code === "124" || code === "137" ? "took too long, and was ended" : `failed with exit code ${code}`;
  return new ReleaseFailed(
    `${service}: ${what} of ${release}: ${command.join(" ")} ${how}. ${after}`,
    printed.join("\n").trimEnd(),
  );
}
