import type { DeploymentId } from '../../lib/history/deployment-id.ts';
import type { DeploymentEvent } from '../../lib/history/events.ts';
import { event } from '../../lib/history/events.ts';
import { replay } from '../../lib/lifecycle/replay.ts';
import { pipelineSchema } from '../../lib/pipeline/pipeline.ts';
import type { Digest } from '../../lib/pipeline/release.ts';
import type { Stage } from '../../lib/pipeline/stage.ts';
import { LOCAL_POLICY } from '../../lib/stages/address-policy.ts';
import type { StageContext } from '../../lib/stages/kind.ts';
import { memoryTarget } from './memory-target.ts';

export const A_DIGEST = `sha256:${'a'.repeat(64)}` as Digest;
export const DEPLOYMENT = 'bbbbbbbb000000000000' as DeploymentId;
/** The revision that the deployment of these tests places. */
export const OURS = '2.0.0-bbbbbbbb';

/** What a stage gets to work with, in a deployment whose history is real and holds `events` after its opening. */
export function stageContext(
  stages: readonly Stage[],
  given: Partial<StageContext> & {
    artifact?: Digest;
    commit?: string;
    events?: readonly DeploymentEvent[];
    /** Names that the target has under `secrets`. */
    secrets?: readonly string[];
  } = {},
): StageContext {
  const { artifact = A_DIGEST, commit, events = [], secrets, ...rest } = given;
  const opening = event('DeploymentRequested', {
    deployment: DEPLOYMENT,
    kind: 'forward',
    pipeline: pipelineSchema.parse({
      pipeline: 'storefront',
      environments: {
        production: { target: { kind: 'process', start: 'node server.js', port: 4100, secrets } },
      },
      stages,
    }),
    pipelineDigest: A_DIGEST,
    release: { version: '2.0.0', artifact, ...(commit === undefined ? {} : { commit }) },
    trigger: { id: 'push-1', source: 'cli', actor: 'ada' },
    lifecycle: 1,
  });
  const nothing = () => Promise.reject(new Error('this test gives nothing of the kind'));
  return {
    deployment: replay([{ seq: 1, at: '2026-01-01T00:00:00.000Z', events: [opening, ...events] }]),
    store: { append: nothing, load: nothing, since: nothing, listOpen: nothing, listEnded: nothing } as never,
    targets: memoryTarget().targets,
    artifacts: { pack: nothing, unpack: nothing },
    flags: { publish: nothing },
    addresses: LOCAL_POLICY,
    workFolder: '/nowhere',
    attempt: 1,
    now: () => performance.timeOrigin + performance.now(),
    signal: new AbortController().signal,
    ...rest,
  };
}
