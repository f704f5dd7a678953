import { existsSync } from 'node:fs';
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
import { DATA_IN_THIS_FOLDER, FILE_NAME, findSettings, type Surroundings } from './settings.ts';

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
    detailType:
      | 'Deployment Requested'
      | 'Rollback Requested'
      | 'Rerun Requested'
      | 'Stop Requested'
      | 'Flag Requested'
      | 'Unlock Requested',
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
 * Errors: `NotFound` where nothing says which folder that is; `Unreachable` when none runs there.
 */
export async function openSystem(surroundings: Surroundings): Promise<System> {
  const path = requireDataFolder(surroundings);
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

/** A folder without a pipeline file may be a data folder's home by `nonevent dev` alone, and then it has one. */
function requireDataFolder(surroundings: Surroundings): string {
  const { data, file } = findSettings(surroundings);
  if (file.value !== undefined || data.from !== DATA_IN_THIS_FOLDER || existsSync(data.value))
    return data.value;
  const message = `no ${FILE_NAME} in ${surroundings.folder} or in any folder above it, so nothing says which system is meant`;
  throw new NoneventError('NotFound', message, {
    hint: 'go to the folder of your pipeline, or name the folder of the system with --data',
  });
}

function refuse(what: string, cause: unknown): never {
  throw new NoneventError('Unreachable', `the local system did not ${what}: ${messageOf(cause)}`, {
    cause,
    hint: 'run `nonevent doctor`; typing the command again is safe',
  });
}
