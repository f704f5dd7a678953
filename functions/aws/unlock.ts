import { unlockHandler } from '../unlock.ts';
import { readEnvironment } from './serving/environment.ts';
import { openHistory } from './serving/history.ts';
import { onLambda } from './serving/on-lambda.ts';

const services = { store: openHistory(readEnvironment()) };

export const handler = onLambda(() => unlockHandler(services));
