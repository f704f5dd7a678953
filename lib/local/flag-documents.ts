import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { environmentStream, foldEnvironment } from '../environments/environment.ts';
import { type Flags, flagChanges, flagValues } from '../environments/flags.ts';
import type { EventStore } from '../history/event-store.ts';
import { createInOrder } from '../targets/process/in-order.ts';
import { writeAtomically } from './write-atomically.ts';

/** The flags of each environment as a JSON file, which its services read. */
export type FlagDocuments = Flags & {
  /** The file of an environment. It is there once it was published. */
  path(environment: string): string;
};

/**
 * Keeps `<folder>/<environment>.json`: `{ environment, seq, flags }`, where `seq` is the commit of the environment that changed a
 * flag last. A reader finds either all of the old file or all of the new one. The folder exists.
 */
export function createFlagDocuments(folder: string, store: Pick<EventStore, 'load'>): FlagDocuments {
  const inOrder = createInOrder();
  const path = (environment: string): string => join(folder, `${environment}.json`);
  return {
    path,
    publish: (environment) =>
      // The stream is read within the turn, so that a later turn never writes an earlier state.
      inOrder(environment, async () => {
        const { commits } = await store.load(environmentStream(environment));
        const seq = flagChanges(commits).at(-1)?.seq ?? 0;
        const flags = flagValues(foldEnvironment(commits));
        const text = `${JSON.stringify({ environment, seq, flags }, undefined, 2)}\n`;
        const known = await readFile(path(environment), 'utf8').catch(() => undefined);
        if (known !== text) await writeAtomically(path(environment), text);
      }),
  };
}
