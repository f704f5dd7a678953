import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDynamoDBEventStore } from '../../lib/history/dynamodb-event-store.ts';
import { type LocalSystem, startSystem } from '../../lib/local/system.ts';
import { type Run, runCli } from '../cli/run-cli.ts';
import { writeSampleHistory } from './sample-history.ts';

/** A local system that holds the sample history, and the command line in a folder of its own beside it. */
export type SampleSystem = {
  readonly folder: string;
  readonly system: LocalSystem;
  readonly run: (...words: readonly string[]) => Promise<Run>;
  readonly close: () => Promise<void>;
};

export async function startSampleSystem(): Promise<SampleSystem> {
  const folder = await mkdtemp(join(tmpdir(), 'nonevent-audit-'));
  const system = await startSystem({ folder: join(folder, '.nonevent'), functions: () => ({}) });
  const { dynamodb: client } = system.clients;
  await writeSampleHistory(createDynamoDBEventStore({ client, table: system.connection.table }));
  return {
    folder,
    system,
    run: (...words) => runCli(words, { cwd: folder, env: { NONEVENT_STATE: join(folder, 'state') } }),
    async close() {
      await system.close();
      await rm(folder, { recursive: true });
    },
  };
}
