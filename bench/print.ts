import { stdout } from 'node:process';

/** Prints one line of a benchmark's result. */
export function print(line: string): void {
  stdout.write(`${line}\n`);
}
