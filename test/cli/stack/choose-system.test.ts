import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { Surroundings } from '../../../lib/cli/settings.ts';
import { chooseStackToConnect, chooseSystem } from '../../../lib/cli/stack/choose-system.ts';
import { refuseStack, requireLocalHere } from '../../../lib/cli/stack/local-only.ts';
import {
  connectionFile,
  readStackConnection,
  removeStackConnection,
  type StackConnection,
  writeStackConnection,
} from '../../../lib/cli/stack/stack-connection.ts';
import { CONNECTION as SAMPLE } from './sample-connection.ts';

const CONNECTION: StackConnection = { ...SAMPLE, profile: 'work' };

let folder: string;
let data: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'nonevent-choose-'));
  data = join(folder, '.nonevent');
  onTestFinished(() => rmSync(folder, { recursive: true }));
  await writeFile(join(folder, 'nonevent.yaml'), '');
});

const here = (
  flags: Surroundings['flags'] = {},
  environment: Surroundings['environment'] = {},
): Surroundings => ({ folder, environment, flags });

describe('the system that a command works with', () => {
  test('is the local one where nothing says otherwise', () => {
    expect(chooseSystem(here())).toEqual({ system: { value: 'local', from: 'default' } });
  });

  test('is the stack that is connected, with what is known of it', async () => {
    const file = await writeStackConnection(data, CONNECTION);
    expect(file).toBe(connectionFile(data));
    expect(chooseSystem(here())).toEqual({
      system: { value: 'stack', from: file },
      stack: { value: 'Nonevent', from: file },
      region: { value: 'eu-west-1', from: file },
      profile: { value: 'work', from: file },
      known: CONNECTION,
    });
  });

  test('comes from the flag, then the variable, then the file; each value for itself', async () => {
    const file = await writeStackConnection(data, CONNECTION);
    const environment = { NONEVENT_STACK: 'Staging', NONEVENT_REGION: 'us-east-2' };
    expect(chooseSystem(here({ stack: 'Other' }, environment))).toEqual({
      system: { value: 'stack', from: 'flag --stack' },
      stack: { value: 'Other', from: 'flag --stack' },
      region: { value: 'us-east-2', from: 'variable NONEVENT_REGION' },
      profile: { value: 'work', from: file },
      // Another stack, or the same name elsewhere, has to be asked for what is in it.
      known: undefined,
    });
  });

  test('is the stack Nonevent where only a profile or a region is named', () => {
    expect(chooseSystem(here({ region: 'eu-west-1' }))).toMatchObject({
      stack: { value: 'Nonevent', from: 'default' },
      region: { value: 'eu-west-1', from: 'flag --region' },
      profile: { value: undefined, from: 'the default chain of AWS' },
    });
  });

  test.each([{ local: true }, { data: '/elsewhere' }])(
    'is the local one with %o, even where the file is damaged',
    async (flags) => {
      await mkdir(data);
      await writeFile(connectionFile(data), '{');
      expect(chooseSystem(here(flags, { NONEVENT_STACK: 'Staging' })).system.value).toBe('local');
    },
  );

  test('cannot be both', () => {
    expect(() => chooseSystem(here({ local: true, stack: 'Nonevent' }))).toThrow(
      '--local means the local system and --stack a stack in AWS: expected one of them',
    );
  });

  test.each([
    [{ stack: '../x' }, 'invalid --stack "../x": expected the name of a stack'],
    [
      { region: 'evil.example.com/' },
      'invalid --region "evil.example.com/": expected a region such as eu-west-1',
    ],
    [{ profile: 'a]b' }, 'invalid --profile "a]b": expected the name of an AWS profile'],
  ])('has a name that can be one: %o', (flags, message) => {
    expect(() => chooseSystem(here(flags))).toThrow(message);
  });

  test('that is connected anew owes nothing to the one that was', async () => {
    await writeStackConnection(data, CONNECTION);
    expect(chooseStackToConnect(here())).toMatchObject({
      stack: { value: 'Nonevent', from: 'default' },
      region: { value: undefined },
      profile: { value: undefined },
    });
  });
});

describe('connection.json', () => {
  test('is removed, and says whether it was there', async () => {
    await writeStackConnection(data, CONNECTION);
    expect([await removeStackConnection(data), await removeStackConnection(data)]).toEqual([true, false]);
    expect(readStackConnection(data)).toBeUndefined();
  });

  test('that was changed by hand is refused with what is wrong', async () => {
    await writeStackConnection(data, CONNECTION);
    await writeFile(connectionFile(data), JSON.stringify({ ...CONNECTION, table: '?', token: 'x' }));
    expect(() => readStackConnection(data)).toThrow(
      `${connectionFile(data)} is no connection to a stack: table: expected the name of a table, the file: Unrecognized key: "token"`,
    );
  });
});

describe('a command of one machine', () => {
  test('says so where commands go to a stack, and how it is run all the same', async () => {
    await writeStackConnection(data, CONNECTION);
    expect(() => requireLocalHere(here(), 'dev')).toThrow(
      `\`nonevent dev\` runs the local system, and commands here go to stack Nonevent (${connectionFile(data)})`,
    );
    expect(() => requireLocalHere(here({ local: true }), 'dev')).not.toThrow();
  });

  test('that brings its own system minds a stack that is named only', async () => {
    await writeStackConnection(data, CONNECTION);
    expect(() => refuseStack(here(), 'demo')).not.toThrow();
    expect(() => refuseStack(here({ region: 'eu-west-1' }), 'demo')).toThrow(
      '`nonevent demo` runs on this machine alone, and --region means a stack in AWS',
    );
  });
});
