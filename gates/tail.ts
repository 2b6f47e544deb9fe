import { StringDecoder } from "node:string_decoder";

/** Bytes kept of what a program prints: the end of it. */
const keptBytes = 8 * 1024 * 1024;

/** The end of a stream, beginning with a whole line: a secret that was cut in two could not be recognised. */
export class Tail {
  private chunks: Buffer[] = [];
  private bytes = 0;
  private cut = false;

  constructor(private readonly kept = keptBytes) {}

  add(chunk: Buffer): void {
    this.chunks.push(chunk);
    this.bytes += chunk.length;
    while (this.bytes > this.kept && this.chunks.length > 1) {
      this.bytes -= this.chunks.shift()?.length ?? 0;
      this.cut = true;
    }
  }

  text(): string {
    const text = new StringDecoder("utf8").end(Buffer.concat(this.chunks));
    if (!this.cut) return text;
    const lineEnd = text.indexOf("\n");
    return lineEnd < 0 ? "(a line too long to be shown)" : text.slice(lineEnd + 1);
  }
}

/** Characters of a line that may be waited for; a longer one is passed over. */
const longestAwaited = 65_536;

/** The last line of a stream that is whole and says something; a part of a line could be a part of a secret. */
export class WholeLines {
  last = "";
  private readonly decoder = new StringDecoder("utf8");
  private unfinished = "";
  private passingOver = false;

  /** @param heard receives each such line */
  constructor(private readonly heard: (line: string) => void = () => undefined) {}

  add(chunk: Buffer): void {
    for (const line of `${this.unfinished}${this.decoder.write(chunk)}`.split(/(?<=\n)/)) {
      if (!line.endsWith("\n")) {
        this.passingOver ||= line.length > longestAwaited;
        this.unfinished = this.passingOver ? "" : line;
        return;
      }
      if (!this.passingOver && line.trim() !== "") {
        this.last = line.trimEnd();
        this.heard(this.last);
      }
      this.passingOver = false;
    }
    this.unfinished = "";
  }
}
