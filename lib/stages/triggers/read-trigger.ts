import { hash } from 'node:crypto';
import type { Trigger } from '../../history/deployment-events.ts';
import { netstrings } from '../../history/netstrings.ts';
import { NoneventError } from '../../nonevent-error.ts';
import type { Release } from '../../pipeline/release.ts';
import type { PipelineTrigger } from '../../pipeline/triggers.ts';
import type { AwsEvent, AwsEventOf } from './aws-events.ts';
import { isWantedTag } from './event-pattern.ts';

/** An archive in a bucket, as far as an event speaks of it. */
export type WantedObject = {
  readonly bucket: string;
  readonly key: string;
  readonly versionId?: string;
  /** As S3 said it when the object was made. */
  readonly etag?: string;
  /** What whoever made it says its bytes come to, in hexadecimal digits. */
  readonly sha256?: string;
  readonly commit?: string;
};

/** What an event asks for: a release that is known already, or one that an object holds. */
export type Triggered = { readonly by: Trigger } & (
  | { readonly release: Omit<Release, 'version'> & { readonly version: string } }
  | { readonly object: WantedObject }
);

/**
 * What an event asks a trigger's pipeline to deploy. The trigger id derives from what happened (the push, the version of the object, the
 * build, the execution), so a repeated event is the same trigger, however late it comes. Pure.
 *
 * Errors: `InvalidInput` for an event of something else than the trigger is about.
 */
export function readTrigger(trigger: PipelineTrigger, event: AwsEvent): Triggered {
  if (trigger.kind === 'ecr' && event.source === 'aws.ecr') return ofImage(trigger, event);
  if (trigger.kind === 's3' && event.source === 'aws.s3') return ofObject(trigger, event);
  if (trigger.kind === 'codeBuild' && event.source === 'aws.codebuild') return ofBuild(trigger, event);
  if (trigger.kind === 'codePipeline' && event.source === 'aws.codepipeline')
    return ofExecution(trigger, event);
  throw unwanted(event, trigger.kind, `an event of ${event.source}`);
}

type TriggerOf<Kind extends PipelineTrigger['kind']> = Extract<PipelineTrigger, { kind: Kind }>;

function ofImage(trigger: TriggerOf<'ecr'>, event: AwsEventOf<'aws.ecr'>): Triggered {
  const { 'repository-name': repository, 'image-digest': artifact, 'image-tag': tag } = event.detail;
  requireSame(event, 'repository', trigger.repository, repository);
  if (tag === undefined || !isWantedTag(trigger.tags, tag)) {
    throw unwanted(event, `tag ${trigger.tags?.join(' or ') ?? 'of any name'}`, `tag ${tag ?? 'none'}`);
  }
  return {
    by: triggerOf(
      event,
      [event.account, event.region, repository, artifact, event.id],
      `push to ${repository}`,
    ),
    release: { version: tag, artifact },
  };
}

function ofObject(trigger: TriggerOf<'s3'>, event: AwsEventOf<'aws.s3'>): Triggered {
  const { bucket, object, requester } = event.detail;
  const { key, etag, 'version-id': versionId, sequencer } = object;
  requireSame(event, 'bucket', trigger.bucket, bucket.name);
  if (!key.startsWith(trigger.prefix ?? '')) {
    throw unwanted(event, `a key that begins with ${trigger.prefix}`, `the key ${JSON.stringify(key)}`);
  }
  return {
    by: triggerOf(event, [bucket.name, key, versionId ?? sequencer ?? event.id], requester),
    object: {
      bucket: bucket.name,
      key,
      ...(versionId === undefined ? {} : { versionId }),
      ...(etag === undefined ? {} : { etag }),
    },
  };
}

const COMMIT = /^[0-9a-f]{7,64}$/;

function ofBuild(trigger: TriggerOf<'codeBuild'>, event: AwsEventOf<'aws.codebuild'>): Triggered {
  const { 'project-name': project, 'build-id': id, 'additional-information': more } = event.detail;
  requireSame(event, 'build project', trigger.project, project);
  const { artifact, initiator, 'source-version': version } = more;
  const commit = version !== undefined && COMMIT.test(version) ? version : undefined;
  const key = filled(event, trigger.key, { commit, build: id.split(':').at(-1) });
  const isArtifact = artifact?.location === `arn:aws:s3:::${trigger.bucket}/${key}`;
  return {
    by: triggerOf(event, [id], initiator ?? `build project ${project}`),
    object: {
      bucket: trigger.bucket,
      key,
      ...(isArtifact && artifact.sha256sum !== undefined ? { sha256: artifact.sha256sum } : {}),
      ...(commit === undefined ? {} : { commit }),
    },
  };
}

function ofExecution(trigger: TriggerOf<'codePipeline'>, event: AwsEventOf<'aws.codepipeline'>): Triggered {
  const { pipeline, 'execution-id': execution, 'execution-trigger': started } = event.detail;
  requireSame(event, 'CodePipeline', trigger.name, pipeline);
  return {
    by: triggerOf(
      event,
      [event.account, event.region, pipeline, execution],
      started?.['trigger-detail'] ?? `CodePipeline ${pipeline}`,
    ),
    object: { bucket: trigger.bucket, key: filled(event, trigger.key, { execution }) },
  };
}

const TRIGGER_TAG = 'nonevent/trigger/1';
const MOST_ACTOR = 200;

function triggerOf(event: AwsEvent, happened: readonly string[], actor: string): Trigger {
  const id = hash('sha256', netstrings([TRIGGER_TAG, event.source, ...happened])).slice(0, 32);
  return { id: `${event.source}:${id}`, source: event.source, actor: actor.slice(0, MOST_ACTOR) };
}

function filled(
  event: AwsEvent,
  template: string,
  values: Readonly<Record<string, string | undefined>>,
): string {
  return template.replaceAll(/\{(\w+)\}/g, (placeholder, name: string) => {
    const value = values[name];
    if (value !== undefined && /^[A-Za-z0-9-]{1,100}$/.test(value)) return value;
    throw unwanted(
      event,
      `a value for ${placeholder} in the key ${template}`,
      'none that can stand in a key',
    );
  });
}

function requireSame(event: AwsEvent, what: string, expected: string, found: string): void {
  if (expected !== found) throw unwanted(event, `${what} ${expected}`, `${what} ${found}`);
}

function unwanted(event: AwsEvent, expected: string, found: string): NoneventError {
  return new NoneventError(
    'InvalidInput',
    `event ${event.id} is not one that the trigger waits for: expected ${expected}, found ${found}`,
    {
      fields: { event: event.id, source: event.source },
      hint: 'deploy the stack again, so that its rules are those of the pipeline',
    },
  );
}
