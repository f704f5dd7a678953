import { Aws } from 'aws-cdk-lib';
import { EventField, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import { pipelineDigest } from '../history/digests.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { eventPatternOf } from '../stages/triggers/event-pattern.ts';
import { deliveryTo } from './delivery.ts';
import type { NoneventFunction } from './nonevent-function.ts';

/**
 * A rule for each trigger of each pipeline, on the default bus, where AWS tells of images, objects, builds and pipelines. The function
 * gets the digest of the definition that the rule was made for, so what is deployed is what was installed.
 */
export class Triggers extends Construct {
  constructor(
    scope: Construct,
    id: string,
    { pipelines, to }: { readonly pipelines: readonly Pipeline[]; readonly to: NoneventFunction },
  ) {
    super(scope, id);
    for (const pipeline of pipelines) {
      for (const [index, trigger] of (pipeline.triggers ?? []).entries()) {
        const { source, 'detail-type': detailType, detail } = eventPatternOf(trigger);
        const rule = new Rule(this, `${pipeline.pipeline}-${index}`, {
          eventPattern: {
            source: [...source],
            detailType: [...detailType],
            detail: { ...detail },
            account: [Aws.ACCOUNT_ID],
          },
        });
        rule.addTarget(
          deliveryTo(to, {
            event: RuleTargetInput.fromObject({
              definition: pipelineDigest(pipeline),
              trigger: index,
              event: EventField.fromPath('$'),
            }),
          }),
        );
      }
    }
  }
}
