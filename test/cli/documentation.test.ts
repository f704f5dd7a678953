import { expect, test } from 'vitest';
import { commandsPage, exitCodesPage } from '../../lib/cli/documentation.ts';

test('docs/commands.md says what the commands are', async () => {
  await expect(commandsPage()).toMatchFileSnapshot('../../docs/commands.md');
});

test('docs/exit-codes.md says what the exit codes are', async () => {
  await expect(exitCodesPage()).toMatchFileSnapshot('../../docs/exit-codes.md');
});
