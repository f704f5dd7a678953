import { realpath } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { git } from '../../artifacts/packing/git.ts';
import { NoneventError } from '../../nonevent-error.ts';

/**
 * Refuses a connection that came with a checkout: whoever may commit to a repository must not say where the source of others goes.
 * Where there is no git, or no repository, nothing came with one.
 *
 * Errors: `Unreachable`, with the way out.
 */
export async function requireUntracked(file: string): Promise<void> {
  // A tracked link may lead out of the repository, and an untracked one to what is tracked.
  const places = new Set([file, await realpath(file).catch(() => file)]);
  for (const place of places) if (await isTracked(place)) throw tracked(file);
}

const GIT_MS = 10_000;

async function isTracked(file: string): Promise<boolean> {
  try {
    // Not ours to read as a pattern.
    const words = ['--literal-pathspecs', 'ls-files', '--error-unmatch', '--', basename(file)];
    await git(dirname(file), words, GIT_MS);
    return true;
  } catch {
    return false;
  }
}

function tracked(file: string): NoneventError {
  return new NoneventError(
    'Unreachable',
    `git tracks ${file}, so what it says came from the repository: expected a connection that was made here`,
    {
      fields: { path: file },
      hint: `take it out of git with \`git rm --cached ${file}\`, then run \`nonevent connect\` again`,
    },
  );
}
