import { reconcile } from '../../lib/stages/drive/reconcile.ts';
import { readEnvironment } from './environment.ts';
import { openExecutions } from './executions.ts';
import { openHistory } from './history.ts';
import { onLambda } from './on-lambda.ts';

const environment = readEnvironment();
const services = { store: openHistory(environment), executions: openExecutions(environment) };

export const handler = onLambda(({ log, count }) => async () => {
  const reconciled = await reconcile({ ...services, log });
  count('RunsLost', reconciled.drivenOn.length);
  return reconciled;
});
