import { z } from 'zod';
import type { DeploymentId } from '../../history/deployment-id.ts';
import { deriveTriggeredId, pipelineDigest } from '../../history/digests.ts';
import type { EventStore } from '../../history/event-store.ts';
import { deploymentStream } from '../../history/stream-name.ts';
import { NoneventError } from '../../nonevent-error.ts';
import { digest, type Release, release } from '../../pipeline/release.ts';
import { TRIGGERS_AT_MOST } from '../../pipeline/triggers.ts';
import type { Definitions } from '../cloud/definitions.ts';
import type { ReleaseObjects } from '../cloud/release-objects.ts';
import type { Executions } from '../drive/executions.ts';
import { openDeployment, requestDeployment } from '../drive/request-deployment.ts';
import { type AwsEvent, awsEvent } from './aws-events.ts';
import { readTrigger, type Triggered } from './read-trigger.ts';

/** What a rule hands over: the digest of the pipeline, which of its triggers the rule is for, and the event as it came. */
export const triggeredEvent = z.strictObject({
  definition: digest,
  trigger: z
    .int()
    .min(0)
    .max(TRIGGERS_AT_MOST - 1),
  event: z.unknown(),
});
export type TriggeredEvent = z.output<typeof triggeredEvent>;

export type TriggerServices = {
  readonly store: EventStore;
  readonly executions: Executions;
  readonly definitions: Definitions;
  readonly objects: ReleaseObjects;
  /** The account that events may come from: 12 digits. */
  readonly account: string;
};

/**
 * Opens the deployment that an event of AWS asks for, or finds that it was opened before: the same event gives the same deployment.
 * Everything is checked before anything is written.
 *
 * Errors: `InvalidInput` for an event that is too long, of another form, of another account, or not one that the trigger waits for;
 * `NotFound` where the pipeline or the trigger is not installed; `ArtifactFailed`; those of requesting a deployment.
 */
export async function openTriggered(
  services: TriggerServices,
  { definition, trigger: index, event: given }: TriggeredEvent,
): Promise<{ readonly deployment: DeploymentId; readonly isNew: boolean }> {
  const event = eventOf(given, services.account);
  const pipeline = await services.definitions.load(definition);
  const trigger = pipeline.triggers?.[index];
  if (trigger === undefined) {
    throw new NoneventError('NotFound', `pipeline ${pipeline.pipeline} has no trigger number ${index}`, {
      fields: { pipeline: pipeline.pipeline, trigger: index },
      hint: 'deploy the stack again, so that its rules are those of the pipeline',
    });
  }
  const triggered = readTrigger(trigger, event);
  const by = triggered.by;
  if ('release' in triggered)
    return requestDeployment(services, { pipeline, release: releaseIn(triggered, event), trigger: by });
  const deployment = deriveTriggeredId({ pipelineDigest: pipelineDigest(pipeline), triggerId: by.id });
  const release =
    (await releaseOpenedAs(services.store, deployment)) ?? (await services.objects.take(triggered.object));
  const isNew = await openDeployment(services, { deployment, pipeline, release, trigger: by });
  return { deployment, isNew };
}

/** What an object was when the event first came; it may have been replaced or deleted since. */
async function releaseOpenedAs(store: EventStore, deployment: DeploymentId): Promise<Release | undefined> {
  const [opening] = (await store.load(deploymentStream(deployment))).commits;
  return opening?.events.flatMap(({ type, data }) =>
    type === 'DeploymentRequested' ? [data.release] : [],
  )[0];
}

/** EventBridge gives no event that is longer (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html). */
const CHARACTERS_AT_MOST = 256 * 1024;

function eventOf(given: unknown, account: string): AwsEvent {
  const { length } = JSON.stringify(given) ?? '';
  if (length > CHARACTERS_AT_MOST) {
    throw refused(`an event of ${length} characters came: expected at most ${CHARACTERS_AT_MOST}`);
  }
  const parsed = awsEvent.safeParse(given);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw refused(`an event of another form came: ${problems.slice(0, 5).join('; ').slice(0, 1000)}`);
  }
  if (parsed.data.account !== account) {
    throw refused(`event ${parsed.data.id} comes from account ${parsed.data.account}: expected ${account}`);
  }
  return parsed.data;
}

function releaseIn(triggered: Extract<Triggered, { readonly release: unknown }>, event: AwsEvent): Release {
  const parsed = release.safeParse(triggered.release);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw refused(`event ${event.id} names no release: ${problems.join('; ')}`);
}

function refused(message: string): NoneventError {
  return new NoneventError('InvalidInput', message, {
    hint: 'see docs/triggers.md for the events that are understood; nothing was deployed',
  });
}
