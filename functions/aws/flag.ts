import { flagHandler } from '../flag.ts';
import { readEnvironment } from './environment.ts';
import { openFlags } from './flags.ts';
import { openHistory } from './history.ts';
import { onLambda } from './on-lambda.ts';

const environment = readEnvironment();
const store = openHistory(environment);
const services = { store, flags: openFlags(environment, store) };

export const handler = onLambda(() => flagHandler(services));
