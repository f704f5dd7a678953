import { isDeepStrictEqual } from 'node:util';
import type { Measures } from './measures.ts';
import { BAD_SHIFT, FIRST, PIPELINE, PLAN, type PlannedRelease, SECOND, THIRD } from './plan.ts';
import type { Aftermath, DemoRecord, Deployed } from './record.ts';
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
    ...PLAN.map((planned) =>
      endsAsPlanned(
        planned,
        deployed.find((each) => each.planned === planned),
      ),
    ),
    onlyGoodAnswers(measures),
    weightsAreBack(aftermath),
    badProcessIsGone(aftermath),
    knownGoodIsWarm(aftermath),
    leaseIsFree(aftermath),
    replayEqualsLive(deployed),
    chainIsSound(aftermath),
    usersSawTheBadCanary(measures),
    noFailureOutside(measures),
  ];
}

function endsAsPlanned(planned: PlannedRelease, deployed: Deployed | undefined): Expectation {
  const { version, outcome, failedStage } = planned;
  const view = deployed?.followed.view;
  const seen = view && {
    outcome: view.outcome,
    failedStage: view.failure?.stage ?? null,
    mode: view.failure?.mode,
  };
  const isRejected = failedStage === null || seen?.mode === 'rejected';
  return {
    name: `release ${version}`,
    held: seen?.outcome === outcome && seen.failedStage === failedStage && isRejected,
    expected: failedStage === null ? outcome : `${outcome}, rejected at ${failedStage}`,
    observed:
      seen === undefined
        ? 'not reached'
        : [
            seen.outcome,
            ...(seen.failedStage === null
              ? []
              : [`${seen.mode} at ${seen.failedStage}: ${view?.failure?.observed}`]),
          ].join(', '),
  };
}

function onlyGoodAnswers({ after }: Measures): Expectation {
  const { requests, byRelease } = trafficOf(after);
  const good = byRelease[SECOND.version] ?? 0;
  return {
    name: 'traffic restored',
    held: requests >= ENOUGH_AFTER && good === requests,
    expected: `every request after the rollback answered by ${SECOND.version}, at least ${ENOUGH_AFTER} of them`,
    observed: `${requests} requests after the rollback, answered by ${shares(byRelease)}`,
  };
}

function weightsAreBack({ environment, weights }: Aftermath): Expectation {
  const live = environment.live[PIPELINE]?.live;
  return {
    name: 'router',
    held: live?.release.version === SECOND.version && isDeepStrictEqual(weights, { [live.revision]: 100 }),
    expected: `${SECOND.version} is live and has all of the weight`,
    observed: `${live?.release.version ?? 'nothing'} is live, weights are ${shares(weights)}`,
  };
}

function badProcessIsGone({ revisions, badAddress }: Aftermath): Expectation {
  const placed = revisions.filter((revision) => revision.startsWith(`${THIRD.version}-`));
  return {
    name: 'bad release gone',
    held: placed.length === 0 && badAddress?.connects === false,
    expected: `no revision of ${THIRD.version}, nobody listens where it was`,
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

function leaseIsFree({ environment }: Aftermath): Expectation {
  return {
    name: 'lease',
    held: environment.lease === undefined && environment.fence === PLAN.length,
    expected: `taken and given back by each of ${PLAN.length} deployments`,
    observed: `taken ${environment.fence} times, now ${environment.lease === undefined ? 'free' : `held by ${environment.lease.deployment}`}`,
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
    held: deployed.length === PLAN.length && different.length === 0,
    expected: 'each stored history replays to the end that was seen live and that its execution had',
    observed: deployed
      .map(
        ({ planned, replayed, execution }) =>
          `${planned.version} ${replayed.view.outcome}, execution ${execution}`,
      )
      .join('; '),
  };
}

function chainIsSound({ chain }: Aftermath): Expectation {
  const [finding] = chain.findings;
  const seen = `${chain.commits} commits in ${chain.streams} streams, no finding`;
  return {
    name: 'audit',
    held: finding === undefined && chain.streams >= PLAN.length + 1,
    expected: 'every hash chain is sound',
    observed: finding === undefined ? seen : `${finding.stream} seq ${finding.seq}: ${finding.problem}`,
  };
}

function usersSawTheBadCanary({ failedInside }: Measures): Expectation {
  const { byRelease } = trafficOf(failedInside);
  const ofTheBad = byRelease[THIRD.version] ?? 0;
  return {
    name: 'bad canary',
    held: failedInside.length > 0 && ofTheBad === failedInside.length,
    expected: `users saw failures, all of them from ${THIRD.version} during ${BAD_SHIFT}`,
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
