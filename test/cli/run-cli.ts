import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export const BIN = fileURLToPath(new URL('../../bin/nonevent', import.meta.url));

/** What a run of the real command line left behind. */
export type Run = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

/** Variables of the machine that runs the tests and would change what is tested. */
const FOREIGN = [
  'NO_COLOR',
  'FORCE_COLOR',
  'NONEVENT_FILE',
  'NONEVENT_DATA',
  'NONEVENT_ACTOR',
  'NONEVENT_OWN_NODE',
];

/** Runs bin/nonevent as a shell would, without a terminal. */
export async function runCli(
  words: readonly string[],
  options: {
    readonly cwd?: string;
    readonly env?: Readonly<Record<string, string>>;
    readonly node?: string;
    readonly bin?: string;
  } = {},
): Promise<Run> {
  const own = Object.entries(process.env).filter(([name]) => !FOREIGN.includes(name));
  const child = spawn(options.node ?? process.execPath, [options.bin ?? BIN, ...words], {
    cwd: options.cwd,
    env: { ...Object.fromEntries(own), ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}
