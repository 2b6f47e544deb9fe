import { Duplex } from "node:stream";
import type { Worker } from "node:worker_threads";

/** Kinds of message after which the server has its turn: Query, Sync, Flush, CopyDone, CopyFail, FunctionCall. */
const turns = new Set(["Q", "S", "H", "c", "f", "F"].map((kind) => kind.charCodeAt(0)));
const goodbye = "X".charCodeAt(0);

/** What a server says to a client that it lets in. */
const welcome = Buffer.concat([
  message("R", Buffer.from([0, 0, 0, 0])),
  ...Object.entries({
    client_encoding: "UTF8",
    DateStyle: "ISO, MDY",
    integer_datetimes: "on",
    TimeZone: "UTC",
  }).map(([name, value]) => message("S", Buffer.from(`${name}\0${value}\0`))),
  message("Z", Buffer.from("I")),
]);

/** A thread that speaks PostgreSQL's protocol, as the socket that pg's client expects. */
export class WorkerStream extends Duplex {
  private pending: Buffer = Buffer.alloc(0);
  private welcomed = false;

  constructor(private readonly worker: Worker) {
    super();
    worker.on("message", (bytes: Uint8Array) => {
      if (!this.destroyed) this.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    });
    worker.on("error", (error) => this.destroy(error));
    worker.on("exit", () => this.destroy());
  }

  connect(): this {
    process.nextTick(() => this.emit("connect"));
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  override _read(): void {
    // The thread pushes as it answers.
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.pending = Buffer.concat([this.pending, chunk]);
    if (!this.welcomed) this.welcome();
    this.sendTurns();
    done();
  }

  private welcome(): void {
    if (this.pending.length < 4 || this.pending.length < this.pending.readInt32BE(0)) return;
    this.pending = this.pending.subarray(this.pending.readInt32BE(0));
    this.welcomed = true;
    this.push(welcome);
  }

  /** Sends all whole messages up to the last after which an answer is due. */
  private sendTurns(): void {
    if (!this.welcomed) return;
    let end = 0;
    for (let at = 0; at + 5 <= this.pending.length;) {
      const next = at + 1 + this.pending.readInt32BE(at + 1);
      if (next > this.pending.length) break;
      const kind = this.pending[at] ?? 0;
      if (kind === goodbye) {
        this.push(null);
        return;
      }
      if (turns.has(kind)) end = next;
      at = next;
    }
    if (end === 0) return;
    this.worker.postMessage(new Uint8Array(this.pending.subarray(0, end)));
    this.pending = this.pending.subarray(end);
  }
}

function message(kind: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.write(kind, 0, "latin1");
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}
