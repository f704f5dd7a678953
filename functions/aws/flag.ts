import type { Flags } from '../../lib/environments/flags.ts';
import { flagHandler } from '../flag.ts';
import { readEnvironment } from './serving/environment.ts';
import { openHistory } from './serving/history.ts';
import { onDemand } from './serving/on-demand.ts';
import { onLambda } from './serving/on-lambda.ts';

const environment = readEnvironment();
const store = openHistory(environment);
const flags = onDemand<Flags>({ publish: true }, async () =>
  (await import('./serving/flags.ts')).openFlags(environment, store),
);
const services = { store, flags };

export const handler = onLambda(() => flagHandler(services));
