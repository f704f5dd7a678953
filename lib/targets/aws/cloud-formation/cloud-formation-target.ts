import { NoneventError } from '../../../nonevent-error.ts';
import type { CloudFormationTarget } from '../../../pipeline/target-kinds/cloud-formation.ts';
import { hasTraffic } from '../../process/target-failures.ts';
import type { Target, TargetState } from '../../target.ts';
import type { AwsGround } from '../ground.ts';
import { trying } from '../service-failure.ts';
import { onlyOne } from '../shares.ts';
import { executeRevision } from './execute.ts';
import { placeChangeSet, removeChangeSet } from './place-change-set.ts';
import { remembered, rememberStack } from './remembered.ts';
import { deleteStack, returnTo } from './return-to.ts';
import { isAvailable, liveRevision, readChangeSets, readStack, standingOf } from './stack-state.ts';

/**
 * A CloudFormation stack: a revision is placed as a change set and gets the traffic by its execution. Which revision a stack is made
 * of stands in its tags, which CloudFormation takes back together with everything else.
 */
export function createCloudFormationTarget(definition: CloudFormationTarget, ground: AwsGround): Target {
  const { stack } = definition;
  const { cloudFormation } = ground.clients;

  async function readState(): Promise<TargetState> {
    const found = await readStack(cloudFormation, stack);
    const standing = standingOf(found);
    if (found === undefined || standing === 'absent') return stateOf([], undefined, true);
    const sets = await readChangeSets(cloudFormation, ground.environment, stack);
    const placed = sets.filter(isAvailable).flatMap(({ label }) => label?.revision ?? []);
    if (standing === 'shell' || standing === 'dead') return stateOf(placed, undefined, true);
    if (found.StackStatus === 'DELETE_IN_PROGRESS') return stateOf(placed, undefined, false);
    return stateOf(placed, liveRevision(ground.environment, found), standing === 'stable');
  }

  return {
    state: () => trying(`reading the stack ${stack}`, readState),

    place: (revision, signal) =>
      trying(`making the change set of ${revision.revision} for ${stack}`, () =>
        placeChangeSet(definition, revision, ground, signal),
      ),

    remove: (revision) =>
      trying(`removing ${revision} from ${stack}`, async () => {
        const { weights } = await readState();
        if ((weights[revision] ?? 0) > 0) throw hasTraffic(revision, 100);
        await removeChangeSet(definition, revision, ground);
      }),

    route: (weights, { signal, remembered: given } = {}) =>
      trying(`changing the stack ${stack}`, async () => {
        const revision = onlyOne(weights, `the stack ${stack}`);
        const before = given === undefined ? undefined : remembered.parse(given);
        if (revision === undefined) {
          if (before?.stack !== 'absent') throw notAbsentBefore(stack);
          await deleteStack(definition, ground, signal);
        } else if (before?.stack === 'present') await returnTo(definition, revision, before, ground, signal);
        else await executeRevision(definition, revision, ground, signal);
      }),

    remember: () => trying(`keeping the stack ${stack}`, () => rememberStack(definition, ground)),

    counters: async () => {
      throw new NoneventError('TargetFailed', `CloudFormation counts no requests of ${stack}`, {
        fields: { stack },
        hint: 'ask it with an http check through the router, or judge by alarms',
      });
    },

    address: async (of) => (of === 'router' ? definition.url : undefined),
  };
}

function stateOf(placed: readonly string[], live: string | undefined, settled: boolean): TargetState {
  const names = [...new Set([...placed, ...(live === undefined ? [] : [live])])];
  return {
    revisions: names.map((revision) => ({ revision, running: true, restarts: 0, exits: 0 })),
    weights: live === undefined ? {} : { [live]: 100 },
    settled,
  };
}

function notAbsentBefore(stack: string): NoneventError {
  return new NoneventError('Conflict', `the stack ${stack} is not deleted: it was there before`, {
    fields: { stack },
    hint: 'delete it by hand if it is to go',
  });
}
