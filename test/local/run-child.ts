import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

export type Child = {
  readonly process: ChildProcess;
  /** The next line that the child prints, as JSON. Rejects with what it wrote to stderr when it ends without one. */
  readonly next: () => Promise<unknown>;
  /** Ends the child as a power failure of the process would. */
  readonly kill: () => Promise<void>;
};

/** Runs a script of this folder in a process of its own, with limits that a shell sets first. It is dead when the test has finished. */
export function runChild(script: string, parameters: readonly string[], limits = ':'): Child {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(
    '/bin/sh',
    ['-c', `${limits} && exec "$@"`, 'sh', process.execPath, path, ...parameters],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const errors: string[] = [];
  child.stderr.on('data', (data) => errors.push(String(data)));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  };
  onTestFinished(kill);
  return {
    process: child,
    next: async () => {
      const { done, value } = await lines.next();
      if (done) throw new Error(`the child ended: ${errors.join('')}`);
      return JSON.parse(value);
    },
    kill,
  };
}
