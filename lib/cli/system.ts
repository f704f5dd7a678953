import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { pipelineDigest } from '../history/digests.ts';
import { createDynamoDBEventStore } from '../history/dynamodb-event-store.ts';
import type { EventStore } from '../history/event-store.ts';
import { compileStatesLanguage } from '../lifecycle/states-language.ts';
import { clientsFor, destroyClients } from '../local/clients.ts';
import { readConnection } from '../local/connection.ts';
import { type DataFolder, dataFolder } from '../local/data-folder.ts';
import { FUNCTION_NAMES } from '../local/function-names.ts';
import { messageOf, NoneventError } from '../nonevent-error.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { stateMachineName } from '../stages/drive/executions.ts';
import { findSettings, type Surroundings } from './settings.ts';

/** A running system, as the command line uses it: it reads the history, and asks for changes by events. */
export type System = {
  readonly store: EventStore;
  readonly dynamodb: DynamoDBClient;
  readonly table: string;
  readonly folder: DataFolder;
  /** Installs the state machine of a pipeline; harmless when it is installed. */
  readonly register: (pipeline: Pipeline) => Promise<void>;
  /** Puts an event on the bus. */
  readonly publish: (
    detailType: 'Deployment Requested' | 'Rollback Requested' | 'Stop Requested' | 'Flag Requested',
    detail: object,
  ) => Promise<void>;
  readonly close: () => void;
};

/** The source of every event that the command line publishes. */
const SOURCE = 'nonevent.cli';
/** One machine has no roles; the API asks for one. */
const NO_ROLE = 'arn:aws:iam::000000000000:role/none';

/**
 * Finds the local system that runs on the data folder.
 *
 * Errors: `Unreachable` when none does.
 */
export async function openSystem(surroundings: Surroundings): Promise<System> {
  const path = findSettings(surroundings).data.value;
  const connection = await readConnection(path);
  const clients = clientsFor(connection);
  return {
    store: createDynamoDBEventStore({ client: clients.dynamodb, table: connection.table }),
    dynamodb: clients.dynamodb,
    table: connection.table,
    folder: dataFolder(path),
    register: async (pipeline) => {
      const { CreateStateMachineCommand } = await import('@aws-sdk/client-sfn');
      const creation = new CreateStateMachineCommand({
        name: stateMachineName(pipeline.pipeline, pipelineDigest(pipeline)),
        definition: JSON.stringify(compileStatesLanguage(pipeline, FUNCTION_NAMES)),
        roleArn: NO_ROLE,
      });
      await clients.states.send(creation).catch((cause: unknown) => refuse('install the pipeline', cause));
    },
    publish: async (detailType, detail) => {
      const { PutEventsCommand } = await import('@aws-sdk/client-eventbridge');
      const put = new PutEventsCommand({
        Entries: [{ Source: SOURCE, DetailType: detailType, Detail: JSON.stringify(detail) }],
      });
      const { Entries } = await clients.events
        .send(put)
        .catch((cause: unknown) => refuse('take the request', cause));
      const refused = Entries?.find((entry) => entry.ErrorCode !== undefined);
      if (refused !== undefined) refuse('take the request', `${refused.ErrorCode}: ${refused.ErrorMessage}`);
    },
    close: () => destroyClients(clients),
  };
}

function refuse(what: string, cause: unknown): never {
  throw new NoneventError('Unreachable', `the local system did not ${what}: ${messageOf(cause)}`, {
    cause,
    hint: 'run `nonevent doctor`; typing the command again is safe',
  });
}
