import type { Flags } from '../../lib/environments/flags.ts';
import { flagHandler } from '../flag.ts';
import { readEnvironment } from './environment.ts';
import { openHistory } from './history.ts';
import { onDemand } from './on-demand.ts';
import { onLambda } from './on-lambda.ts';

const environment = readEnvironment();
const store = openHistory(environment);
const flags = onDemand<Flags>(['publish'], async () =>
  (await import('./flags.ts')).openFlags(environment, store),
);
const services = { store, flags };

export const handler = onLambda(() => flagHandler(services));
