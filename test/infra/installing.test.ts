import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readEnvironment } from '../../functions/aws/serving/environment.ts';
import { askedFor } from '../../lib/infra/asked-for.ts';
import { pipelinesIn } from '../../lib/infra/pipelines-in.ts';
import { requireInstallable } from '../../lib/infra/require-installable.ts';

function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'nonevent-pipelines-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

const CHECK = 'stages:\n  - { kind: http, name: up, question: Is it up?, url: https://example.com }\n';

it('reads every pipeline file of a folder, in the order of their names', () => {
  const folder = folderWith({
    'b.yaml': `pipeline: second\n${CHECK}`,
    'a.yml': `pipeline: first\n${CHECK}`,
    'README.md': 'no pipeline',
  });
  expect(pipelinesIn(folder).map(({ pipeline }) => pipeline)).toEqual(['first', 'second']);
});

it('reads the example', () => {
  expect(pipelinesIn('examples/aws').map(({ pipeline }) => pipeline)).toEqual(['greeting']);
});

describe('what somebody asks of the app', () => {
  const asked = (context: Readonly<Record<string, string>>, isThere = false) =>
    askedFor(
      (name) => context[name],
      () => isThere,
    );
  const topic = 'arn:aws:sns:eu-west-1:123456789012:alarms';

  it('is the folder that is named, or else the usual one where it is there', () => {
    expect(asked({ pipelines: 'my/folder' }).folder).toBe('my/folder');
    expect(asked({}, true).folder).toBe('pipelines');
    expect(() => asked({})).toThrow('nothing says which pipelines to install');
  });

  it('is a topic to tell of alarms, by its ARN', () => {
    expect(asked({ alarmTopic: topic }, true).alarmTopic).toBe(topic);
    expect(asked({}, true).alarmTopic).toBeUndefined();
    expect(() => asked({ alarmTopic: 'alarms' }, true)).toThrow(
      'invalid alarmTopic "alarms": expected the ARN of an SNS topic',
    );
  });

  it('is refused in two lines and with exit 1, where it cannot be installed', () => {
    const service =
      'pipeline: shop\nenvironments:\n  production: { target: { kind: process, start: npm start, port: 8080 } }\n';
    const folder = folderWith({ 'shop.yaml': `${service}${CHECK}` });
    const { status, stderr } = spawnSync(process.execPath, ['bin/app.mts'], {
      env: { ...process.env, CDK_CONTEXT_JSON: JSON.stringify({ pipelines: folder }) },
      encoding: 'utf8',
    });
    expect(stderr).toBe(
      [
        '✖ error environment production of pipeline shop is a process on one machine, which nothing in an account can reach',
        '  next  use a target of kind lambdaAlias, ecsService or cloudFormation: docs/pipeline-file.md',
        '',
      ].join('\n'),
    );
    expect(status).toBe(1);
  });
});

it('says where a file is wrong, and what to do about a folder without any', () => {
  const wrong = folderWith({ 'a.yaml': 'pipeline: first\nstages: []\n' });
  expect(() => pipelinesIn(wrong)).toThrow(/^a pipeline file is not valid: .*a\.yaml:2:\d+ NE\d+ /);
  expect(() => pipelinesIn(folderWith({}))).toThrow('has no pipeline file: expected at least one .yaml');
  expect(() => pipelinesIn('/nowhere')).toThrow('the folder /nowhere cannot be read');
});

it('refuses to install what could not run: a process, a name twice, a name that is too long', () => {
  const target = 'environments:\n  here: { target: { kind: process, start: npm start, port: 8080 } }\n';
  const [first] = pipelinesIn(folderWith({ 'a.yaml': `pipeline: first\n${CHECK}` }));
  const [local] = pipelinesIn(folderWith({ 'a.yaml': `pipeline: local\n${target}${CHECK}` }));
  if (first === undefined || local === undefined) throw new Error('no pipeline');
  expect(() => requireInstallable([local], 'Nonevent')).toThrow(
    'environment here of pipeline local is a process on one machine, which nothing in an account can reach',
  );
  expect(() => requireInstallable([first, first], 'Nonevent')).toThrow('two pipelines are named first');
  expect(() => requireInstallable([first], 'x'.repeat(30))).toThrow(
    'expected 1 to 29 letters, digits and hyphens',
  );
});

it('starts no function whose variables are not complete, and tells none of their values', () => {
  const variables = {
    AWS_REGION: 'eu-west-1',
    NONEVENT_ACCOUNT: '123456789012',
    NONEVENT_TABLE: 'table',
    NONEVENT_ARTIFACTS: 'artifacts',
    NONEVENT_BUS: 'bus',
    NONEVENT_SEALS: 'seals',
    NONEVENT_SIGNING_KEY: 'key',
    NONEVENT_DEFINITIONS: '/opt',
    NONEVENT_FLAGS: '{"strategy":"s","places":{"live":{"application":"a","environment":"e","profile":"p"}}}',
    NONEVENT_STATE_MACHINES: 'arn:aws:states:eu-west-1:123456789012:stateMachine:Nonevent-',
  };
  expect(readEnvironment(variables).NONEVENT_FLAGS.places.live?.profile).toBe('p');
  expect(() =>
    readEnvironment({ ...variables, NONEVENT_TABLE: undefined, NONEVENT_FLAGS: 'secret {' }),
  ).toThrow(
    "the function's environment is not complete: NONEVENT_TABLE, NONEVENT_FLAGS missing or not of its form",
  );
});
