import { SFNClient } from '@aws-sdk/client-sfn';
import { createExecutions, type Executions } from '../../../lib/stages/drive/executions.ts';
import { publishedVersions } from '../../../lib/stages/drive/published-versions.ts';
import type { Environment } from './environment.ts';

/** The executions of the system's state machines. */
export function openExecutions({ NONEVENT_STATE_MACHINES }: Environment): Executions {
  const client = new SFNClient({});
  return createExecutions(client, publishedVersions(client, NONEVENT_STATE_MACHINES));
}
