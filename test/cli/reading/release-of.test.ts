import { execFileSync } from 'node:child_process';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { releaseOf, versionOf } from '../../../lib/cli/reading/release-of.ts';
import { digest } from '../../../lib/pipeline/release.ts';
import { temporaryFolder } from '../../stages/temporary-folder.ts';

const ARTIFACT = digest.parse(`sha256:${'a'.repeat(64)}`);

function git(folder: string, ...words: readonly string[]): string {
  return execFileSync('git', ['-c', 'user.name=T', '-c', 'user.email=t@example.com', ...words], {
    cwd: folder,
    encoding: 'utf8',
  }).trim();
}

async function repository(): Promise<string> {
  const folder = await temporaryFolder();
  git(folder, 'init', '-q', '-b', 'main');
  await writeFile(join(folder, 'file.txt'), 'content');
  git(folder, 'add', '.');
  git(folder, 'commit', '-qm', 'one');
  return folder;
}

it('is what git calls a clean source, with its commit', async () => {
  const folder = await repository();
  git(folder, 'tag', '-a', 'v1.2.3', '-m', 'v1.2.3');
  expect(await versionOf(folder, undefined)).toEqual({
    version: 'v1.2.3',
    commit: git(folder, 'rev-parse', 'HEAD'),
  });
});

it('has no commit where the source was changed', async () => {
  const folder = await repository();
  await writeFile(join(folder, 'file.txt'), 'changed');
  expect((await versionOf(folder, '1.0.0')).commit).toBeUndefined();
});

it('starts no program that the repository names', async () => {
  const folder = await repository();
  const seen = await temporaryFolder();
  const program = join(seen, 'program.sh');
  await writeFile(program, `#!/bin/sh\ntouch ${seen}/started\n`, { mode: 0o755 });
  git(folder, 'config', 'core.fsmonitor', program);
  await writeFile(join(folder, '.git', 'hooks', 'post-index-change'), `#!/bin/sh\ntouch ${seen}/hooked\n`, {
    mode: 0o755,
  });
  await versionOf(folder, undefined);
  expect(await readdir(seen)).toEqual(['program.sh']);
});

it('is not that of the repository which a hook speaks of', async () => {
  const [folder, other] = [await repository(), await repository()];
  git(other, 'tag', '-a', 'v9', '-m', 'v9');
  process.env.GIT_DIR = join(other, '.git');
  onTestFinished(() => {
    delete process.env.GIT_DIR;
  });
  expect((await versionOf(folder, undefined)).version).not.toBe('v9');
});

it.each(['v1;$(touch owned)', 'feature/x', '../x', 'a\u001b[31m', '-rf', `1${'0'.repeat(64)}`, '1\n2'])(
  'cannot be %j',
  (version) => {
    expect(() => releaseOf({ version, commit: undefined }, ARTIFACT)).toThrow(
      `invalid version ${JSON.stringify(version)}: expected a version such as 1.4.2`,
    );
  },
);
