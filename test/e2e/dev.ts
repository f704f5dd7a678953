import { fileURLToPath } from 'node:url';
import { openSystem, type System } from '../../lib/cli/system.ts';
import { type Run, type Running, startCli } from '../cli/run-cli.ts';
import type { Ground } from './ground.ts';

/** `nonevent dev` in a process of its own. */
export type Dev = {
  /** The system as the command line reaches it. */
  readonly system: System;
  /** Ends it at once, as a power failure would. */
  readonly kill: () => Promise<void>;
  /** Ends it as Ctrl-C would, with its services. */
  readonly stop: () => Promise<Run>;
};

/** Starts the local system on the data folder of a ground, and returns once it runs. */
export function startDev(ground: Ground): Promise<Dev> {
  const command = startCli(['dev'], { cwd: ground.root, env: { NONEVENT_DATA: ground.data } });
  return onceRunning(command, ground);
}

/** Starts a system that takes requests and never acts on one. */
export function startDeafSystem(ground: Ground): Promise<Dev> {
  const bin = fileURLToPath(new URL('deaf-system.ts', import.meta.url));
  return onceRunning(startCli([ground.data], { cwd: ground.root, bin }), ground);
}

async function onceRunning(command: Running, ground: Ground): Promise<Dev> {
  await command.said('✔ running');
  const system = await openSystem({ folder: ground.root, environment: {}, flags: { data: ground.data } });
  const end = async (signal: 'SIGKILL' | 'SIGTERM'): Promise<Run> => {
    system.close();
    command.signal(signal);
    return command.ended;
  };
  return {
    system,
    kill: async () => void (await end('SIGKILL')),
    stop: () => end('SIGTERM'),
  };
}
