import { isDeepStrictEqual } from 'node:util';
import { servedVersions } from '../../environments/schema.ts';
import type { Measures } from './measures.ts';
import {
  BAD,
  BAD_SHIFT,
  CONTRACTED_VERSION,
  DEPLOYMENTS,
  FIRST,
  GIFT_WRAPPING,
  GOOD,
  PIPELINE,
  type PlannedDeployment,
  ROLLBACK,
  SCHEMA,
  titleOf,
} from './plan.ts';
import { type Aftermath, type DemoRecord, type Deployed, deployedAs } from './record.ts';
import { trafficOf } from './traffic.ts';

/** Something that had to be true, and what was seen instead or to confirm it. */
export type Expectation = {
  readonly name: string;
  readonly held: boolean;
  readonly expected: string;
  readonly observed: string;
};

/** So many requests after the rollback show who answers them. */
export const ENOUGH_AFTER = 100;

/** Holds what the demo has seen against everything it promises. Pure. */
export function checkExpectations(record: DemoRecord, measures: Measures): readonly Expectation[] {
  const { deployed, aftermath } = record;
  return [
    ...DEPLOYMENTS.map((planned) => endsAsPlanned(planned, deployedAs(record, planned))),
    rolledBackWithoutAFailure(measures),
    flagIsSeen(record),
    onlyGoodAnswers(measures),
    weightsAreBack(aftermath),
    badProcessIsGone(aftermath),
    knownGoodIsWarm(aftermath),
    schemaIsContracted(aftermath),
    leaseIsFree(aftermath),
    replayEqualsLive(deployed),
    chainIsSound(aftermath),
    usersSawTheBadCanary(measures),
    noFailureOutside(measures),
  ];
}

function endsAsPlanned(planned: PlannedDeployment, deployed: Deployed | undefined): Expectation {
  const { outcome, fails } = planned;
  const view = deployed?.followed.view;
  const failure = view?.failure;
  const isSo =
    fails === null
      ? failure === undefined
      : failure?.stage === fails.stage &&
        failure.mode === 'rejected' &&
        failure.observed.includes(fails.naming);
  return {
    name: titleOf(planned),
    held: view?.outcome === outcome && isSo,
    expected: fails === null ? outcome : `${outcome}, rejected at ${fails.stage}, naming ${fails.naming}`,
    observed:
      view === undefined
        ? 'not reached'
        : [
            view.outcome,
            ...(failure === undefined ? [] : [`${failure.mode} at ${failure.stage}: ${failure.observed}`]),
          ].join(', '),
  };
}

/** The finished deployment is rolled back under load: nobody notices but by the release that answers. */
function rolledBackWithoutAFailure({ duringRollback, afterRollback }: Measures): Expectation {
  const { requests, failed } = trafficOf(duringRollback);
  const back = trafficOf(afterRollback);
  const good = back.byRelease[FIRST.version] ?? 0;
  return {
    name: 'rollback',
    held: requests > 0 && failed === 0 && good === back.requests,
    expected: `no request fails while ${titleOf(ROLLBACK.of)} is rolled back, and ${FIRST.version} answers all that come after`,
    observed: `${failed} of ${requests} requests failed; those after it were answered by ${shares(back.byRelease)}`,
  };
}

function flagIsSeen({ flag }: DemoRecord): Expectation {
  return {
    name: `flag ${GIFT_WRAPPING.flag}`,
    held: flag?.seenBefore === false && flag.seenAfter !== undefined,
    expected: 'users see it once it is switched on, and not before',
    observed:
      flag === undefined
        ? 'not reached'
        : `${flag.seenBefore ? 'seen' : 'not seen'} before, ${flag.seenAfter === undefined ? 'not seen' : `seen ${flag.seenAfter} ms`} after`,
  };
}

function onlyGoodAnswers({ after }: Measures): Expectation {
  const { requests, byRelease } = trafficOf(after);
  const good = byRelease[GOOD.version] ?? 0;
  return {
    name: 'traffic restored',
    held: requests >= ENOUGH_AFTER && good === requests,
    expected: `every request after the bad canary answered by ${GOOD.version}, at least ${ENOUGH_AFTER} of them`,
    observed: `${requests} requests after the bad canary, answered by ${shares(byRelease)}`,
  };
}

function weightsAreBack({ environment, weights }: Aftermath): Expectation {
  const live = environment.live[PIPELINE]?.live;
  return {
    name: 'router',
    held: live?.release.version === GOOD.version && isDeepStrictEqual(weights, { [live.revision]: 100 }),
    expected: `${GOOD.version} is live and has all of the weight`,
    observed: `${live?.release.version ?? 'nothing'} is live, weights are ${shares(weights)}`,
  };
}

function badProcessIsGone({ revisions, badAddress }: Aftermath): Expectation {
  const placed = revisions.filter((revision) => revision.startsWith(`${BAD.version}-`));
  return {
    name: 'bad release gone',
    held: placed.length === 0 && badAddress?.connects === false,
    expected: `no revision of ${BAD.version}, nobody listens where it was`,
    observed:
      badAddress === undefined
        ? 'not reached'
        : `placed are ${list(revisions)}; ${badAddress.connects ? 'somebody' : 'nobody'} listens at ${badAddress.address}`,
  };
}

function knownGoodIsWarm({ environment, revisions }: Aftermath): Expectation {
  const knownGood = environment.live[PIPELINE]?.knownGood;
  return {
    name: 'known good',
    held: knownGood?.release.version === FIRST.version && revisions.includes(knownGood.revision),
    expected: `${FIRST.version} is kept placed`,
    observed: `${knownGood?.release.version ?? 'nothing'} is known good, placed are ${list(revisions)}`,
  };
}

/** The schema change came to its end in three deployments: only what is needed now is left. */
function schemaIsContracted({ environment }: Aftermath): Expectation {
  const state = environment.schemas[SCHEMA];
  const served = state === undefined ? [] : servedVersions(state);
  return {
    name: 'schema',
    held: isDeepStrictEqual(served, [CONTRACTED_VERSION]),
    expected: `version ${CONTRACTED_VERSION} of schema ${SCHEMA}, and no other`,
    observed: `served are ${list(served.map(String))}`,
  };
}

function leaseIsFree({ environment, leases }: Aftermath): Expectation {
  return {
    name: 'lease',
    held: environment.lease === undefined && leases.taken > 0 && leases.taken === leases.givenBack,
    expected: 'given back as often as it was taken',
    observed: `taken ${leases.taken} times, given back ${leases.givenBack} times, now ${environment.lease === undefined ? 'free' : `held by ${environment.lease.deployment}`}`,
  };
}

/** The end that was seen live, that which a replay of the stored history gives, and that of the execution are one. */
function replayEqualsLive(deployed: readonly Deployed[]): Expectation {
  const different = deployed.filter(
    ({ followed, replayed, execution }) =>
      !isDeepStrictEqual(followed, replayed) || execution !== followed.view.outcome,
  );
  return {
    name: 'replay',
    held: deployed.length === DEPLOYMENTS.length && different.length === 0,
    expected: 'each stored history replays to the end that was seen live and that its execution had',
    observed: `${deployed.length} histories replayed${different.map(({ planned, replayed, execution }) => `; ${titleOf(planned)}: replayed to ${replayed.view.outcome}, execution ${execution}`).join('')}`,
  };
}

function chainIsSound({ chain }: Aftermath): Expectation {
  const [finding] = chain.findings;
  const seen = `${chain.commits} commits in ${chain.streams} streams, no finding`;
  return {
    name: 'audit',
    held: finding === undefined && chain.streams > DEPLOYMENTS.length,
    expected: 'every hash chain is sound',
    observed: finding === undefined ? seen : `${finding.stream} seq ${finding.seq}: ${finding.problem}`,
  };
}

function usersSawTheBadCanary({ failedInside }: Measures): Expectation {
  const { byRelease } = trafficOf(failedInside);
  const ofTheBad = byRelease[BAD.version] ?? 0;
  return {
    name: 'bad canary',
    held: failedInside.length > 0 && ofTheBad === failedInside.length,
    expected: `users saw failures, all of them from ${BAD.version} during ${BAD_SHIFT}`,
    observed: `${failedInside.length} requests failed, answered by ${shares(byRelease)}`,
  };
}

function noFailureOutside({ requests, failedOutside }: Measures): Expectation {
  const [first] = failedOutside;
  const detail =
    first === undefined
      ? ''
      : `, first ${first.path} at ${new Date(first.startedAt).toISOString()}: ${first.error ?? `status ${first.status}`}`;
  return {
    name: 'everyone else',
    held: requests > 0 && first === undefined,
    expected: 'no request failed outside of the bad canary',
    observed: `${failedOutside.length} of ${requests} requests failed${detail}`,
  };
}

function shares(counts: Readonly<Record<string, number>>): string {
  return list(Object.entries(counts).map(([name, count]) => `${name}: ${count}`));
}

function list(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.join(', ');
}
