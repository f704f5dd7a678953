import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { s3Objects } from '../../../lib/audit/distributed/s3-objects.ts';
import type { Item } from '../../../lib/history/item.ts';
import { itemsOf } from '../../audit/distributed/export-files.ts';
import { answerOf, MACHINE, serveAudit } from '../../audit/distributed/serve-audit.ts';
import { NOW, writeSealedHistory } from '../../audit/sample-bundle.ts';
import { FIRST_STREAM } from '../../audit/sample-history.ts';
import { fakeAws } from '../../aws/aws-fake.ts';
import { cloudFormationFake } from '../../aws/cloud-formation-fake.ts';
import { fakeS3 } from '../../aws/s3.ts';
import { startDynalite } from '../../contract/dynalite.ts';
import { runCli } from '../run-cli.ts';

/** The items of a sealed history. */
async function sealedItems(): Promise<readonly Item[]> {
  const dynalite = await startDynalite();
  onTestFinished(() => dynalite.stop());
  const [client, table] = [dynalite.client(), await dynalite.newTable()];
  await writeSealedHistory(client, table);
  return itemsOf(client, table);
}

/** A stack in an account, as the command line reaches it. */
async function account(items: readonly Item[]) {
  const root = await mkdtemp(join(tmpdir(), 'nonevent-audit-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const s3 = await fakeS3({ buckets: ['audits'] });
  const audit = await serveAudit(s3Objects(s3.client, 'audits'), items, NOW);
  const formation = cloudFormationFake();
  const aws = await fakeAws(formation);
  const outputs: Record<string, string> = {
    NoneventBus: 'default',
    NoneventTable: 'history',
    NoneventArtifacts: 'artifacts',
    NoneventRegion: 'eu-west-1',
    NoneventStateMachines: 'arn:aws:states:eu-west-1:123456789012:stateMachine:Nonevent-',
    NoneventAudits: 'audits',
    NoneventAuditMachine: MACHINE,
  };
  const stack = { template: '{"Resources":{}}', parameters: new Map(), tags: new Map(), changeSets: [] };
  formation.stacks.set('Nonevent', { ...stack, status: 'CREATE_COMPLETE', events: [], outputs });
  const endpointOfS3 = await s3.client.config.endpoint?.();
  const env = {
    AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_REGION: 'eu-west-1',
    AWS_CONFIG_FILE: join(root, 'config'),
    AWS_SHARED_CREDENTIALS_FILE: join(root, 'credentials'),
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_ENDPOINT_URL_CLOUDFORMATION: aws.configuration.endpoint,
    AWS_ENDPOINT_URL_DYNAMODB: audit.service.endpoint,
    AWS_ENDPOINT_URL_SFN: audit.service.endpoint,
    AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${endpointOfS3?.port}`,
    NONEVENT_STATE: join(root, 'state'),
  };
  return {
    audit,
    outputs,
    nonevent: (...words: readonly string[]) => runCli(words, { cwd: root, env }),
  };
}

it('prints what `audit verify` prints, and remembers the seal: exit 0, and 8 once the table was set back', async () => {
  const items = await sealedItems();
  const { audit, nonevent } = await account(items);
  const first = await nonevent('audit', 'verify', '--distributed', '--stack', 'Nonevent', '--json');
  expect(first.stderr).toContain('no seal of this table was known before\n');
  expect(first.stderr).toContain('the report is kept for 30 days at s3://audits/runs/');
  expect(JSON.parse(first.stdout)).toMatchObject({
    sound: true,
    seals: 2,
    findings: [],
    newestSeal: { seal: 2 },
    resumed: null,
  });
  expect(first.code).toBe(0);

  audit.items = items.filter(({ stream }) => stream?.S !== 'seal#2');
  const second = await nonevent('audit', 'verify', '--distributed', '--stack', 'Nonevent');
  expect(second.stdout).toContain('✖ broken  seal#2 seq 1  it was verified here before');
  expect(second.stderr).not.toContain('no seal of this table');
  expect(second.code).toBe(8);
});

it('says which permission is missing, and what a stack without it needs: exit 9', async () => {
  const { audit, outputs, nonevent } = await account([]);
  const refusal = { __type: 'AccessDeniedException', message: 'no' };
  audit.instead.set('ExportTableToPointInTime', answerOf(refusal, 400));
  const refused = await nonevent('audit', 'verify', '--distributed', '--stack', 'Nonevent');
  expect(refused.stderr).toContain('may not perform dynamodb:ExportTableToPointInTime');
  expect(refused.code).toBe(9);

  delete outputs.NoneventAuditMachine;
  const older = await nonevent('audit', 'verify', '--distributed', '--stack', 'Nonevent');
  expect(older.stderr).toContain(
    'stack Nonevent in eu-west-1 has no distributed audit: NoneventAuditMachine',
  );
  expect(older.code).toBe(9);
});

it('is refused for one stream: exit 2', async () => {
  const { nonevent } = await account([]);
  const { code, stderr } = await nonevent('audit', 'verify', FIRST_STREAM, '--distributed');
  expect(stderr).toContain(`--distributed verifies every stream, and ${FIRST_STREAM} was named`);
  expect(code).toBe(2);
});
