import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Programs that a repository's own configuration names are not started. */
const TRUST_NOTHING = ['-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null'];

/**
 * What git answers in a folder. A hook's own variables would lead it to another repository, so it gets none of them.
 *
 * Rejects with what `execFile` rejects with, also when `timeout` milliseconds are over.
 */
export async function git(folder: string, words: readonly string[], timeout = 0): Promise<string> {
  const environment = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_')),
  );
  const { stdout } = await promisify(execFile)('git', [...TRUST_NOTHING, ...words], {
    cwd: folder,
    env: { ...environment, GIT_OPTIONAL_LOCKS: '0' },
    maxBuffer: 256 * 1024 * 1024,
    timeout,
  });
  return stdout;
}
