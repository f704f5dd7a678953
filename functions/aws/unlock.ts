import { unlockHandler } from '../unlock.ts';
import { readEnvironment } from './environment.ts';
import { openHistory } from './history.ts';
import { onLambda } from './on-lambda.ts';

const services = { store: openHistory(readEnvironment()) };

export const handler = onLambda(() => unlockHandler(services));
