import { createInterface } from 'node:readline/promises';
import { NoneventError } from '../nonevent-error.ts';
import type { Output } from './output/output.ts';

/**
 * Asks the person at the terminal.
 *
 * Errors: `InvalidInput` where there is no terminal to ask at.
 */
export async function isConfirmed({ isInteractive }: Output, what: string): Promise<boolean> {
  if (!isInteractive || !process.stdin.isTTY) {
    throw new NoneventError('InvalidInput', `there is no terminal to ask at whether to ${what}`, {
      hint: 'say so with --yes',
    });
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(`  ${what}? [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}
