import { existsSync } from 'node:fs';
import { createArtifactStore } from '../artifacts/artifact-store.ts';
import { pipelineDigest } from '../history/digests.ts';
import { createDynamoDBEventStore } from '../history/dynamodb-event-store.ts';
import { compileStatesLanguage } from '../lifecycle/states-language.ts';
import { clientsFor, destroyClients } from '../local/clients.ts';
import { readConnection } from '../local/connection.ts';
import { dataFolder } from '../local/data-folder.ts';
import { FUNCTION_NAMES } from '../local/function-names.ts';
import { messageOf, NoneventError } from '../nonevent-error.ts';
import { stateMachineName } from '../stages/drive/executions.ts';
import { WATCHING_LOCALLY } from './pace.ts';
import { DATA_IN_THIS_FOLDER, FILE_NAME, findSettings, type Surroundings } from './settings.ts';
import type { LocalSystemOfCli } from './system.ts';

/** One machine has no roles; the API asks for one. */
const NO_ROLE = 'arn:aws:iam::000000000000:role/none';

/**
 * Finds the local system that runs on the data folder.
 *
 * Errors: `NotFound` where nothing says which folder that is; `Unreachable` when none runs there.
 */
export async function openLocalSystem(surroundings: Surroundings): Promise<LocalSystemOfCli> {
  const path = requireDataFolder(surroundings);
  const connection = await readConnection(path);
  const clients = clientsFor(connection);
  const folder = dataFolder(path);
  return {
    kind: 'local',
    called: 'the local system',
    identity: () => Promise.resolve(folder.root),
    whySee: folder.logs,
    options: surroundings.flags.local === true ? ' --local' : '',
    watching: WATCHING_LOCALLY,
    store: createDynamoDBEventStore({ client: clients.dynamodb, table: connection.table }),
    dynamodb: clients.dynamodb,
    table: connection.table,
    folder,
    artifacts: createArtifactStore(folder.artifacts),
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
      const { putRequest } = await import('./stack/put-request.ts');
      await putRequest(clients.events, { detailType, detail }).catch((cause: unknown) =>
        refuse('take the request', cause),
      );
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
