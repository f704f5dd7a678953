import type { PipelineTrigger } from '../../pipeline/triggers.ts';

/** A pattern of EventBridge (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html). */
export type EventPattern = {
  readonly source: readonly string[];
  readonly 'detail-type': readonly string[];
  readonly detail: PatternPart;
};
type PatternPart = { readonly [field: string]: PatternPart | readonly Matcher[] };
type Matcher = string | { readonly prefix: string } | { readonly exists: boolean };

/** The events that a rule for a trigger has to match. An account may be added to it; the function holds it against its own. Pure. */
export function eventPatternOf(trigger: PipelineTrigger): EventPattern {
  switch (trigger.kind) {
    case 'ecr':
      return {
        source: ['aws.ecr'],
        'detail-type': ['ECR Image Action'],
        detail: {
          'action-type': ['PUSH'],
          result: ['SUCCESS'],
          'repository-name': [trigger.repository],
          'image-tag': trigger.tags?.map(tagMatcher) ?? [{ exists: true }],
        },
      };
    case 's3':
      return {
        source: ['aws.s3'],
        'detail-type': ['Object Created'],
        detail: {
          bucket: { name: [trigger.bucket] },
          ...(trigger.prefix === undefined ? {} : { object: { key: [{ prefix: trigger.prefix }] } }),
        },
      };
    case 'codeBuild':
      return {
        source: ['aws.codebuild'],
        'detail-type': ['CodeBuild Build State Change'],
        detail: { 'build-status': ['SUCCEEDED'], 'project-name': [trigger.project] },
      };
    case 'codePipeline':
      return {
        source: ['aws.codepipeline'],
        'detail-type': ['CodePipeline Pipeline Execution State Change'],
        detail: { state: ['SUCCEEDED'], pipeline: [trigger.name] },
      };
    default:
      return trigger satisfies never;
  }
}

function tagMatcher(tag: string): Matcher {
  return tag.endsWith('*') ? { prefix: tag.slice(0, -1) } : tag;
}

/** Whether a tag is one that a trigger waits for. Pure. */
export function isWantedTag(tags: readonly string[] | undefined, tag: string): boolean {
  if (tags === undefined) return true;
  return tags.some((wanted) => (wanted.endsWith('*') ? tag.startsWith(wanted.slice(0, -1)) : tag === wanted));
}
