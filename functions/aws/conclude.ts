import { concludeHandler } from '../conclude.ts';
import { readEnvironment } from './environment.ts';
import { onLambda } from './on-lambda.ts';
import { workingServices } from './working-services.ts';

const services = workingServices(readEnvironment());

export const handler = onLambda((invocation) => concludeHandler(services(invocation)));
