import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BundleReport, verifyBundle } from '../../lib/audit/bundle/verify-bundle.ts';
import { NOW } from './sample-bundle.ts';

export const PYTHON_VERIFIER = fileURLToPath(new URL('verify_bundle.py', import.meta.url));

/** What both verifiers say of a bundle. */
export type Verdicts = {
  readonly ours: BundleReport;
  readonly theirs: { readonly sound: boolean; readonly line?: number; readonly problem?: string };
};

/** Has our verifier and the one in Python, as one process, verify bundles that are written into a folder. */
export async function verifyBoth(
  folder: string,
  bundles: readonly (string | Buffer)[],
  options: { readonly now?: number; readonly publicKey?: string } = {},
): Promise<readonly Verdicts[]> {
  const now = options.now ?? NOW;
  const paths = bundles.map((_, index) => join(folder, `${index}.jsonl`));
  await Promise.all(bundles.map((bundle, index) => writeFile(paths[index] ?? '', bundle)));
  const key = options.publicKey === undefined ? [] : ['--key', options.publicKey];
  const said = await python([...key, '--now', String(now), ...paths]);
  const theirs = said.trim().split('\n');
  return Promise.all(
    bundles.map(async (bundle, index) => ({
      ours: await verifyBundle([Buffer.from(bundle)], { ...options, now }),
      theirs: JSON.parse(theirs[index] ?? '{}'),
    })),
  );
}

/** Exit code 8 is an answer; anything else, or a word on stderr, is none. */
function python(words: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile('python3', [PYTHON_VERIFIER, ...words], { maxBuffer: 1e8 }, (error, stdout, stderr) => {
      if (stderr !== '' || (error !== null && error.code !== 8)) reject(error ?? new Error(stderr));
      else resolve(stdout);
    });
  });
}
