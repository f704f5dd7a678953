import { concludeHandler } from '../conclude.ts';
import { readEnvironment } from './serving/environment.ts';
import { onLambda } from './serving/on-lambda.ts';
import { workingServices } from './serving/working-services.ts';

const services = workingServices(readEnvironment());

export const handler = onLambda((invocation) => concludeHandler(services(invocation)));
