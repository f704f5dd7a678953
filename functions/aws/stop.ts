import { settleAwaited } from '../../lib/stages/drive/callback.ts';
import { stopHandler } from '../stop.ts';
import { readEnvironment } from './environment.ts';
import { onLambda } from './on-lambda.ts';
import { workingServices } from './working-services.ts';

const services = workingServices(readEnvironment());

export const handler = onLambda((invocation) => {
  const working = services(invocation);
  return stopHandler({
    store: working.store,
    settleAwaited: (deployment) => settleAwaited(working, deployment),
  });
});
