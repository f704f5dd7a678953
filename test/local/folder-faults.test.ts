import { chmod, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { makeDataFolder } from '../../lib/local/data-folder.ts';
import { runChild } from './run-child.ts';
import { temporaryFolder } from './temporary-folder.ts';

test('refuses a read-only folder with what to do, and writes nothing', async () => {
  const folder = await temporaryFolder();
  await chmod(folder, 0o555);
  const child = runChild('folder-process.ts', [folder, 'unprivileged']);
  expect(await child.next()).toEqual({
    code: 'StoreUnavailable',
    message: `could not use the data folder ${folder}: it may not be written (EACCES)`,
    hint: 'give this user the right to write there, or choose another data folder',
  });
  expect(await readdir(folder)).toEqual([]);
  await chmod(folder, 0o755);
});

test('refuses a folder that is a file', async () => {
  const file = join(await temporaryFolder(), 'file');
  await writeFile(file, 'mine');
  const child = runChild('folder-process.ts', [file]);
  expect(await child.next()).toMatchObject({ code: 'StoreUnavailable', hint: 'nonevent doctor' });
});

test('refuses a full disk before anything depends on it', async () => {
  const folder = await temporaryFolder();
  const child = runChild('folder-process.ts', [folder], 'ulimit -f 0');
  expect(await child.next()).toEqual({
    code: 'StoreUnavailable',
    message: `could not use the data folder ${folder}: the disk is full (EFBIG)`,
    hint: 'free some space and start `nonevent dev` again; what was acknowledged is kept',
  });
});

test.each(['work', 'system.json', 'logs/functions.jsonl', 'targets/production'])(
  'refuses a folder in which %s leads elsewhere, and writes nothing there',
  async (path) => {
    const [folder, elsewhere] = [await temporaryFolder(), await temporaryFolder()];
    await writeFile(join(elsewhere, 'file'), 'mine');
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await symlink(path.includes('json') ? join(elsewhere, 'file') : elsewhere, join(folder, path));
    await expect(makeDataFolder(folder)).rejects.toMatchObject({
      code: 'InvalidInput',
      message: `${join(folder, path)} is a link, and a data folder has none`,
    });
    expect(await readdir(elsewhere)).toEqual(['file']);
    expect(await readFile(join(elsewhere, 'file'), 'utf8')).toBe('mine');
  },
);

test('takes a folder that is itself reached through a link', async () => {
  const [folder, elsewhere] = [await temporaryFolder(), await temporaryFolder()];
  await symlink(elsewhere, join(folder, 'link'));
  await makeDataFolder(join(folder, 'link'));
  expect(await readdir(elsewhere)).toContain('work');
});
