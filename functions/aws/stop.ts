import { stopHandler } from '../stop.ts';
import { readEnvironment } from './serving/environment.ts';
import { onLambda } from './serving/on-lambda.ts';
import { workingServices } from './serving/working-services.ts';

const services = workingServices(readEnvironment());

export const handler = onLambda((invocation) => {
  const working = services(invocation);
  return stopHandler({
    store: working.store,
    // Loaded once the stop is recorded: most stops end work of ours, and there is nothing else to end.
    settleAwaited: async (deployment) => {
      const { settleAwaited } = await import('../../lib/stages/drive/callback.ts');
      return settleAwaited(working, deployment);
    },
  });
});
