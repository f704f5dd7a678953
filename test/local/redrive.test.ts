import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { expect, onTestFinished, test } from 'vitest';
import { examineDeadLetters } from '../../lib/cli/doctor/dead-letters.ts';
import { redriveDeadLetters } from '../../lib/local/redrive.ts';
import { startSystem } from '../../lib/local/system.ts';
import { temporaryFolder } from './temporary-folder.ts';

test('what was given up is shown by its file, and delivered again once it is asked for', async () => {
  const folder = await temporaryFolder();
  const delivered = Promise.withResolvers<unknown>();
  const givenUp = Promise.withResolvers<string>();
  let isMended = false;
  const system = await startSystem({
    folder,
    timeScale: 0.001,
    rules: [{ name: 'shop', pattern: { source: ['shop'] }, function: 'shop' }],
    functions: () => ({
      shop: async (event) => {
        if (!isMended) throw new TypeError('cannot read this');
        delivered.resolve(event);
      },
    }),
    log: givenUp.resolve,
  });
  onTestFinished(() => system.close());
  expect(await examineDeadLetters(folder)).toEqual({ what: 'dead letters', state: 'ok', observed: 'none' });

  const Entries = [{ Source: 'shop', DetailType: 'Stop Requested', Detail: '{"n":1}' }];
  await system.clients.events.send(new PutEventsCommand({ Entries }));
  await givenUp.promise;
  expect(await examineDeadLetters(folder)).toEqual({
    what: 'dead letters',
    state: 'warning',
    observed: `1 event in ${system.folder.events}; the newest is Stop Requested, given up after 5 attempts: cannot read this`,
    fix: 'mend what the reason names, then deliver them again with `nonevent redrive`',
  });

  isMended = true;
  expect(await redriveDeadLetters(system.connection)).toBe(1);
  expect(await delivered.promise).toMatchObject({ detail: { n: 1 } });
  expect(await redriveDeadLetters(system.connection)).toBe(0);
  await expect(redriveDeadLetters({ ...system.connection, token: 'somebody-else-s' })).rejects.toMatchObject({
    code: 'Unreachable',
  });
});
