import { enterHandler } from '../enter.ts';
import { readEnvironment } from './environment.ts';
import { onLambda } from './on-lambda.ts';
import { workingServices } from './working-services.ts';

const services = workingServices(readEnvironment());

export const handler = onLambda((invocation) => enterHandler(services(invocation)));
