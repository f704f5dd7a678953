import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TreeEntry } from '../../../lib/artifacts/packing/tree.ts';
import { writeTar } from '../../../lib/artifacts/packing/write-tar.ts';
import { temporaryFolder } from '../../stages/temporary-folder.ts';

async function drain(archive: AsyncIterable<unknown>, first?: () => Promise<void>): Promise<void> {
  let isFirst = true;
  for await (const _ of archive) {
    if (isFirst) await first?.();
    isFirst = false;
  }
}

describe('files that change while they are packed', () => {
  const entry = (size: number): TreeEntry => ({ type: 'file', path: 'file', executable: false, size });
  const changed = { code: 'ArtifactFailed', message: '"file" changed while it was packed' };

  it.each([2, 4])('are noticed when they had %i bytes before', async (size) => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'file'), 'abc');
    await expect(drain(writeTar(folder, [entry(size)]))).rejects.toMatchObject(changed);
  });

  it('are noticed when they are gone', async () => {
    await expect(drain(writeTar(await temporaryFolder(), [entry(2)]))).rejects.toMatchObject(changed);
  });

  it('are noticed when they are written in the middle of their reading', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'file'), Buffer.alloc(8_000_000));
    const overwrite = async () => {
      const file = await open(join(folder, 'file'), 'r+');
      await file.write('changed', 7_999_000);
      await file.close();
    };
    await expect(drain(writeTar(folder, [entry(8_000_000)]), overwrite)).rejects.toMatchObject(changed);
  });

  it('are noticed when they are cut in the middle of their reading', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'file'), Buffer.alloc(8_000_000));
    const cut = async () => {
      const file = await open(join(folder, 'file'), 'r+');
      await file.truncate(7_000_000);
      await file.close();
    };
    await expect(drain(writeTar(folder, [entry(8_000_000)]), cut)).rejects.toMatchObject(changed);
  });
});
