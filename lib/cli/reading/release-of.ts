import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { git } from '../../artifacts/packing/git.ts';
import { NoneventError } from '../../nonevent-error.ts';
import { type Digest, type Release, release } from '../../pipeline/release.ts';

const GIT_MILLISECONDS = 5000;

const packageFile = z.object({ version: z.string().optional() });

/** What is known of a source before it is packed. */
export type SourceVersion = { readonly version: string; readonly commit: string | undefined };

/**
 * The version of the source in a folder: the one given, else that of its package.json, else what git calls it.
 *
 * Errors: `InvalidInput` where there is none.
 */
export async function versionOf(folder: string, given: string | undefined): Promise<SourceVersion> {
  const version =
    given ??
    (await packageVersion(folder)) ??
    (await told(folder, ['describe', '--tags', '--always', '--dirty']));
  if (version !== undefined) return { version, commit: await cleanCommit(folder) };
  throw new NoneventError(
    'InvalidInput',
    `the source in ${folder} has no version: no package.json and no git commit`,
    {
      hint: 'name one with --release, such as --release 1.0.0',
    },
  );
}

/**
 * The release of a packed source.
 *
 * Errors: `InvalidInput` for a version that cannot be one.
 */
export function releaseOf({ version, commit }: SourceVersion, artifact: Digest): Release {
  const parsed = release.safeParse({ version, artifact, ...(commit === undefined ? {} : { commit }) });
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]?.message ?? 'not understood';
  throw new NoneventError('InvalidInput', `invalid version ${JSON.stringify(version)}: ${issue}`, {
    hint: 'name another with --release, such as --release 1.0.0',
  });
}

async function packageVersion(folder: string): Promise<string | undefined> {
  try {
    return packageFile.parse(JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))).version;
  } catch {
    // No package.json, or none that says a version: the next source is asked.
    return undefined;
  }
}

/** The commit that the source is, which a changed working tree is not. */
async function cleanCommit(folder: string): Promise<string | undefined> {
  const changed = await told(folder, ['status', '--porcelain', '--', '.']);
  return changed === '' ? told(folder, ['rev-parse', 'HEAD']) : undefined;
}

/** What git answers; `undefined` where there is no git, no repository or no commit. */
async function told(folder: string, words: readonly string[]): Promise<string | undefined> {
  try {
    return (await git(folder, words, GIT_MILLISECONDS)).trim();
  } catch {
    return undefined;
  }
}
