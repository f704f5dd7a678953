import type { LocalSystem } from '../../local/system.ts';
import type { Output } from '../output/output.ts';
import type { Surroundings } from '../settings.ts';
import type { Narrator } from './narrator.ts';
import { ENVIRONMENT, PIPELINE } from './plan.ts';
import type { Substitutes } from './working-copy.ts';

/** Where the demo takes place. */
export type Scene = {
  readonly system: LocalSystem;
  /** The folder that holds one release after the other. */
  readonly source: string;
  /** The data folder of the system. */
  readonly data: string;
  readonly substitutes: Substitutes;
  readonly narrator: Narrator;
  readonly output: Output;
  /** Aborts when the demo is to come to its end, whatever it has seen by then. */
  readonly signal: AbortSignal;
};

/** Where users connect. */
export function portOfUsers({ ports }: Substitutes): number {
  return ports[`${PIPELINE} ${ENVIRONMENT}`];
}

/** The variables of the shell that the demo is started from must not lead it to another system. */
export function surroundingsOf({ source, data }: Pick<Scene, 'source' | 'data'>): Surroundings {
  const environment = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('NONEVENT_')),
  );
  return { folder: source, environment, flags: { data } };
}
