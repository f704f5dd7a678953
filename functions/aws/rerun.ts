import { rerunHandler } from '../rerun.ts';
import { readEnvironment } from './serving/environment.ts';
import { openExecutions } from './serving/executions.ts';
import { openHistory } from './serving/history.ts';
import { onLambda } from './serving/on-lambda.ts';

const environment = readEnvironment();
const services = { store: openHistory(environment), executions: openExecutions(environment) };

export const handler = onLambda(() => rerunHandler(services));
