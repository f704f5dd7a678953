import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { TARGET_PERMISSIONS } from '../../../lib/targets/aws/permissions.ts';

it('are those that docs/targets.md lists, kind by kind', async () => {
  const text = await readFile('docs/targets.md', 'utf8');
  const table = text.slice(text.indexOf('## Permissions'));
  const listed = Object.keys(TARGET_PERMISSIONS).map((kind) => {
    const row = table.split('\n').find((line) => line.startsWith(`| \`${kind}\``)) ?? '';
    return [kind, (row.match(/`[a-z0-9]+:[A-Za-z]+`/g) ?? []).map((action) => action.slice(1, -1))];
  });
  expect(listed).toEqual(
    Object.entries(TARGET_PERMISSIONS).map(([kind, all]) => [kind, all.map(({ action }) => action)]),
  );
});
