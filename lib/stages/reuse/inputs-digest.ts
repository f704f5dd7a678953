import { digestOf } from '../../history/digests.ts';
import type { DeploymentView } from '../../lifecycle/view.ts';
import type { Digest } from '../../pipeline/release.ts';
import type { CheckStage } from '../../pipeline/stage.ts';
import type { Json } from '../kind.ts';

const TAG = 'nonevent/inputs/1';

/** The digest of all that a check depends on, of facts that are known. Pure. */
export function inputsDigest(
  stage: CheckStage,
  { release, artifact }: Pick<DeploymentView, 'release' | 'artifact'>,
  facts: Json,
): Digest {
  return digestOf({ tag: TAG, stage, release, artifact, facts });
}
