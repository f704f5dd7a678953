import { CreateAliasCommand, DeleteAliasCommand, UpdateAliasCommand } from '@aws-sdk/client-lambda';
import { isServiceError } from '../../../aws/service-error.ts';
import { NoneventError } from '../../../nonevent-error.ts';
import type { LambdaAliasTarget } from '../../../pipeline/target-kinds/lambda-alias.ts';
import { notRunning } from '../../process/target-failures.ts';
import type { Weights } from '../../target.ts';
import type { AwsGround } from '../ground.ts';
import { sharesOf } from '../shares.ts';
import { type FunctionState, versionOf } from './function-state.ts';

/**
 * Makes the alias lead to the versions of these revisions. It is conditional on the alias being as it was read, so of two that change
 * it at once one fails. No weights mean that there was no alias before, so it is deleted.
 *
 * Errors: `Conflict` for more than two revisions, `TargetFailed` for one that is not placed; those of the SDK.
 */
export async function routeAlias(
  target: LambdaAliasTarget,
  weights: Weights,
  state: FunctionState,
  { clients }: AwsGround,
): Promise<void> {
  const { lambda } = clients;
  const name = { FunctionName: target.function, Name: target.alias };
  const wanted = sharesOf(weights).map(
    ([revision, percent]) => [versionNamed(revision, state), percent] as const,
  );
  if (wanted.length > 2) throw tooMany(target, weights);
  const [first, second] = primaryFirst(wanted, state);
  if (first === undefined) {
    if (state.alias !== undefined) await lambda.send(new DeleteAliasCommand(name));
    return;
  }
  const routing = {
    ...name,
    FunctionVersion: first[0],
    RoutingConfig: {
      AdditionalVersionWeights:
        second === undefined ? {} : { [second[0]]: Number((second[1] / 100).toFixed(6)) },
    },
  };
  try {
    if (state.alias === undefined) await lambda.send(new CreateAliasCommand(routing));
    else await lambda.send(new UpdateAliasCommand({ ...routing, RevisionId: state.alias.revisionId }));
  } catch (thrown) {
    if (!isServiceError(thrown, 'PreconditionFailedException', 'ResourceConflictException')) throw thrown;
    throw new NoneventError(
      'TargetFailed',
      `somebody else changed the alias ${target.alias} of ${target.function} at the same time`,
      { fields: { function: target.function, alias: target.alias }, hint: 'try again', cause: thrown },
    );
  }
}

type Share = readonly [version: string, percent: number];

/** The version that the alias names itself stays, so that a step of a canary changes one number. */
function primaryFirst(wanted: readonly Share[], { alias }: FunctionState): readonly Share[] {
  const isPrimary = ([version]: Share): boolean => version === alias?.primary;
  return [...wanted.filter(isPrimary), ...wanted.filter((share) => !isPrimary(share))];
}

function versionNamed(revision: string, { versions, alias }: FunctionState): string {
  const version = versionOf(revision, versions);
  const isThere = versions.some((known) => known.version === version) || /^version-/.test(revision);
  if (version !== undefined && isThere) return version;
  throw notRunning(revision, alias === undefined ? 'the function' : 'the alias');
}

function tooMany(target: LambdaAliasTarget, weights: Weights): NoneventError {
  return new NoneventError(
    'Conflict',
    `the alias ${target.alias} of ${target.function} can split its traffic between two versions, asked for ${JSON.stringify(weights)}`,
    {
      fields: { function: target.function, alias: target.alias },
      hint: 'give all of the traffic to one version first',
    },
  );
}
