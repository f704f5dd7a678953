import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { publishHandler } from '../publish.ts';
import { readEnvironment } from './serving/environment.ts';
import { onLambda } from './serving/on-lambda.ts';

const { NONEVENT_BUS: bus } = readEnvironment();
const client = new EventBridgeClient({});

export const handler = onLambda(({ log }) => publishHandler({ client, bus, log }));
