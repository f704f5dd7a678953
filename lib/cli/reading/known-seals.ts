import { hash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { KnownSeal } from '../../audit/verify-history.ts';
import { publicKey } from '../../history/seal-events.ts';
import { messageOf, NoneventError } from '../../nonevent-error.ts';
import type { Surroundings } from '../settings.ts';

const hex = z.string().regex(/^[0-9a-f]{64}$/);
const knownSeal = z.object({ seal: z.int().min(1), hash: hex, publicKey, at: z.string().max(40) });

/** What was verified last, kept for a data folder. */
export type KnownSeals = {
  /** Errors: `StoreUnavailable` for what is there and cannot be read: it is not taken for nothing. */
  readonly read: () => Promise<KnownSeal | undefined>;
  readonly write: (seal: KnownSeal) => Promise<void>;
  readonly forget: () => Promise<void>;
};

/**
 * The newest seal that was verified of a data folder. Kept among the user's own state and not in the data folder, so that
 * whoever sets the data folder back does not set this back with it.
 */
export function knownSealsOf(data: string, { environment }: Pick<Surroundings, 'environment'>): KnownSeals {
  const folder = stateFolder(environment);
  const path = join(folder, `seal-${hash('sha256', data).slice(0, 20)}.json`);
  return {
    async read() {
      const text = await readFile(path, 'utf8').catch((thrown: NodeJS.ErrnoException) => {
        if (thrown.code === 'ENOENT') return undefined;
        throw unusable('read', path, thrown);
      });
      if (text === undefined) return undefined;
      try {
        return knownSeal.parse(JSON.parse(text));
      } catch (thrown) {
        throw unusable('understand', path, thrown);
      }
    },
    async write(seal) {
      const temporary = `${path}.${process.pid}`;
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        await writeFile(temporary, `${JSON.stringify({ ...seal, data })}\n`, { mode: 0o600, flush: true });
        await rename(temporary, path);
      } catch (thrown) {
        await rm(temporary, { force: true }).catch(() => undefined);
        throw unusable('write', path, thrown);
      }
    },
    forget: () => rm(path, { force: true }),
  };
}

/** The folder of what this user keeps, which no system writes to. */
export function stateFolder(environment: Surroundings['environment']): string {
  if (environment.NONEVENT_STATE) return environment.NONEVENT_STATE;
  const state = environment.XDG_STATE_HOME || join(homedir(), '.local', 'state');
  return join(state, 'nonevent');
}

function unusable(what: string, path: string, cause: unknown): NoneventError {
  return new NoneventError(
    'StoreUnavailable',
    `cannot ${what} the seal that was verified last, in ${path}: ${messageOf(cause)}`,
    { fields: { path }, hint: 'mend the file or its folder, or forget it with --forget', cause },
  );
}
