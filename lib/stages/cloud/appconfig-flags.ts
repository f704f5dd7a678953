import { Buffer } from 'node:buffer';
import { hash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import {
  type AppConfigClient,
  CreateHostedConfigurationVersionCommand,
  type DeploymentSummary,
  GetHostedConfigurationVersionCommand,
  ListDeploymentsCommand,
  ListHostedConfigurationVersionsCommand,
  StartDeploymentCommand,
} from '@aws-sdk/client-appconfig';
import { isServiceError } from '../../aws/service-error.ts';
import { environmentStream, foldEnvironment } from '../../environments/environment.ts';
import { type Flags, flagChanges, flagValues } from '../../environments/flags.ts';
import type { EventStore } from '../../history/event-store.ts';
import { messageOf, NoneventError, nameOf } from '../../nonevent-error.ts';

/** Where the flags of one environment are: ids of AWS AppConfig. Nothing else is deployed to that environment. */
export type FlagsLocation = {
  readonly application: string;
  readonly environment: string;
  readonly profile: string;
};

export type AppConfigFlagsOptions = {
  readonly client: AppConfigClient;
  readonly store: Pick<EventStore, 'load'>;
  /** `undefined` where an environment has none. */
  readonly location: (environment: string) => FlagsLocation | undefined;
  /** The id of a deployment strategy that gives all at once and bakes for no time. */
  readonly strategy: string;
  /** How long a deployment that runs is waited for before it is looked at again, in milliseconds. @default 1000 */
  readonly lookMs?: number;
  /** After so many looks it is given up: a deployment that gives all at once takes seconds. @default 60 */
  readonly looksAtMost?: number;
};

/**
 * Keeps the flags of each environment in AWS AppConfig: `{ environment, seq, flags }`, where `seq` is the commit of the environment that
 * changed a flag last. Looks, does the next thing that is missing, and looks again, until what is deployed is what the stream says
 * then. So whoever comes late, with an older state, ends with the newest one.
 */
export function createAppConfigFlags(options: AppConfigFlagsOptions): Flags {
  return {
    async publish(environment) {
      const location = options.location(environment);
      if (location === undefined) throw noLocation(environment);
      const { looksAtMost = 60 } = options;
      try {
        for (let look = 0; look < looksAtMost; look += 1) {
          const wanted = await documentOf(options.store, environment);
          if ((await step(options, location, wanted)) === 'done') return;
        }
      } catch (thrown) {
        throw thrown instanceof NoneventError ? thrown : unavailable(environment, thrown);
      }
      throw unavailable(environment, new Error(`it was not deployed after ${looksAtMost} looks`));
    },
  };
}

/** A label has up to 64 characters: https://docs.aws.amazon.com/appconfig/2019-10-09/APIReference/API_CreateHostedConfigurationVersion.html */
const LABEL_DIGITS = 32;

type Document = { readonly label: string; readonly text: string };

async function documentOf(store: Pick<EventStore, 'load'>, environment: string): Promise<Document> {
  const { commits } = await store.load(environmentStream(environment));
  const seq = flagChanges(commits).at(-1)?.seq ?? 0;
  const flags = flagValues(foldEnvironment(commits));
  const text = `${JSON.stringify({ environment, seq, flags }, undefined, 2)}\n`;
  // After a table was restored, or made anew, the same commit has other flags.
  return { label: `seq-${seq}-${hash('sha256', text).slice(0, LABEL_DIGITS)}`, text };
}

/** Does the next thing that is missing. */
async function step(
  options: AppConfigFlagsOptions,
  location: FlagsLocation,
  wanted: Document,
): Promise<'done' | 'again'> {
  const newest = await newestDeployment(options, location);
  if (newest !== undefined && isRunning(newest)) {
    await pause(options.lookMs ?? 1000);
    return 'again';
  }
  if (newest?.State === 'COMPLETE' && (await contentOf(options, location, newest)) === wanted.text)
    return 'done';
  await deploy(options, location, await versionOf(options, location, wanted));
  return 'again';
}

/** AppConfig gives them newest first. One that was rolled back left the one before it in place, which is then deployed over. */
async function newestDeployment(
  { client }: AppConfigFlagsOptions,
  { application, environment }: FlagsLocation,
): Promise<DeploymentSummary | undefined> {
  const { Items = [] } = await client.send(
    new ListDeploymentsCommand({ ApplicationId: application, EnvironmentId: environment, MaxResults: 1 }),
  );
  return Items[0];
}

function isRunning({ State }: DeploymentSummary): boolean {
  switch (State) {
    case 'COMPLETE':
    case 'ROLLED_BACK':
    case 'REVERTED':
      return false;
    default:
      return true;
  }
}

async function contentOf(
  { client }: AppConfigFlagsOptions,
  location: FlagsLocation,
  { ConfigurationVersion }: DeploymentSummary,
): Promise<string | undefined> {
  try {
    const { Content = new Uint8Array() } = await client.send(
      new GetHostedConfigurationVersionCommand({
        ApplicationId: location.application,
        ConfigurationProfileId: location.profile,
        VersionNumber: Number(ConfigurationVersion),
      }),
    );
    return Buffer.from(Content).toString('utf8');
  } catch (thrown) {
    if (isServiceError(thrown, 'ResourceNotFoundException')) return undefined;
    throw thrown;
  }
}

/** The version that holds a document; made where it is missing. Its label is the commit and the digest of the text: equal labels are equal texts. */
async function versionOf(
  options: AppConfigFlagsOptions,
  location: FlagsLocation,
  wanted: Document,
): Promise<number> {
  const known = await labelled(options, location, wanted);
  if (known !== undefined) return known;
  try {
    return await create(options, location, wanted);
  } catch (thrown) {
    // Somebody else may have made it at the same time: a label is given once.
    const made = await labelled(options, location, wanted);
    if (made !== undefined) return made;
    throw thrown;
  }
}

async function labelled(
  { client }: AppConfigFlagsOptions,
  { application, profile }: FlagsLocation,
  { label }: Document,
): Promise<number | undefined> {
  const { Items = [] } = await client.send(
    new ListHostedConfigurationVersionsCommand({
      ApplicationId: application,
      ConfigurationProfileId: profile,
      VersionLabel: label,
    }),
  );
  return Items.find((item) => item.VersionLabel === label)?.VersionNumber;
}

async function create(
  { client }: AppConfigFlagsOptions,
  { application, profile }: FlagsLocation,
  { label, text }: Document,
): Promise<number> {
  const { VersionNumber } = await client.send(
    new CreateHostedConfigurationVersionCommand({
      ApplicationId: application,
      ConfigurationProfileId: profile,
      Content: Buffer.from(text),
      ContentType: 'application/json',
      VersionLabel: label,
    }),
  );
  if (VersionNumber === undefined) throw new Error('the new version has no number');
  return VersionNumber;
}

/** Somebody else's deployment that began at the same time is waited for by the next look. */
async function deploy(
  { client, strategy }: AppConfigFlagsOptions,
  { application, environment, profile }: FlagsLocation,
  version: number,
): Promise<void> {
  try {
    await client.send(
      new StartDeploymentCommand({
        ApplicationId: application,
        EnvironmentId: environment,
        ConfigurationProfileId: profile,
        ConfigurationVersion: String(version),
        DeploymentStrategyId: strategy,
      }),
    );
  } catch (thrown) {
    if (!isServiceError(thrown, 'ConflictException')) throw thrown;
  }
}

function noLocation(environment: string): NoneventError {
  return new NoneventError('NotFound', `environment ${environment} has no place for flags in AppConfig`, {
    fields: { environment },
    hint: 'install a pipeline that has this environment, with `cdk deploy`',
  });
}

function unavailable(environment: string, cause: unknown): NoneventError {
  const name = nameOf(cause);
  return new NoneventError(
    'StoreUnavailable',
    `the flags of ${environment} could not be published to AppConfig: ${name}: ${messageOf(cause)}`,
    {
      fields: { environment },
      hint: 'look at the environment in AppConfig; the flag is recorded, and the next publication carries it',
      cause,
    },
  );
}
