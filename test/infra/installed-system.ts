import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { CreateStateMachineCommand } from '@aws-sdk/client-sfn';
import { createDynamoDBEventStore } from '../../lib/history/dynamodb-event-store.ts';
import type { EventStore } from '../../lib/history/event-store.ts';
import type { BusEvent } from '../../lib/local/event-bridge/event.ts';
import type { Handler } from '../../lib/local/functions.ts';
import { LOCAL_ACCOUNT, LOCAL_REGION } from '../../lib/local/step-functions/arns.ts';
import { type LocalSystem, startSystem } from '../../lib/local/system.ts';
import type { Pipeline } from '../../lib/pipeline/pipeline.ts';
import { type Account, type Stand, startAccount } from './account.ts';
import { matchesPattern } from './event-pattern.ts';
import { type Installed, type InstalledRule, install } from './installed.ts';
import { hostFunctions, type LambdaHost } from './lambda-host.ts';

export type InstalledSystem = {
  readonly installed: Installed;
  readonly account: Account;
  readonly system: LocalSystem;
  readonly store: EventStore;
  readonly host: LambdaHost;
  /** What the bus got from the system itself. */
  readonly heard: readonly BusEvent[];
  /** Puts a request on the bus. */
  readonly ask: (detailType: string, detail: object) => Promise<void>;
  /** An event of AWS itself on the default bus: every rule that matches it gets it. Gives the answers of their functions. */
  readonly happens: (source: string, detailType: string, detail: object) => Promise<readonly unknown[]>;
  /** What a schedule does at its time. */
  readonly strikes: (rule: string) => Promise<unknown>;
};

const PLACE = { region: LOCAL_REGION, account: LOCAL_ACCOUNT };
/** Waits and pauses of state machines last this much of their time. */
const TIME_SCALE = 0.001;

/**
 * Installs the system as `cdk deploy` would, on a local system in place of DynamoDB, Step Functions and EventBridge: the synthesized
 * state machines, the synthesized rules, and the bundled functions, each with its own variables and access key. While an execution waits,
 * the clocks of all functions go on as if it had waited in full.
 */
export async function startInstalled(options: {
  readonly pipelines: readonly Pipeline[];
  readonly stands: readonly Stand[];
  readonly atEnd: (close: () => Promise<void>) => void;
}): Promise<InstalledSystem> {
  const { atEnd } = options;
  const installed = install(options.pipelines, PLACE);
  atEnd(() => rm(installed.folder, { recursive: true, force: true }));
  const account = await startAccount({ ...options, installed, place: PLACE });
  const host = hostFunctions(installed, { endpoint: account.endpoint, region: PLACE.region });
  const folder = await mkdtemp(join(tmpdir(), 'nonevent-installed-'));
  atEnd(() => rm(folder, { recursive: true, force: true }));
  const heard: BusEvent[] = [];

  const lead = async (rule: InstalledRule, event: object): Promise<unknown> => {
    const payload =
      rule.transformed === undefined
        ? event
        : JSON.parse(rule.transformed.replace('<event>', () => JSON.stringify(event)));
    return host.invoke(rule.function, payload);
  };
  const stage: Handler = async (payload) => {
    const answer = await host.invoke('stage', payload);
    if ((answer as { continue?: boolean } | null)?.continue === true) host.passTime(INTERVAL_MS);
    return answer;
  };
  const system = await startSystem({
    folder,
    timeScale: TIME_SCALE,
    functions: () => ({
      ...Object.fromEntries(
        Object.keys(installed.functions).map((name) => [
          name,
          async (payload: unknown) => host.invoke(name, payload),
        ]),
      ),
      stage,
      heard: async (event: unknown) => heard.push(event as BusEvent),
      ...Object.fromEntries(
        installed.rules.map((rule) => [
          rule.id,
          async (event: unknown) =>
            matchesPattern(rule.pattern ?? {}, event) ? lead(rule, event as object) : 'of another rule',
        ]),
      ),
    }),
    rules: [
      { name: 'heard', pattern: { source: ['nonevent'] }, function: 'heard' },
      ...installed.rules.flatMap(({ id, pattern }) =>
        pattern === undefined
          ? []
          : [
              {
                name: id,
                pattern: { 'detail-type': pattern['detail-type'] as readonly string[] },
                function: id,
              },
            ],
      ),
    ],
  });
  atEnd(async () => {
    await system.close();
    await host.close();
  });
  account.connect(system.connection);
  for (const { name, definition } of installed.machines) {
    await system.clients.states.send(
      new CreateStateMachineCommand({ name, definition, roleArn: 'arn:aws:iam::000000000000:role/local' }),
    );
  }

  return {
    installed,
    account,
    system,
    host,
    heard,
    store: createDynamoDBEventStore({
      client: system.clients.dynamodb,
      table: system.connection.table,
    }),
    async ask(detailType, detail) {
      const entry = { Source: 'team.shop', DetailType: detailType, Detail: JSON.stringify(detail) };
      await system.clients.events.send(new PutEventsCommand({ Entries: [entry] }));
    },
    happens: (source, detailType, detail) => {
      const event = { ...eventBy(source, detailType), detail };
      const rules = installed.rules.filter(
        ({ bus, pattern }) => bus === 'default' && pattern !== undefined && matchesPattern(pattern, event),
      );
      return Promise.all(rules.map((rule) => lead(rule, event)));
    },
    strikes: (name) => {
      const rule = installed.rules.find(({ id, pattern }) => pattern === undefined && id.includes(name));
      if (rule === undefined) throw new Error(`the stack has no schedule ${name}`);
      return lead(rule, { ...eventBy('aws.events', 'Scheduled Event'), detail: {} });
    },
  };
}

/** How long the state machines wait between two looks of the analyses in these tests. */
const INTERVAL_MS = 30_000;

function eventBy(source: string, detailType: string) {
  return {
    version: '0',
    id: crypto.randomUUID(),
    source,
    'detail-type': detailType,
    account: LOCAL_ACCOUNT,
    region: LOCAL_REGION,
    time: '2026-11-23T08:00:00Z',
    resources: [],
  };
}
