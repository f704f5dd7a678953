import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { MOST_ENTRIES } from '../../../../lib/targets/aws/packages/zip.ts';
import { requireFewEnough, zipOfFolder } from '../../../../lib/targets/aws/packages/zip-of-folder.ts';
import { temporaryFolder } from '../../../local/temporary-folder.ts';

it('packs the files of a folder, and none of its folders', async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'lib'));
  await writeFile(join(folder, 'lib', 'index.js'), '');
  const bytes = await zipOfFolder(folder);
  // The end of the central directory says how many entries there are.
  expect(bytes.readUInt16LE(bytes.length - 12)).toBe(1);
});

it('refuses more files than a zip archive can count, and takes as many as it can', () => {
  expect(MOST_ENTRIES).toBe(65_535);
  expect(() => requireFewEnough(65_535)).not.toThrow();
  expect(() => requireFewEnough(65_536)).toThrow(
    expect.objectContaining({
      code: 'ArtifactFailed',
      message: 'the artifact has 65536 files, expected at most 65535 for a Lambda package',
      hint: 'let a command bundle them into fewer files, or deploy an image',
    }),
  );
});
