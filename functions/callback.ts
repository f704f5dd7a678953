import { z } from 'zod';
import {
  claim,
  completeAwaited,
  completeReported,
  report,
  settleEveryAwaited,
} from '../lib/stages/drive/callback.ts';
import type { Services } from '../lib/stages/drive/services.ts';
import { type Handler, handler } from './handler.ts';

/** https://docs.aws.amazon.com/codebuild/latest/userguide/sample-build-notifications-ref.html */
const buildEnded = z.object({
  'detail-type': z.literal('CodeBuild Build State Change'),
  detail: z.object({
    'additional-information': z.object({
      environment: z.object({
        'environment-variables': z.array(z.object({ name: z.string(), value: z.string().optional() })),
      }),
    }),
  }),
});
const reported = z.object({ 'detail-type': z.literal('Stage Reported'), detail: report });
/** CodeBuild delivers its events only as well as it can, so somebody has to look from time to time. */
const looking = z.object({ 'detail-type': z.literal('Scheduled Event') });
const event = z.discriminatedUnion('detail-type', [buildEnded, reported, looking]);

/**
 * Completes stages that wait for an answer, for the EventBridge events "CodeBuild Build State Change" and "Stage Reported", and for a
 * schedule. A build that none of our stages has started is nobody's business here.
 */
export function callbackHandler(services: Services): Handler {
  return handler(event, async (happened) => {
    switch (happened['detail-type']) {
      case 'Scheduled Event':
        return settleEveryAwaited(services);
      case 'Stage Reported':
        return { result: await completeReported(services, happened.detail) };
      case 'CodeBuild Build State Change': {
        const claimed = claimIn(happened);
        return { result: claimed === undefined ? 'not ours' : await completeAwaited(services, claimed) };
      }
      default:
        return happened satisfies never;
    }
  });
}

function claimIn({ detail }: z.output<typeof buildEnded>): z.output<typeof claim> | undefined {
  const variables = detail['additional-information'].environment['environment-variables'];
  const told = (wanted: string) => variables.find((variable) => variable.name === wanted)?.value;
  return claim.safeParse({
    deployment: told('NONEVENT_DEPLOYMENT'),
    stage: told('NONEVENT_STAGE'),
    attempt: Number(told('NONEVENT_ATTEMPT')),
  }).data;
}
