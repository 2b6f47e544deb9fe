import { InvalidArgumentError, Option } from "commander";

/** `--within SECONDS`: how long a command that looks at many things may take. @param what what the seconds are for */
export function withinOption(what: string): Option {
  return new Option("--within <seconds>", what).argParser(seconds).default(10);
}

function seconds(text: string): number {
  const number = Number(text);
  if (!(number > 0 && number <= 600))
    throw new InvalidArgumentError("write a number of seconds up to 600, such as 10");
  return number;
}
