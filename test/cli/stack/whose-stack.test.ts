import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { awsConfiguration } from '../../../lib/cli/stack/aws-configuration.ts';
import { callerOf, requireAccount } from '../../../lib/cli/stack/caller.ts';
import {
  connectionFile,
  readStackConnection,
  writeStackConnection,
} from '../../../lib/cli/stack/stack-connection.ts';
import { openSystem } from '../../../lib/cli/system.ts';
import { type AwsFake, fakeAws, json } from '../../aws/aws-fake.ts';
import { stsFake } from '../../aws/sts-fake.ts';
import { CONNECTION } from './sample-connection.ts';

let folder: string;
let data: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'nonevent-whose-'));
  data = join(folder, '.nonevent');
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'nonevent.yaml'), '');
  await writeStackConnection(data, CONNECTION);
});

const git = (...words: readonly string[]) => execFileSync('git', words, { cwd: folder, stdio: 'ignore' });

async function sts() {
  const aws = await fakeAws(stsFake());
  connectedTo(aws);
  return aws;
}

function connectedTo(aws: AwsFake): void {
  vi.stubEnv('AWS_ENDPOINT_URL_STS', aws.configuration.endpoint);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAIOSFODNN7EXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  onTestFinished(() => void vi.unstubAllEnvs());
}

describe('a connection', () => {
  test.each([
    ['account', '999999999999', 'account: expected 123456789012 as in stateMachines, found 999999999999'],
    ['region', 'us-east-1', 'region: expected eu-west-1 as in stateMachines, found us-east-1'],
  ])('whose %s is not that of its ARN is refused', (member, value, message) => {
    const changed = { ...JSON.parse(readFileSync(connectionFile(data), 'utf8')), [member]: value };
    writeFileSync(connectionFile(data), JSON.stringify(changed));
    expect(() => readStackConnection(data)).toThrow(message);
  });

  test('to the account of the credentials is opened, after STS was asked once', async () => {
    const aws = await sts();
    const system = await openSystem({ folder, environment: {}, flags: {} });
    onTestFinished(() => system.close());
    expect(system).toMatchObject({ kind: 'stack', connectedBy: connectionFile(data) });
    expect(aws.calls).toEqual(['sts GetCallerIdentity']);
  });

  test('is remembered by the table that DynamoDB tells of', async () => {
    const TableArn = 'arn:aws:dynamodb:eu-west-1:123456789012:table/what-it-really-is';
    const aws = await fakeAws(stsFake(), {
      service: 'dynamodb',
      answer: () => json({ Table: { TableArn } }),
    });
    connectedTo(aws);
    vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', aws.configuration.endpoint);
    const system = await openSystem({ folder, environment: {}, flags: {} });
    onTestFinished(() => system.close());
    expect(await system.identity()).toBe(TableArn);
    aws.faults.push(['dynamodb DescribeTable', 400, 'AccessDeniedException']);
    await expect(system.identity()).rejects.toMatchObject({
      code: 'Unreachable',
      message: 'could not tell which table it is: the credentials may not perform dynamodb:DescribeTable',
    });
  });

  test('to another account than that of the credentials is refused with both', async () => {
    await sts();
    const stateMachines = CONNECTION.stateMachines.replace('123456789012', '999999999999');
    await writeStackConnection(data, { ...CONNECTION, account: '999999999999', stateMachines });
    await expect(openSystem({ folder, environment: {}, flags: {} })).rejects.toMatchObject({
      code: 'Unreachable',
      message:
        'the connection to stack Nonevent says account 999999999999, and the credentials are those of arn:aws:iam::123456789012:user/ada in account 123456789012',
      hint: 'name a profile of that account with --profile, or run `nonevent connect` again',
    });
  });

  test('cannot be held against credentials that are not accepted', async () => {
    const aws = await sts();
    aws.faults.push(['sts GetCallerIdentity', 403, 'InvalidClientTokenId']);
    const configuration = await awsConfiguration({ profile: undefined, region: 'eu-west-1' });
    const place = { stack: 'Nonevent', region: 'eu-west-1', profile: undefined };
    await expect(callerOf(configuration, place)).rejects.toMatchObject({
      code: 'Unreachable',
      message: 'could not ask who this is: AWS does not accept the credentials (InvalidClientTokenId)',
    });
    expect(() => requireAccount(CONNECTION, { arn: 'arn', account: '123456789012' })).not.toThrow();
  });

  test('that git tracks is refused before anybody is asked, with the way out', async () => {
    const aws = await sts();
    git('init', '-q');
    git('add', '-f', '.nonevent/connection.json');
    const file = connectionFile(data);
    await expect(
      openSystem({ folder, environment: {}, flags: { region: 'eu-west-1' } }),
    ).rejects.toMatchObject({
      code: 'Unreachable',
      message: `git tracks ${file}, so what it says came from the repository: expected a connection that was made here`,
      hint: `take it out of git with \`git rm --cached ${file}\`, then run \`nonevent connect\` again`,
    });
    expect(aws.calls).toEqual([]);
    git('rm', '-q', '--cached', '-f', '.nonevent/connection.json');
    (await openSystem({ folder, environment: {}, flags: {} })).close();
  });
});
