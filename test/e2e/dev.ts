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

/** Starts a system that kills itself right after the given point of a rollback; never, where the point is 0. */
export function startDyingSystem(
  ground: Ground,
  point: number,
): Promise<Dev & { readonly dead: Promise<Run> }> {
  const bin = fileURLToPath(new URL('dying-system.ts', import.meta.url));
  const points = `${ground.root}/points-${point}`;
  return onceRunning(startCli([ground.data, points, String(point)], { cwd: ground.root, bin }), ground);
}

async function onceRunning(command: Running, ground: Ground): Promise<Dev & { readonly dead: Promise<Run> }> {
  await command.said('✔ running');
  const system = await openSystem({ folder: ground.root, environment: {}, flags: { data: ground.data } });
  const end = async (signal: 'SIGKILL' | 'SIGTERM'): Promise<Run> => {
    system.close();
    command.signal(signal);
    return command.ended;
  };
  return {
    system,
    dead: command.ended,
    kill: async () => void (await end('SIGKILL')),
    stop: () => end('SIGTERM'),
  };
}
