import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { isWebAddress } from "../../catalog/build";
import { digestOfCurrent } from "../releaseFolders/answers";
import { fetchArtifact } from "../releaseFolders/fetchArtifact";
import { nameByTag, readListing, releaseOf } from "../releaseFolders/onDisk";
import {
  answerOf,
  execInCurrent,
  findIfReadable,
  findRelease,
  lastWords,
  lookAt,
  lookTime,
  neededRelease,
  obstacleLines,
  outputOf,
  timely,
  whereOf,
  type Place,
} from "../releaseFolders/place";
import { words } from "../releaseFolders/shell";
import { ReleaseFailed, TargetError, type Found, type Target, type Tell, type Wanted } from "../target";
import { byHandLines } from "./byHand";
import {
  inactiveExit,
  journalLine,
  lookScript,
  notRestartedExit,
  obstacleScript,
  switchScript,
  stopScript,
  systemctl,
  type UnitFile,
} from "./scripts";
import type { SystemdPlace, SystemdService } from "./place";
import { readUnits, stateOf } from "./unitState";

/** Binaries and archives that systemd runs: releases in folders, one link, units that are restarted. */
export function open(place: SystemdPlace, signal: AbortSignal): Target {
  return new SystemdTarget(place, signal);
}

class SystemdTarget implements Target {
  constructor(
    private readonly systemd: SystemdPlace,
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
      const place = this.place(one.service);
      const service = this.service(one.service);
      const onDisk = await lookAt(place);
      if (releaseOf(onDisk, one) !== undefined) {
        tell(`${one.service}: ${one.release} is on the host already`);
        continue;
      }
      await fetchArtifact(place, one, tell, {
        name: nameByTag(onDisk, one),
        binary: service.binary ?? one.service,
        stripComponents: service.stripComponents,
      });
    }
  }

  async switchTo(wanted: readonly Wanted[], tell: Tell): Promise<Found[]> {
    for (const one of wanted) await this.switchOne(one, tell);
    return this.look(wanted);
  }

  look(known: readonly Wanted[]): Promise<Found[]> {
    const services = [...new Set(known.map(({ service }) => service))];
    return Promise.all(services.map((service) => this.lookAtService(service)));
  }

  async logs(service: string, lines: number): Promise<string> {
    const script = `${systemctl(this.systemd, this.service(service).units)}\njournal "$1"`;
    return outputOf(this.place(service), "read the journal", script, {
      words: [String(lines)],
      timeoutMs: lookTime,
    });
  }

  async stop(services: readonly string[], tell: Tell): Promise<void> {
    for (const service of services) {
      const place = this.place(service);
      const said = await outputOf(place, "stop the units", stopScript(this.systemd, this.service(service)), {
        timeoutMs: restartSeconds * this.service(service).units.length * 1000,
      });
      for (const line of said.trim().split("\n")) if (line !== "") tell(`${service}: ${line}`);
    }
  }

  exec(service: string, command: readonly string[], timeoutMs: number) {
    return execInCurrent(this.place(service), command, timeoutMs);
  }

  byHand(wanted: readonly Wanted[]): string[] {
    return wanted.flatMap((one) => byHandLines(this.systemd, this.service(one.service), one));
  }

  private async switchOne(one: Wanted, tell: Tell): Promise<void> {
    const { activeFor, keep } = this.systemd;
    const place = this.place(one.service);
    const service = this.service(one.service);
    const release = await neededRelease(place, one);
    const script = switchScript(this.systemd, service, this.unitFiles(service));
    const timeoutMs = (activeFor + restartSeconds * service.units.length) * 1000;
    const answer = await timely(
      place,
      `switch to ${one.release}`,
      answerOf(place, script, {
        words: [release.name, one.digest, String(activeFor), String(keep)],
        timeoutMs,
      }),
    );
    const lines = answer.output.trim().split("\n");
    if (answer.exitCode === 0) {
      for (const line of lines) if (line !== "") tell(`${one.service}: ${line}`);
      return;
    }
    throw this.failureOf(one, place, service, answer);
  }

  private failureOf(
    { service: name, release }: Wanted,
    place: Place,
    { units }: SystemdService,
    answer: { exitCode: number; output: string; problem: string },
  ): TargetError {
    switch (answer.exitCode) {
      case inactiveExit: {
        const [shown = "", journal = ""] = answer.output.split(`${journalLine}\n`);
        const bad = readUnits(shown).map(
          ({ Id, ActiveState, SubState, Result, NRestarts }) =>
            `${Id} is ${ActiveState} (${SubState}, ${Result}), ${NRestarts} restarts`,
        );
        return new ReleaseFailed(
          `${name}: ${release} does not stay active for ${this.systemd.activeFor} s: ${bad.join("; ")}. ` +
            `\`current\` in ${whereOf(place)} leads to it, and nothing was taken back.`,
          journal.trimEnd(),
        );
      }
      case notRestartedExit:
        return new TargetError(
          `${name}: systemd would not restart ${units.join(", ")}: ${lastWords({ ...answer, output: "" })}. ` +
            "What ran runs on, and `current` leads to it again.",
        );
      default:
        return new TargetError(
          `${name}: can't switch ${whereOf(place)} to ${release}: ${lastWords({ ...answer, output: "" })}`,
        );
    }
  }

  private async lookAtService(service: string): Promise<Found> {
    const place = this.place(service);
    const script = lookScript(this.systemd, this.service(service));
    const output = await outputOf(place, "look at what runs", script, { timeoutMs: lookTime });
    const [listing = "", shown = ""] = output.split("--- units\n");
    const onDisk = readListing(listing);
    const state = stateOf(readUnits(shown));
    return {
      service,
      digest: digestOfCurrent(onDisk),
      instance: `${onDisk.current ?? "none"} ${state.instance}`,
      state,
    };
  }

  private async obstaclesOf(one: Wanted): Promise<string[]> {
    if (one.kind !== undefined && one.kind !== "artifact")
      return [
        `${one.service}: ${one.release} has ${one.kind === "image" ? "an image" : "a git revision"} for it (${one.from}), and systemd runs ` +
          `an artifact: npx knowngood release add TAG --artifact ${one.service}=FILE_OR_URL`,
      ];
    const place = this.place(one.service);
    const service = this.service(one.service);
    const there = (await findIfReadable(place, one)) !== undefined;
    const missing = this.missingHere(one, there);
    if (missing.length > 0) return missing;
    const files = this.unitFiles(service);
    const own = service.units.filter((unit) => !files.some((file) => file.unit === unit));
    const script = obstacleScript(this.systemd, service, files);
    return obstacleLines(place, script, {
      words: [there ? "1" : "0", String(this.kibibytesOf(one)), words(own)],
      timeoutMs: lookTime,
    });
  }

  /** What of the project's own files is not there. */
  private missingHere({ service, from }: Wanted, there: boolean): string[] {
    const files = Object.values(this.service(service).unitFiles);
    const artifact = there || isWebAddress(from) ? [] : [from];
    return [...files, ...artifact]
      .filter((file) => sizeOf(file) === undefined)
      .map((file) => `${service}: the file ${file} is not there: bring it back`);
  }

  /** What an artifact takes while it is unpacked, where that can be told from here. */
  private kibibytesOf({ from }: Wanted): number {
    const bytes = isWebAddress(from) ? 0 : (sizeOf(from) ?? 0);
    return Math.ceil((2 * bytes) / 1024) + leastFree;
  }

  private unitFiles({ unitFiles }: SystemdService): UnitFile[] {
    return Object.entries(unitFiles).map(([unit, file]) => ({
      unit,
      text: readFileSync(resolve(file), "utf8"),
    }));
  }

  private service(name: string): SystemdService {
    const service = this.systemd.services[name];
    if (service === undefined)
      throw new TargetError(`${name} is not in the settings: say where it lies in systemd.services.${name}`);
    return service;
  }

  private place(service: string): Place {
    const { host } = this.systemd;
    const folder = this.service(service).folder.replace(/\/+$/, "");
    return { host, folder, service, signal: this.signal };
  }
}

/** Seconds that systemd may take to stop and start a unit: its own defaults, 90 s each, and some. */
const restartSeconds = 200;
/** KiB below which a disk is full for any release. */
const leastFree = 1024;

function sizeOf(file: string): number | undefined {
  return statSync(resolve(file), { throwIfNoEntry: false })?.size;
}
