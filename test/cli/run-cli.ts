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
  'NONEVENT_STACK',
  'NONEVENT_PROFILE',
  'NONEVENT_REGION',
  'NONEVENT_OWN_NODE',
];

export type RunOptions = {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly node?: string;
  readonly bin?: string;
};

/** A command that runs. */
export type Running = {
  /** Resolves once stdout or stderr has this text; rejects when the command ends without it. */
  readonly said: (text: string) => Promise<void>;
  readonly signal: (name: NodeJS.Signals) => void;
  readonly ended: Promise<Run>;
};

/** Runs bin/nonevent to its end, as a shell would, without a terminal. */
export function runCli(words: readonly string[], options: RunOptions = {}): Promise<Run> {
  return startCli(words, options).ended;
}

/** Starts bin/nonevent, as a shell would, without a terminal. */
export function startCli(words: readonly string[], options: RunOptions = {}): Running {
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
  const has = (text: string): boolean => stdout.includes(text) || stderr.includes(text);
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, stdout, stderr }));
  return {
    ended,
    signal: (name) => void child.kill(name),
    said: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (has(text)) resolve();
        };
        child.stdout.on('data', look);
        child.stderr.on('data', look);
        void ended.then(() => reject(new Error(`it ended without saying ${text}: ${stderr}`)));
        look();
      }),
  };
}
