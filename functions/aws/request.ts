import { requestHandler } from '../request.ts';
import { readEnvironment } from './environment.ts';
import { openExecutions } from './executions.ts';
import { openHistory } from './history.ts';
import { onLambda } from './on-lambda.ts';

const environment = readEnvironment();
const services = { store: openHistory(environment), executions: openExecutions(environment) };

export const handler = onLambda(() => requestHandler(services));
